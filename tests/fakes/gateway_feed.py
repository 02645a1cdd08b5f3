"""A clearly fake gateway for the terminal alone: invented markets, no chain, no matching, nothing persisted.

It speaks the REST and socket shapes of the real one (bodies pass the gateway's own schemas), so that the
terminal's states can be driven on purpose, by POST /fake/{state}: `freeze` stops every message, `drop` closes
the sockets, `halt` stops the chain, `refuse` fails reads, `foreign` adds a program off the allow-list, `swap`
builds another order than was asked for. By hand: `PYTHONPATH=tests python -m fakes.gateway_feed 3002`.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import sys
from decimal import Decimal
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

from fakes.gateway_account import TAKER_FEE, FakeAccount
from fakes.gateway_calls import encode
from fakes.gateway_market import ADDRESS, FakeMarket, money, now_ms, text
from quantdesk.gateway.exchange.schemas import Exchange
from quantdesk.gateway.markets.schemas import Trade
from quantdesk.gateway.orders.schemas import PreviewReply
from quantdesk.gateway.transactions.schemas import BuiltTransaction, TransactionReply

PROGRAM = str(Pubkey.from_bytes(bytes([7] * 32)))
WEB = Path(__file__).resolve().parents[2] / "web" / "dist"
SPECS = {
    "BTC-PERP": ("BTC", Decimal("97250"), Decimal(1), Decimal("0.0001"), 10_000),
    "ETH-PERP": ("ETH", Decimal("2810.4"), Decimal("0.1"), Decimal("0.001"), 1_000),
    "SOL-PERP": ("SOL", Decimal("142.31"), Decimal("0.01"), Decimal("0.01"), 100),
}


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
        self.pending: dict[bytes, tuple[str, dict[str, Any]]] = {}
        self.sockets: dict[WebSocket, dict[str, tuple[dict[str, Any], int]]] = {}
        self.frozen = self.halted = self.refusing = self.foreign = self.swapping = False
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
            ("/v1/accounts/{wallet}/triggers", lambda _: self.page([])),
            ("/v1/accounts/{wallet}/delegates", lambda _: self.page([])),
            ("/v1/exchange/changes", lambda _: self.page([])),
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
        return self.account(request.path_params["wallet"])

    def account(self, wallet: str) -> FakeAccount:
        return self.accounts.setdefault(wallet, FakeAccount(wallet, self.markets))

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
            "price": None,
            "price_ms": None,
            "is_stale": False,
            "pending_price": None,
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
            timelock_s=86_400,
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

    # ---- transactions

    async def preview(self, request: Request) -> Response:
        body = await request.json()
        market, size = self.markets[body["market"]], Decimal(body["size"])
        before = self.account(body["wallet"]).margin()
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
        if self.swapping and name == "place-order":
            body = {**body, "side": "sell" if body["side"] == "buy" else "buy"}
        wallet = Pubkey.from_string(body["wallet"])
        call = Instruction(
            Pubkey.from_string(PROGRAM), encode(name, body, self.markets), [AccountMeta(wallet, True, True)]
        )
        calls = [call]
        if self.foreign:
            calls.append(Instruction(Pubkey.from_bytes(bytes([66] * 32)), b"", []))
        message = Message.new_with_blockhash(calls, wallet, Hash.new_unique())
        self.pending[bytes(message)] = (name, body)
        margin = self.account(body["wallet"]).margin()
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
                "order_errors": [],
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
        name, body = self.pending.pop(bytes(signed.message))
        await asyncio.sleep(0.15)
        self.account(body["wallet"]).apply(name, body, self.slot)
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
        return JSONResponse({"transactions": [{"action": 0, **self.built("place-order", order)}]})

    # ---- socket

    async def control(self, request: Request) -> Response:
        """Drive: freeze, thaw, drop, halt, resume, refuse, answer, foreign, swap, honest, liquidate."""
        state = request.path_params["state"]
        self.frozen = state == "freeze" if state in {"freeze", "thaw"} else self.frozen
        self.refusing = state == "refuse" if state in {"refuse", "answer"} else self.refusing
        self.foreign = state == "foreign" if state in {"foreign", "honest"} else self.foreign
        self.swapping = state == "swap" if state in {"swap", "honest"} else self.swapping
        if state in {"halt", "resume"}:
            self.halted, self.halted_at = state == "halt", now_ms()
        if state == "liquidate":
            for wallet, account in self.accounts.items():
                account.take_over(self.slot)
                await self.tell_account(wallet)
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
                        self.message("subscribed", selector, 1, True, data) | {"id": request.get("id")}
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
            return self.account(selector["wallet"]).data(True)
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
        self, op: str, selector: dict[str, Any], seq: int, snapshot: bool, data: dict[str, Any]
    ) -> dict[str, Any]:
        return {
            "op": op,
            **selector,
            "epoch": "fake",
            "prev_seq": 0 if snapshot else seq - 1,
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
            "exchange": "open",
            "paused": [],
            "deficit": "0",
            "withdraw_rest_until_ms": None,
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
                    await socket.send_json(self.message("update", selector, seq + 1, False, data))

    async def tell_account(self, wallet: str) -> None:
        await self.publish({"channel": "account", "wallet": wallet}, self.account(wallet).data(False))

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
                    sub = account.sub_account()
                    await self.publish(
                        {"channel": "account", "wallet": wallet},
                        {
                            "sub_accounts": [sub],
                            "orders": None,
                            "fills": None,
                            "transfers": None,
                            "triggers": None,
                            "liquidations": None,
                        },
                    )


if __name__ == "__main__":
    uvicorn.run(FakeGateway().app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
