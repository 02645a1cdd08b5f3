"""A wallet's account in the fake gateway: fills at the mark, rough margins, no liquidation."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from fakes.gateway_market import ADDRESS, FakeMarket, money, now_ms, ratio, text
from quantdesk.gateway.accounts.schemas import Fill, LiquidationStep, SubAccount, Transfer
from quantdesk.gateway.orders.schemas import Order

TAKER_FEE = Decimal("0.0005")


@dataclass
class FakeAccount:
    """One wallet: a balance, signed positions with their entry, resting orders."""

    wallet: str
    markets: dict[str, FakeMarket]
    serial: int = 0
    cash: Decimal = Decimal(0)
    held: dict[str, tuple[Decimal, Decimal]] = field(default_factory=dict)
    orders: list[dict[str, Any]] = field(default_factory=list)
    fills: list[dict[str, Any]] = field(default_factory=list)
    transfers: list[dict[str, Any]] = field(default_factory=list)
    liquidations: list[dict[str, Any]] = field(default_factory=list)

    def data(self, snapshot: bool) -> dict[str, Any]:
        """The `account` channel's body."""
        sub = self.sub_account()
        orders = [order for order in self.orders if order["status"] == "open"] if snapshot else self.orders
        return {
            "sub_accounts": [sub] if sub else [],
            "orders": orders,
            "fills": self.fills[:100],
            "transfers": self.transfers[:100],
            "triggers": [],
            "liquidations": self.liquidations[:100],
        }

    def apply(self, name: str, body: dict[str, Any], slot: int) -> None:
        """What the real program would do, very roughly."""
        if name in {"deposit", "withdraw"}:
            self.move(name, body["amount"], slot)
        elif name in {"cancel-order", "cancel-all"}:
            for order in self.orders:
                if order["status"] == "open" and body.get("order_id") in {None, order["order_id"]}:
                    order.update(status="cancelled", reason="user", updated_ms=now_ms())
        elif name == "place-order":
            self.place(body, slot)

    def move(self, name: str, amount: str, slot: int) -> None:
        self.serial += 1
        self.cash += Decimal(amount) if name == "deposit" else -Decimal(amount)
        moved = Transfer(
            id=str(self.serial),
            sub=0,
            kind="deposit" if name == "deposit" else "withdrawal",
            asset="USDC",
            amount=amount,
            ts_ms=now_ms(),
            slot=slot,
            signature="5" * 80,
        )
        self.transfers.insert(0, moved.model_dump(mode="json"))

    def take_over(self, slot: int) -> None:
        """Another trader takes every position over: the step of liquidation that leaves no fill."""
        for symbol, (base, entry) in list(self.held.items()):
            self.serial += 1
            market = self.markets[symbol]
            step = LiquidationStep(
                id=f"{self.serial}-0",
                market=symbol,
                sub=0,
                role="account",
                kind="take_over",
                side="sell" if base > 0 else "buy",
                size=text(abs(base)),
                price=text(market.price),
                realized_pnl=money((market.price - entry) * base),
                insurance_paid=None,
                deficit=None,
                ts_ms=now_ms(),
                slot=slot,
                signature="5" * 80,
            )
            self.liquidations.insert(0, step.model_dump(mode="json"))
        self.held.clear()

    def place(self, body: dict[str, Any], slot: int) -> None:
        self.serial += 1
        market, size = self.markets[body["market"]], Decimal(body["size"])
        sign = 1 if body["side"] == "buy" else -1
        price = Decimal(body["price"]) if body.get("price") else market.price
        takes = body["type"] == "market" or (price - market.price) * sign >= 0
        order = Order(
            order_id=str(self.serial),
            client_id=None,
            market=market.symbol,
            wallet=self.wallet,
            sub=0,
            side=body["side"],
            type=body["type"],
            time_in_force=body.get("time_in_force") or "gtc",
            post_only="none",
            reduce_only=body.get("reduce_only", False),
            price=text(price),
            size=text(size),
            filled=text(size) if takes else "0",
            remaining="0" if takes else text(size),
            average_price=text(market.price) if takes else None,
            fees=text((size * market.price * TAKER_FEE).quantize(Decimal("0.000001"))) if takes else "0",
            status="filled" if takes else "open",
            reason=None,
            created_ms=now_ms(),
            updated_ms=now_ms(),
            expires_at_ms=None,
            slot=slot,
            signature="5" * 80,
        )
        self.orders.insert(0, order.model_dump(mode="json"))
        if takes:
            self.fill(market, size * sign, str(order.order_id), slot)

    def fill(self, market: FakeMarket, signed: Decimal, order_id: str, slot: int) -> None:
        """Trade at the mark: closes first, then opens."""
        size, sign = abs(signed), 1 if signed > 0 else -1
        base, entry = self.held.get(market.symbol, (Decimal(0), Decimal(0)))
        after, realized = base + sign * size, Decimal(0)
        if base and base * sign < 0:
            closed = min(abs(base), size)
            realized = (market.price - entry) * closed * (1 if base > 0 else -1)
        else:
            entry = (entry * abs(base) + market.price * size) / (abs(base) + size)
        self.held.pop(market.symbol, None)
        if after:
            self.held[market.symbol] = (after, entry if base * after >= 0 else market.price)
        fee = size * market.price * TAKER_FEE
        self.cash += realized - fee
        done = Fill(
            id=f"{self.serial}-0-taker",
            market=market.symbol,
            sub=0,
            order_id=order_id,
            client_id=None,
            side="buy" if sign > 0 else "sell",
            role="taker",
            price=text(market.price),
            size=text(size),
            fee=money(fee),
            realized_pnl=money(realized),
            ts_ms=now_ms(),
            slot=slot,
            signature="5" * 80,
        )
        self.fills.insert(0, done.model_dump(mode="json"))

    def sub_account(self) -> dict[str, Any] | None:
        if not self.transfers:
            return None
        positions, pnl, initial = [], Decimal(0), Decimal(0)
        for symbol, (base, entry) in self.held.items():
            market = self.markets[symbol]
            notional, gain = abs(base) * market.price, (market.price - entry) * base
            pnl, initial = pnl + gain, initial + notional / 20
            cushion = (self.cash - notional / 40) / abs(base)
            liquidation = entry - cushion if base > 0 else entry + cushion
            positions.append(
                {
                    "market": symbol,
                    "sub": 0,
                    "side": "long" if base > 0 else "short",
                    "size": text(abs(base)),
                    "entry_price": text(entry.quantize(market.tick)),
                    "breakeven_price": text(entry.quantize(market.tick)),
                    "mark_price": text(market.price),
                    "index_price": text(market.price),
                    "liquidation_price": text(liquidation.quantize(market.tick)) if liquidation > 0 else None,
                    "notional": money(notional),
                    "unrealized_pnl": money(gain),
                    "unsettled_funding": "0",
                    "initial_margin": money(notional / 20),
                    "maintenance_margin": money(notional / 40),
                    "leverage": "1",
                    "roe": "0",
                    "bid_size": "0",
                    "ask_size": "0",
                }
            )
        equity = self.cash + pnl
        return SubAccount(
            sub=0,
            address=ADDRESS,
            status="active",
            slot_index=1,
            generation=1,
            balances=[
                {"asset": "USDC", "amount": money(self.cash), "parked": "0", "value": money(self.cash)}
            ],
            locked="0",
            withdrawable=money(max(Decimal(0), self.cash + min(pnl, Decimal(0)) - initial)),
            equity=money(equity),
            free_collateral=money(equity - initial),
            initial_margin=money(initial),
            maintenance_margin=money(initial / 2),
            standing="good",
            margin_ratio=ratio(initial / 2, equity),
            leverage=ratio(initial * 20, equity),
            unrealized_pnl=money(pnl),
            unsettled_funding="0",
            open_orders=len(self.orders),
            positions=positions,
            as_of_ms=now_ms(),
            last_active_ms=now_ms(),
        ).model_dump(mode="json")

    def margin(self) -> dict[str, Any]:
        sub = self.sub_account()
        if sub is None:
            zero = dict.fromkeys(
                (
                    "balance",
                    "locked",
                    "withdrawable",
                    "equity",
                    "free_collateral",
                    "initial_margin",
                    "maintenance_margin",
                ),
                "0",
            )
            return {
                "sub": 0,
                "exists": False,
                **zero,
                "margin_ratio": None,
                "leverage": None,
                "positions": [],
            }
        names = (
            "sub",
            "locked",
            "withdrawable",
            "equity",
            "free_collateral",
            "initial_margin",
            "maintenance_margin",
            "margin_ratio",
            "leverage",
            "positions",
        )
        return {
            "exists": True,
            "balance": sub["balances"][0]["amount"],
            **{name: sub[name] for name in names},
        }
