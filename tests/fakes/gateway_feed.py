"""A clearly fake gateway for the terminal alone: invented markets, no chain, no matching engine, nothing persisted.

It speaks the REST and socket shapes of the real one (each body passes the gateway's own schemas), so that the
terminal's states can be driven on purpose: `freeze` stops every message, `drop` closes the sockets, `halt` stops the
chain, `refuse` fails reads, `foreign` adds a program off the allow-list. Run it by hand to work on the terminal: `python tests/fakes/gateway_feed.py 3002`.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import random
import sys
import time
from dataclasses import dataclass, field
from decimal import ROUND_DOWN, Decimal
from pathlib import Path
from typing import Any

import uvicorn
from solders.hash import Hash
from solders.instruction import AccountMeta, Instruction
from solders.message import Message
from solders.pubkey import Pubkey
from solders.transaction import Transaction
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket, WebSocketDisconnect

from quantdesk.gateway.accounts.schemas import Fill, SubAccount, Transfer
from quantdesk.gateway.exchange.schemas import Exchange
from quantdesk.gateway.markets.schemas import Market, Ticker, Trade
from quantdesk.gateway.orders.schemas import Order, PreviewReply
from quantdesk.gateway.transactions.schemas import BuiltTransaction, TransactionReply

PROGRAM = str(Pubkey.from_bytes(bytes([7] * 32)))
ADDRESS = str(Pubkey.from_bytes(bytes([9] * 32)))
WEB = Path(__file__).resolve().parents[2] / "web" / "dist"
TAKER_FEE = Decimal("0.0005")
BUCKETS = {
    "1s": 1,
    "5s": 5,
    "15s": 15,
    "1m": 60,
    "5m": 300,
    "15m": 900,
    "1h": 3600,
    "4h": 14400,
    "1d": 86400,
    "1w": 604800,
}
SPECS = {
    "BTC-PERP": ("BTC", Decimal("97250"), Decimal(1), Decimal("0.0001"), 10_000),
    "ETH-PERP": ("ETH", Decimal("2810.4"), Decimal("0.1"), Decimal("0.001"), 1_000),
    "SOL-PERP": ("SOL", Decimal("142.31"), Decimal("0.01"), Decimal("0.01"), 100),
}


def now_ms() -> int:
    return int(time.time() * 1000)


def text(value: Decimal) -> str:
    shown = format(value, "f")
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def digits(step: Decimal) -> int:
    return max(0, -int(step.normalize().as_tuple().exponent))


@dataclass
class FakeMarket:
    """One invented market: a random walk with a book around it."""

    symbol: str
    index: int
    base: str
    price: Decimal
    tick: Decimal
    lot: Decimal
    lots_per_base: int
    seq: int = 1
    bids: dict[Decimal, Decimal] = field(default_factory=dict)
    asks: dict[Decimal, Decimal] = field(default_factory=dict)
    trades: list[dict[str, Any]] = field(default_factory=list)
    marks: list[tuple[int, Decimal, Decimal]] = field(default_factory=list)
    opened: Decimal = Decimal(0)

    def seed(self, seconds: int) -> None:
        self.opened = self.price
        start = now_ms() - seconds * 1000
        for second in range(seconds):
            self.walk(start + second * 1000)

    def walk(self, at: int) -> None:
        step = self.price * Decimal(random.gauss(0, 0.00012))
        self.price = (self.price + step).quantize(self.tick)
        size = (Decimal(random.expovariate(1.2)) * Decimal(2000) / self.price).quantize(self.lot) + self.lot
        self.marks.append((at, self.price, size))
        side = "buy" if step > 0 else "sell"
        trade = {
            "id": f"{len(self.marks)}-0",
            "market": self.symbol,
            "price": text(self.price),
            "size": text(size),
            "side": side,
            "ts_ms": at,
            "slot": 1000,
            "signature": "5" * 80,
            "liquidation": False,
        }
        self.trades = [trade, *self.trades[:99]]

    def rebook(self) -> tuple[list[list[str]], list[list[str]]]:
        """New levels around the price; returns the difference to the old ones."""
        fresh: list[dict[Decimal, Decimal]] = []
        for side in (-1, 1):
            levels = {}
            for n in range(40):
                at = self.price + side * self.tick * (1 + n + int(random.random() * 1.4))
                levels[at] = (Decimal(random.randint(20, 900)) * 10 / self.price).quantize(
                    self.lot
                ) + self.lot
            fresh.append(levels)
        changed = []
        for old, new in zip((self.bids, self.asks), fresh, strict=True):
            gone = [[text(price), "0"] for price in old if price not in new]
            changed.append(gone + [[text(p), text(s)] for p, s in new.items() if old.get(p) != s])
        self.bids, self.asks = fresh
        self.seq += 1
        return changed[0], changed[1]

    def candles(self, resolution: str) -> list[dict[str, Any]]:
        width = BUCKETS[resolution] * 1000
        rows: dict[int, dict[str, Any]] = {}
        for at, price, size in self.marks:
            t = at - at % width
            row = rows.setdefault(
                t,
                {"t_ms": t, "o": price, "h": price, "l": price, "c": price, "v": Decimal(0), "closed": True},
            )
            row.update(h=max(row["h"], price), l=min(row["l"], price), c=price, v=row["v"] + size)
        done = [{**row, **{key: text(row[key]) for key in "ohlcv"}} for row in rows.values()]
        return done[::-1]

    def parameters(self) -> dict[str, Any]:
        return Market(
            symbol=self.symbol,
            index=self.index,
            base=self.base,
            quote="USDC",
            status="active",
            book=ADDRESS,
            lots_per_base=self.lots_per_base,
            tick_atoms=100,
            price_step=text(self.tick),
            size_step=text(self.lot),
            price_decimals=digits(self.tick),
            size_decimals=digits(self.lot),
            min_price=text(self.tick),
            max_price="10000000",
            min_size=text(self.lot),
            min_order_notional="10",
            max_position_notional="5000000",
            open_interest_cap=None,
            max_leverage="20",
            margin_tiers=[],
            maintenance_fraction="0.5",
            trade_band="0.05",
            mark_band="0.01",
            profit_vesting_s=600,
            funding_cap_1h="0.005",
            interest_rate_8h="0.0001",
            impact_notional="5000",
            liquidation_fee="0.005",
            price_source="signed",
            max_price_age_open_ms=10_000,
            max_price_age_liquidate_ms=60_000,
            created_ms=None,
            resume_at_ms=None,
        ).model_dump(mode="json")

    def ticker(self) -> dict[str, Any]:
        bid, ask = max(self.bids, default=None), min(self.asks, default=None)
        prices = [price for _, price, _ in self.marks]
        volume = sum((size for _, _, size in self.marks), Decimal(0))
        return Ticker(
            symbol=self.symbol,
            status="active",
            feed="simulated",
            bid=text(bid) if bid else None,
            bid_size="1",
            ask=text(ask) if ask else None,
            ask_size="1",
            last=text(self.price),
            last_ms=now_ms(),
            mark=text(self.price),
            index=text(self.price),
            confidence="0.05",
            index_published_ms=now_ms() - 200,
            funding_rate_1h="0.0000125",
            next_rate="-0.000021",
            next_funding_ms=(now_ms() // 3_600_000 + 1) * 3_600_000,
            open_interest="182.4",
            open_interest_notional=text(Decimal("182.4") * self.price),
            open_24h=text(self.opened),
            high_24h=text(max(prices)),
            low_24h=text(min(prices)),
            volume_24h=text(volume),
            volume_quote_24h=text(volume * self.price),
            change_24h=text((self.price / self.opened - 1).quantize(Decimal("0.000001"))),
            trades_24h=len(prices),
            updated_ms=now_ms(),
        ).model_dump(mode="json")


@dataclass
class FakeAccount:
    """One wallet: a balance, signed positions with their entry, resting orders."""

    cash: Decimal = Decimal(0)
    held: dict[str, tuple[Decimal, Decimal]] = field(default_factory=dict)
    orders: list[dict[str, Any]] = field(default_factory=list)
    fills: list[dict[str, Any]] = field(default_factory=list)
    transfers: list[dict[str, Any]] = field(default_factory=list)


class FakeGateway:
    """State, routes and socket of the fake."""

    def __init__(self, history_s: int = 900) -> None:
        self.markets = {
            symbol: FakeMarket(symbol, index, *spec) for index, (symbol, spec) in enumerate(SPECS.items())
        }
        for market in self.markets.values():
            market.seed(history_s)
            market.rebook()
        self.accounts: dict[str, FakeAccount] = {}
        self.sockets: dict[WebSocket, dict[str, tuple[dict[str, Any], int]]] = {}
        self.frozen = self.halted = self.refusing = self.foreign = False
        self.slot, self.halted_at, self.serial = 435_888_000, 0, 1
        self.app = Starlette(
            routes=[*self._routes(), Mount("/", StaticFiles(directory=WEB, html=True))],
            lifespan=self._lifespan,
        )

    def _routes(self) -> list[Route | WebSocketRoute]:
        get = [
            ("/v1/exchange", lambda _: self.exchange()),
            (
                "/v1/markets",
                lambda _: self.stamped(
                    items=[m.parameters() for m in self.markets.values()], next_cursor=None
                ),
            ),
            ("/v1/markets/{symbol}/candles", self.candles),
            (
                "/v1/accounts/{wallet}/orders",
                lambda r: self.page([o for o in self.of(r).orders if o["status"] != "open"]),
            ),
            ("/v1/accounts/{wallet}/fills", lambda r: self.page(self.of(r).fills)),
            ("/v1/accounts/{wallet}/transfers", lambda r: self.page(self.of(r).transfers)),
        ]
        post = [
            ("/v1/preview/order", self.preview),
            ("/v1/tx/send", self.send),
            ("/v1/tx/{name}", self.build),
            ("/v1/faucet", self.faucet),
            ("/v1/mikey/parse", self.parse),
            ("/v1/mikey/tickets/{id}/confirm", self.confirm),
            ("/v1/auth/nonce", self.nonce),
            ("/v1/auth/login", self.login),
            ("/v1/auth/refresh", self.refresh),
            ("/fake/{state}", self.control),
        ]

        def read(call: Any) -> Any:
            async def respond(request: Request) -> Response:
                if self.refusing:
                    body = {"code": "dependency_away", "detail": "The store is away (asked of the fake)."}
                    return JSONResponse(body, 503)
                return JSONResponse(call(request))

            return respond

        return [
            *(Route(path, read(call)) for path, call in get),
            *(Route(path, call, methods=["POST"]) for path, call in post),
            WebSocketRoute("/v1/ws", self.socket),
        ]

    @contextlib.asynccontextmanager
    async def _lifespan(self, _app: Starlette) -> Any:
        tasks = [asyncio.create_task(self.live()), asyncio.create_task(self.heartbeat())]
        yield
        for task in tasks:
            task.cancel()

    def stamped(self, **body: Any) -> dict[str, Any]:
        return {"slot": self.slot, "age_ms": 5, **body}

    def page(self, items: list[dict[str, Any]]) -> dict[str, Any]:
        return self.stamped(
            feed="simulated", items=items, next_cursor=None, unknown_before_ms=None, wallet=ADDRESS
        )

    def of(self, request: Request) -> FakeAccount:
        return self.accounts.setdefault(request.path_params["wallet"], FakeAccount())

    def exchange(self) -> dict[str, Any]:
        rest = {
            "max_body_bytes": 1,
            "max_page_size": 1000,
            "default_page_size": 100,
            "max_book_depth": 100,
            "min_slot_wait_ms": 1000,
            "classes": [],
        }
        names = (
            "max_message_bytes",
            "max_subscriptions",
            "max_connections_per_address",
            "messages_per_second",
            "resume_messages",
            "slow_reader_bytes",
            "slow_reader_ms",
            "idle_timeout_ms",
        )
        trading = {
            "max_orders_per_batch": 16,
            "max_positions": 8,
            "max_orders_per_side": 64,
            "min_account_equity": "5",
            "max_position_notional": "5000000",
            "max_transaction_bytes": 1232,
        }
        usdc = {
            "index": 0,
            "asset": "USDC",
            "mint": ADDRESS,
            "vault": ADDRESS,
            "decimals": 6,
            "initial_weight": "1",
            "maintenance_weight": "1",
            "deposit_cap": None,
            "total_deposits": "0",
        }
        accounts = {
            "exchange": ADDRESS,
            "ledger": ADDRESS,
            "event_authority": ADDRESS,
            "admin": ADDRESS,
            "guardian": None,
        }
        limits = {"rest": rest, "websocket": dict.fromkeys(names, 1), "trading": trading}
        return Exchange(
            slot=self.slot,
            age_ms=5,
            cluster="localnet",
            chain="solana:localnet",
            genesis_hash="fake",
            program_id=PROGRAM,
            exchange_id=1,
            accounts=accounts,
            collaterals=[usdc],
            fee_tiers=[],
            limits=limits,
            status="open",
            paused=[],
            deficit="0",
            insurance="0",
            fees_collected="0",
            withdraw_rest_until_ms=None,
            traders=1,
            trader_capacity=100,
            event_seq="1",
            instructions=[],
            not_available_yet=[],
            offers={"faucet": True, "development_wallet": True},
            server_ms=now_ms(),
        ).model_dump(mode="json")

    def candles(self, request: Request) -> dict[str, Any]:
        query, market = request.query_params, self.markets[request.path_params["symbol"]]
        rows = [
            row
            for row in market.candles(query["resolution"])
            if row["t_ms"] < int(query.get("end_ms", 1 << 60))
        ]
        limit = int(query.get("limit", 100))
        return self.stamped(
            feed="simulated",
            symbol=market.symbol,
            resolution=query["resolution"],
            source=query.get("source", "trade"),
            items=rows[:limit],
            next_cursor="more" if len(rows) > limit else None,
            unknown_before_ms=None,
        )

    # ---- accounts

    def sub_account(self, wallet: str) -> dict[str, Any] | None:
        account = self.accounts.get(wallet)
        if account is None or not account.transfers:
            return None
        positions, pnl, initial = [], Decimal(0), Decimal(0)
        for symbol, (base, entry) in account.held.items():
            market = self.markets[symbol]
            notional, gain = abs(base) * market.price, (market.price - entry) * base
            pnl, initial = pnl + gain, initial + notional / 20
            cushion = (account.cash - notional / 40) / abs(base)
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
        equity = account.cash + pnl
        return SubAccount(
            sub=0,
            address=ADDRESS,
            status="active",
            slot_index=1,
            generation=1,
            balances=[
                {"asset": "USDC", "amount": money(account.cash), "parked": "0", "value": money(account.cash)}
            ],
            locked="0",
            withdrawable=money(max(Decimal(0), account.cash + min(pnl, Decimal(0)) - initial)),
            equity=money(equity),
            free_collateral=money(equity - initial),
            initial_margin=money(initial),
            maintenance_margin=money(initial / 2),
            margin_ratio=ratio(initial / 2, equity),
            leverage=ratio(initial * 20, equity),
            unrealized_pnl=money(pnl),
            unsettled_funding="0",
            open_orders=len(account.orders),
            positions=positions,
            as_of_ms=now_ms(),
            last_active_ms=now_ms(),
        ).model_dump(mode="json")

    def margin(self, wallet: str) -> dict[str, Any]:
        sub = self.sub_account(wallet)
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

    def account_data(self, wallet: str, snapshot: bool) -> dict[str, Any]:
        account = self.accounts.setdefault(wallet, FakeAccount())
        sub = self.sub_account(wallet)
        orders = (
            [order for order in account.orders if order["status"] == "open"] if snapshot else account.orders
        )
        return {
            "sub_accounts": [sub] if sub else [],
            "orders": orders,
            "fills": account.fills[:100],
            "transfers": account.transfers[:100],
        }

    def apply(self, wallet: str, name: str, body: dict[str, Any]) -> None:
        """What the real program would do, very roughly."""
        account = self.accounts.setdefault(wallet, FakeAccount())
        self.serial += 1
        if name in {"deposit", "withdraw"}:
            amount = Decimal(body["amount"])
            account.cash += amount if name == "deposit" else -amount
            kind = "deposit" if name == "deposit" else "withdrawal"
            moved = Transfer(
                id=str(self.serial),
                sub=0,
                kind=kind,
                asset="USDC",
                amount=body["amount"],
                ts_ms=now_ms(),
                slot=self.slot,
                signature="5" * 80,
            )
            account.transfers.insert(0, moved.model_dump(mode="json"))
        elif name in {"cancel-order", "cancel-all"}:
            for order in account.orders:
                if order["status"] == "open" and body.get("order_id") in {None, order["order_id"]}:
                    order.update(status="cancelled", reason="user", updated_ms=now_ms())
        elif name == "place-order":
            self.place(wallet, account, body)

    def place(self, wallet: str, account: FakeAccount, body: dict[str, Any]) -> None:
        market, size, sign = (
            self.markets[body["market"]],
            Decimal(body["size"]),
            1 if body["side"] == "buy" else -1,
        )
        price = Decimal(body["price"]) if body.get("price") else market.price
        takes = body["type"] == "market" or (price - market.price) * sign >= 0
        order = Order(
            order_id=str(self.serial),
            client_id=None,
            market=market.symbol,
            wallet=wallet,
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
            slot=self.slot,
            signature="5" * 80,
        )
        account.orders.insert(0, order.model_dump(mode="json"))
        if not takes:
            return
        base, entry = account.held.get(market.symbol, (Decimal(0), Decimal(0)))
        after, realized = base + sign * size, Decimal(0)
        if base and base * sign < 0:
            closed = min(abs(base), size)
            realized = (market.price - entry) * closed * (1 if base > 0 else -1)
        else:
            entry = (entry * abs(base) + market.price * size) / (abs(base) + size)
        account.held.pop(market.symbol, None)
        if after:
            account.held[market.symbol] = (after, entry if base * after >= 0 else market.price)
        fee = size * market.price * TAKER_FEE
        account.cash += realized - fee
        done = Fill(
            id=f"{self.serial}-0-taker",
            market=market.symbol,
            sub=0,
            order_id=order.order_id,
            client_id=None,
            side=body["side"],
            role="taker",
            price=text(market.price),
            size=text(size),
            fee=money(fee),
            realized_pnl=money(realized),
            ts_ms=now_ms(),
            slot=self.slot,
            signature="5" * 80,
        )
        account.fills.insert(0, done.model_dump(mode="json"))

    # ---- transactions

    async def preview(self, request: Request) -> Response:
        body = await request.json()
        market, size = self.markets[body["market"]], Decimal(body["size"])
        before = self.margin(body["wallet"])
        notional = size * market.price
        takes = body["type"] == "market"
        if Decimal(before["free_collateral"] or 0) < notional / 20:
            detail = "The account's equity does not cover the initial margin of this order."
            return JSONResponse({"code": "InsufficientMargin", "detail": detail, "status": 422}, 422)
        added = notional / 20
        after = {
            **before,
            "initial_margin": money(Decimal(before["initial_margin"]) + added),
            "free_collateral": money(Decimal(before["free_collateral"]) - added),
        }
        liquidation = text((market.price * Decimal("0.62")).quantize(market.tick))
        reply = PreviewReply(
            slot=self.slot,
            age_ms=5,
            feed="simulated",
            market=market.symbol,
            side=body["side"],
            size=body["size"],
            price=body.get("price"),
            fills=[],
            filled=text(size) if takes else "0",
            resting="0" if takes else text(size),
            cancelled="0",
            average_price=text(market.price) if takes else None,
            notional=money(notional),
            fee=money(notional * TAKER_FEE) if takes else "0",
            slippage_bps="0.4" if takes else None,
            mark_price=text(market.price),
            before=before,
            after=after,
            liquidation_price_before=None,
            liquidation_price_after=liquidation,
            units=12000,
            summary="",
        )
        return JSONResponse(reply.model_dump(mode="json"))

    def built(self, name: str, body: dict[str, Any]) -> dict[str, Any]:
        wallet = Pubkey.from_string(body["wallet"])
        data = json.dumps({"name": name, **body}).encode()
        call = Instruction(Pubkey.from_string(PROGRAM), data, [AccountMeta(wallet, True, True)])
        calls = [call]
        if self.foreign:
            calls.append(Instruction(Pubkey.from_bytes(bytes([66] * 32)), b"", []))
        message = Message.new_with_blockhash(calls, wallet, Hash.new_unique())
        margin = self.margin(body["wallet"])
        reply = BuiltTransaction(
            slot=self.slot,
            age_ms=5,
            id=str(self.serial),
            transaction=base64.b64encode(bytes(Transaction.new_unsigned(message))).decode(),
            signers=[body["wallet"]],
            fee_payer=body["wallet"],
            instructions=[
                {
                    "program_id": PROGRAM,
                    "program": "quantdesk",
                    "name": name,
                    "args": {k: v for k, v in body.items() if v is not None},
                    "accounts": [
                        {"name": "signer", "address": body["wallet"], "signer": True, "writable": True}
                    ],
                    "summary": f"{name} (fake)",
                }
            ],
            simulation={
                "ok": True,
                "error": None,
                "logs": [],
                "units": 9120,
                "before": margin,
                "after": margin,
                "events": [],
            },
            unit_limit=12000,
            priority_fee=0,
            network_fee=5000,
            blockhash=str(message.recent_blockhash),
            last_valid_block_height=150,
        )
        return reply.model_dump(mode="json")

    async def build(self, request: Request) -> Response:
        return JSONResponse(self.built(request.path_params["name"], await request.json()))

    async def send(self, request: Request) -> Response:
        signed = Transaction.from_bytes(base64.b64decode((await request.json())["transaction"]))
        signed.verify()
        body = json.loads(bytes(signed.message.instructions[0].data))
        await asyncio.sleep(0.15)
        self.apply(body["wallet"], body["name"], body)
        await self.tell_account(body["wallet"])
        reply = TransactionReply(
            signature=str(signed.signatures[0]),
            slot=self.slot,
            state="confirmed",
            error=None,
            events=[],
            age_ms=1,
            last_valid_block_height=150,
        )
        return JSONResponse(reply.model_dump(mode="json"))

    async def faucet(self, request: Request) -> Response:
        body = await request.json()
        return JSONResponse(
            {
                "signature": "5" * 80,
                "slot": self.slot,
                "asset": "USDC",
                "amount": body["amount"],
                "balance": body["amount"],
                "sol_added": "1",
            }
        )

    async def nonce(self, request: Request) -> Response:
        return JSONResponse({"input": {}, "message": f"fake sign-in of {(await request.json())['wallet']}"})

    async def login(self, request: Request) -> Response:
        return JSONResponse(
            {
                "access_token": "fake",
                "token_type": "Bearer",
                "expires_in": 600,
                "wallet": (await request.json())["wallet"],
            }
        )

    async def refresh(self, _request: Request) -> Response:
        return JSONResponse({"code": "not_signed_in", "detail": "No session."}, 401)

    async def parse(self, request: Request) -> Response:
        body = await request.json()
        if "long 2 sol" not in body["text"]:
            return JSONResponse(
                {
                    "kind": "question",
                    "text": "Which market do you mean?",
                    "choices": ["long 2 sol at market"],
                    "actions": [],
                    "spans": [],
                }
            )
        action = {
            "instruction": "place-order",
            "market": "SOL-PERP",
            "side": "buy",
            "type": "market",
            "size": "2",
        }
        spans = [
            {"start": 0, "end": 4, "field": "side"},
            {"start": 5, "end": 6, "field": "size"},
            {"start": 7, "end": 10, "field": "market"},
        ]
        return JSONResponse(
            {
                "kind": "ticket",
                "text": "Buy 2 SOL-PERP at market",
                "actions": [action],
                "ticket_id": body["wallet"] or "none",
                "expires_at_ms": now_ms() + 60_000,
                "choices": [],
                "spans": spans,
            }
        )

    async def confirm(self, request: Request) -> Response:
        order = {
            "wallet": request.path_params["id"],
            "market": "SOL-PERP",
            "side": "buy",
            "type": "market",
            "size": "2",
        }
        return JSONResponse({"transactions": [self.built("place-order", order)]})

    # ---- socket

    async def control(self, request: Request) -> Response:
        """Drive a state from a test: freeze, thaw, drop, halt, resume, refuse, answer, foreign, honest."""
        state = request.path_params["state"]
        self.frozen = state == "freeze" if state in {"freeze", "thaw"} else self.frozen
        self.refusing = state == "refuse" if state in {"refuse", "answer"} else self.refusing
        self.foreign = state == "foreign" if state in {"foreign", "honest"} else self.foreign
        if state in {"halt", "resume"}:
            self.halted, self.halted_at = state == "halt", now_ms()
        if state == "drop":
            for socket in list(self.sockets):
                await socket.close(1001)
        return JSONResponse({})

    async def socket(self, socket: WebSocket) -> None:
        if self.frozen or self.refusing:
            await socket.close(1001)
            return
        await socket.accept()
        self.sockets[socket] = {}
        try:
            while True:
                request = await socket.receive_json()
                if request["op"] == "ping":
                    if not self.frozen:
                        await socket.send_json({"op": "pong", "id": request.get("id"), "server_ms": now_ms()})
                elif request["op"] == "subscribe":
                    selector = {
                        key: request[key]
                        for key in ("channel", "market", "resolution", "source", "wallet")
                        if key in request
                    }
                    self.sockets[socket][json.dumps(selector)] = (selector, 1)
                    data = self.snapshot(selector)
                    await socket.send_json(
                        self.message("subscribed", selector, 0, 1, True, data) | {"id": request.get("id")}
                    )
                elif request["op"] == "unsubscribe":
                    selector = {
                        key: request[key]
                        for key in ("channel", "market", "resolution", "source", "wallet")
                        if key in request
                    }
                    self.sockets[socket].pop(json.dumps(selector), None)
        except (WebSocketDisconnect, RuntimeError):
            pass
        finally:
            self.sockets.pop(socket, None)

    def snapshot(self, selector: dict[str, Any]) -> dict[str, Any]:
        channel, market = selector["channel"], self.markets.get(selector.get("market", ""))
        if channel == "status":
            return self.status()
        if channel == "account":
            return self.account_data(selector["wallet"], True)
        assert market is not None
        if channel == "book":
            return {
                "bids": [[text(p), text(s)] for p, s in market.bids.items()],
                "asks": [[text(p), text(s)] for p, s in market.asks.items()],
            }
        if channel == "trades":
            return {"trades": [Trade(**trade).model_dump(mode="json") for trade in market.trades]}
        if channel == "ticker":
            return market.ticker()
        return {"candles": market.candles(selector["resolution"])[:500]}

    def message(
        self, op: str, selector: dict[str, Any], prev: int, seq: int, snapshot: bool, data: dict[str, Any]
    ) -> dict[str, Any]:
        return {
            "op": op,
            **selector,
            "epoch": "fake",
            "prev_seq": prev,
            "seq": seq,
            "snapshot": snapshot,
            "slot": self.slot,
            "feed": "simulated",
            "ts_ms": now_ms(),
            "data": data,
        }

    def status(self) -> dict[str, Any]:
        age = now_ms() - self.halted_at if self.halted else 120
        return {
            "server_ms": now_ms(),
            "slot": self.slot,
            "event_seq": "1",
            "chain_age_ms": age,
            "indexer_lag_ms": 20,
            "rpc_ms": 2,
            "feed": "simulated",
            "feeds": [],
            "dependencies": [],
        }

    async def publish(self, wanted: dict[str, Any], data: dict[str, Any]) -> None:
        for socket, following in list(self.sockets.items()):
            for key, (selector, seq) in list(following.items()):
                if any(selector.get(name) != value for name, value in wanted.items()):
                    continue
                following[key] = (selector, seq + 1)
                with contextlib.suppress(RuntimeError, WebSocketDisconnect):
                    await socket.send_json(self.message("update", selector, seq, seq + 1, False, data))

    async def tell_account(self, wallet: str) -> None:
        await self.publish({"channel": "account", "wallet": wallet}, self.account_data(wallet, False))

    async def heartbeat(self) -> None:
        while True:
            await asyncio.sleep(1)
            if not self.frozen:
                self.slot += 0 if self.halted else 3
                await self.publish({"channel": "status"}, self.status())

    async def live(self) -> None:
        while True:
            await asyncio.sleep(0.25)
            if self.frozen or self.halted:
                continue
            for market in self.markets.values():
                market.walk(now_ms())
                bids, asks = market.rebook()
                chosen = {"market": market.symbol}
                await self.publish({"channel": "book", **chosen}, {"bids": bids, "asks": asks})
                await self.publish({"channel": "trades", **chosen}, {"trades": market.trades[:1]})
                await self.publish({"channel": "ticker", **chosen}, market.ticker())
                for resolution in {
                    s.get("resolution")
                    for f in self.sockets.values()
                    for s, _ in f.values()
                    if s["channel"] == "candles"
                }:
                    await self.publish(
                        {"channel": "candles", "resolution": resolution, **chosen},
                        {"candles": market.candles(str(resolution))[:1]},
                    )
            for wallet, account in self.accounts.items():
                if account.held:
                    sub = self.sub_account(wallet)
                    await self.publish(
                        {"channel": "account", "wallet": wallet},
                        {"sub_accounts": [sub], "orders": None, "fills": None, "transfers": None},
                    )


def money(value: Decimal) -> str:
    return text(value.quantize(Decimal("0.000001"), ROUND_DOWN))


def ratio(part: Decimal, of: Decimal) -> str | None:
    return text((part / of).quantize(Decimal("0.000001"))) if of > 0 else None


if __name__ == "__main__":
    uvicorn.run(FakeGateway().app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
