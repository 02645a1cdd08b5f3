"""A collateral is asked for by its name, in either case, or by its mint as it is."""

from __future__ import annotations

from typing import Any, cast

import pytest
from solders.pubkey import Pubkey

from quantdesk.domain.market import Asset
from quantdesk.gateway.exchange.state import ExchangeView
from quantdesk.gateway.problems import NotFound
from quantdesk.gateway.transactions import funds
from quantdesk.gateway.transactions.schemas import ConvertCollateral
from quantdesk.gateway.transactions.setting import Setting
from quantdesk.program.addresses import Addresses, program_id
from quantdesk.program.codec import read_value
from quantdesk.program.idl import idl
from quantdesk.program.instructions import ALL_WITHDRAWABLE, TraderKey

MINT = "So11111111111111111111111111111111111111112"
VIEW = ExchangeView(cast(Any, None), 1, 1, (Asset(0, "USDC", 6), Asset(1, MINT, 9)))


def test_a_collateral_is_found_by_name_or_mint() -> None:
    assert [VIEW.asset(name).index for name in ("USDC", "usdc", MINT)] == [0, 0, 1]
    with pytest.raises(NotFound, match="no collateral WSOL"):
        VIEW.asset("WSOL")


@pytest.mark.parametrize(("amount", "atoms"), [("1.5", 1_500_000_000), (None, ALL_WITHDRAWABLE)])
def test_converting_names_the_debtors_slot_and_the_amount_in_the_collaterals_units(
    amount: str | None, atoms: int
) -> None:
    owner = Pubkey.new_unique()
    wallet = str(owner)
    setting: Any = Setting(
        venue=Addresses(program_id()),
        view=VIEW,
        board=cast(Any, None),
        holdings=cast(Any, type("Held", (), {"exists": True})),
        trader=TraderKey(owner),
        fee_payer=owner,
        debtor=(7, 3),
    )
    body = ConvertCollateral(wallet=wallet, debtor=wallet, asset=MINT, amount=amount)
    (built,) = funds.convert_collateral(setting, body)
    found, offset = {}, 8
    for argument in idl().instructions_by_name["convert_collateral"].args:
        found[argument.name], offset = read_value(argument.type, built.data, offset)
    assert found == {"slot": 7, "generation": 3, "collateral": 1, "amount": atoms}
