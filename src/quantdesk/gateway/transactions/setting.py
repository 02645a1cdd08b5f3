"""What turning a request into instructions needs to know, and what every such turn checks first."""

from dataclasses import dataclass

from solders.pubkey import Pubkey

from quantdesk.domain.orders import OrderId
from quantdesk.gateway.accounts.holdings import Holdings
from quantdesk.gateway.exchange.state import ExchangeView
from quantdesk.gateway.markets.board import Board
from quantdesk.gateway.problems import Refused
from quantdesk.gateway.transactions.orders import MarketNow
from quantdesk.gateway.transactions.schemas import BuildRequest
from quantdesk.program.addresses import Addresses
from quantdesk.program.instructions import TraderKey
from quantdesk.program.layouts import Delegate, Trigger


@dataclass(frozen=True, slots=True)
class RestingOrder:
    """An open order: its id and the lots that are left of it."""

    order_id: OrderId
    lots: int


@dataclass(frozen=True, slots=True)
class Setting:
    """All that turning a request into instructions needs to know."""

    venue: Addresses
    view: ExchangeView
    board: Board
    holdings: Holdings
    trader: TraderKey
    fee_payer: Pubkey
    triggers: tuple[Trigger, ...] = ()
    """All entries of the Trader account, free ones too."""
    delegates: tuple[Delegate, ...] = ()
    """Who may trade for the trader; free entries left out."""
    debtor: tuple[int, int] | None = None
    """Slot and generation of the debtor whose collateral is to be converted."""
    slot: int = 0
    """The chain's slot as it was read."""
    resting: RestingOrder | None = None
    """The order that a modification names, as it rests now."""

    def market(self, symbol: str) -> MarketNow:
        """A market with its live part. Raises NotFound."""
        return MarketNow(self.view.market(symbol), self.board.market(symbol))

    def mint(self, index: int) -> Pubkey:
        """The mint of a collateral."""
        return self.view.exchange.collaterals[index].mint


def only_owner(setting: Setting, body: BuildRequest) -> None:
    """Refuse a delegate. Raises Refused."""
    if setting.trader.signer is not None:
        raise Refused(
            "Only the wallet itself may do this: a delegate may only trade.",
            code="NotAuthorised",
            field="signer",
            value=body.signer,
            expected=body.wallet,
        )


def needs_trader(setting: Setting) -> None:
    """Refuse where there is no Trader account. Raises Refused."""
    if not setting.holdings.exists:
        raise Refused(
            f"Sub-account {setting.trader.sub} of this wallet has no trader account yet: deposit first.",
            code="no_trader_account",
            field="sub",
            value=setting.trader.sub,
            expected="a sub-account that was opened by a deposit",
        )
