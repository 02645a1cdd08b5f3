"""The SDK's types are the gateway's words."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from quantdesk.sdk import models

OPENAPI = Path(__file__).resolve().parents[3] / "docs" / "reference" / "openapi.json"
SCHEMA_OF = {
    models.Market: "Market",
    models.Ticker: "Ticker",
    models.Book: "BookReply",
    models.Trade: "Trade",
    models.Candle: "Candle",
    models.Position: "Position",
    models.Balance: "Balance",
    models.SubAccount: "SubAccount",
    models.Account: "Account",
    models.Order: "Order",
    models.Fill: "Fill",
    models.Preview: "PreviewReply",
    models.DecodedInstruction: "DecodedInstruction",
    models.BuiltTransaction: "BuiltTransaction",
    models.Sent: "TransactionReply",
    models.Parsed: "ParseReply",
}


@pytest.mark.parametrize(
    ("model", "schema"), SCHEMA_OF.items(), ids=lambda value: getattr(value, "__name__", value)
)
def test_every_field_of_a_model_is_one_that_the_gateway_answers(model: type, schema: str) -> None:
    documented = json.loads(OPENAPI.read_text())["components"]["schemas"][schema]["properties"]
    missing = {field.name for field in msgspec.structs.fields(model)} - set(documented)
    assert not missing
