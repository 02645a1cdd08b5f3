"""An exchange in memory that mirrors `quantdesk.mikey.gateway_venue.GatewayVenue`."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from quantdesk.mikey.grammar import AccountView, MarginTier, MarketView, OrderView, PositionView, View
from quantdesk.mikey.grammar.outcome import Action
from quantdesk.mikey.venue import Preview, VenueAway, VenueRefused

WALLET = "4Nd1mBQtrMJVYVfKf2PJy9NZUZdTAsp7D4xWLs4gDB4T"
OTHER_WALLET = "7xKXtg2CW87d97TXJSDpbD5jBkheTqA83TZRuJosgAsU"
DAY_MS = 86_400_000


def market(symbol: str, tick: str, lot: str, *, mark: str | None, rate: str, volume: str) -> MarketView:
    """One market with two margin tiers."""
    tiers = (MarginTier(Decimal(500_000), Decimal(rate)), MarginTier(Decimal(10_000_000), Decimal(rate) * 2))
    return MarketView(
        symbol=symbol,
        tick=Decimal(tick),
        lot=Decimal(lot),
        min_notional=Decimal(10),
        max_leverage=1 / Decimal(rate),
        margin_tiers=tiers,
        max_position_notional=Decimal(10_000_000),
        max_price=Decimal(tick) * (2**32 - 1),
        mark=Decimal(mark) if mark is not None else None,
        volume_24h=Decimal(volume),
        live_ms=DAY_MS,
    )


MARKETS = (
    market("BTC-PERP", "1", "0.0001", mark="65000", rate="0.02", volume="5000"),
    market("ETH-PERP", "0.1", "0.001", mark="3200", rate="0.02", volume="50000"),
    market("SOL-PERP", "0.01", "0.01", mark="140.2", rate="0.05", volume="1000000"),
)
POSITIONS = (
    PositionView("BTC-PERP", Decimal("-0.2"), Decimal(64_000)),
    PositionView("ETH-PERP", Decimal("1.5"), Decimal(3_000)),
)
ORDERS = (
    OrderView("1001", "SOL-PERP", "buy", Decimal("135.5"), Decimal(3)),
    OrderView("1002", "ETH-PERP", "sell", Decimal(3_400), Decimal(1)),
    OrderView("1003", "ETH-PERP", "sell", Decimal(3_500), Decimal(1)),
)
ACCOUNT = AccountView(
    wallet=WALLET,
    equity=Decimal(10_000),
    free_collateral=Decimal(8_000),
    withdrawable=Decimal(5_000),
    positions=POSITIONS,
    orders=ORDERS,
)
VIEW = View(markets=MARKETS, account=ACCOUNT, screen="SOL-PERP", slot=1_000, feed="replay", age_ms=5)


class FakeVenue:
    """Answers from ``view_now``; records what it was asked to build."""

    def __init__(self, view: View = VIEW) -> None:
        self.view_now = view
        self.built: list[tuple[str, int, Action]] = []
        self.previewed: list[Action] = []
        self.refuse: dict[str, VenueRefused] = {}
        self.away = False
        self.next_preview = Preview(fee=Decimal("0.14"), liquidation_price_after=Decimal("118.20"))

    def set_mark(self, symbol: str, mark: str) -> None:
        """Move one market."""
        markets = tuple(
            replace(each, mark=Decimal(mark)) if each.symbol == symbol else each
            for each in self.view_now.markets
        )
        self.view_now = replace(self.view_now, markets=markets)

    def set_positions(self, *positions: PositionView) -> None:
        """What the account holds now."""
        account = self.view_now.account or ACCOUNT
        self.view_now = replace(self.view_now, account=replace(account, positions=positions))

    async def view(self, wallet: str | None, sub: int, screen: str | None) -> View:
        """The view, for whoever asks."""
        self._check()
        account = self.view_now.account
        if account is not None:
            account = replace(account, wallet=wallet, sub=sub) if wallet is not None else None
        return replace(self.view_now, account=account, screen=screen)

    async def preview(self, wallet: str, sub: int, order: Action) -> Preview:
        """What was set."""
        self._check()
        self.previewed.append(order)
        return self.next_preview

    async def build(self, wallet: str, sub: int, action: Action) -> dict[str, Any]:
        """A transaction in name only."""
        self._check()
        name = str(action["instruction"])
        if name in self.refuse:
            raise self.refuse[name]
        self.built.append((wallet, sub, action))
        return {"id": f"tx-{len(self.built)}", "transaction": "AQ==", "simulation": {"ok": True}}

    async def reachable(self) -> str | None:
        """Whether it is away."""
        return "away" if self.away else None

    async def close(self) -> None:
        """Nothing to close."""

    def _check(self) -> None:
        if self.away:
            raise VenueAway("the exchange is away")
