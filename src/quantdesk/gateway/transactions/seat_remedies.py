"""What would be right instead of what a trader account or its ledger slot does not allow now."""

from quantdesk.domain.units import BaseLots
from quantdesk.gateway.accounts.valuation import AccountValue
from quantdesk.gateway.exchange.service import slot_price
from quantdesk.gateway.markets.views import usdc
from quantdesk.gateway.transactions.remedy import Remedy
from quantdesk.gateway.transactions.schemas import BuildRequest, SettleSlots, TransferFunds
from quantdesk.gateway.transactions.setting import Setting


def remedy(code: str, setting: Setting, body: BuildRequest, account: AccountValue) -> Remedy | None:
    """What would be right; None for an error that is not about the account as such."""
    sub = str(body.sub)
    if code == "TraderNotActive":
        return Remedy("sub", sub, "a sub-account with a slot: `activate` or a deposit takes one")
    if code == "TraderNotEmpty":
        return Remedy("sub", sub, f"nothing left in it; there is {_left(setting, account)}")
    if code == "BelowSlotEquity":
        price = usdc(slot_price(setting.view.exchange))
        return Remedy("sub", sub, f"{price} USDC of equity or more: what a slot of the ledger costs now")
    if code == "WrongAccountOwner" and isinstance(body, TransferFunds):
        return Remedy("to_sub", str(body.to_sub), "a sub-account that exists: a deposit into it opens it")
    if code in {"MarketNotActive", "SettlementTooEarly"} and isinstance(body, SettleSlots):
        status = setting.market(body.market).market.status_name
        expected = "a market that has been settling for an hour of prices"
        return Remedy("market", f"{body.market} is {status}", expected)
    return None


def _left(setting: Setting, account: AccountValue) -> str:
    found = []
    for index, held in sorted(account.holdings.positions.items()):
        market = setting.view.market_at(index)
        if market is None:
            continue
        if held.base:
            found.append(f"{market.parameters.size_text(BaseLots(held.base))} {market.symbol}")
        if held.bid_orders + held.ask_orders:
            found.append(f"{held.bid_orders + held.ask_orders} orders of {market.symbol}")
    return ", ".join(found) or f"{usdc(account.balance)} USDC"
