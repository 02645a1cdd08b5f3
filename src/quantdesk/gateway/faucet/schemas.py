"""Test money on localnet."""

from pydantic import Field

from quantdesk.gateway.transactions.schemas import Asset
from quantdesk.gateway.wire import Request, UnsignedDecimalText, Wallet, Wire


class FaucetRequest(Request):
    """What to receive; SOL for fees is added when the wallet has none."""

    wallet: Wallet
    asset: Asset = "USDC"
    amount: UnsignedDecimalText = "10000"


class FaucetReply(Wire):
    """The transaction that paid."""

    signature: str
    slot: int
    asset: str
    amount: UnsignedDecimalText
    balance: UnsignedDecimalText = Field(description="Of the wallet's token account (or SOL) afterwards.")
    sol_added: UnsignedDecimalText = Field(description="SOL for network fees that came along.")
