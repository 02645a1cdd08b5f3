"""The exchange from Python: read, build, check, sign, send."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Sequence
from decimal import Decimal, InvalidOperation
from types import TracebackType
from typing import Any, TypeVar

import httpx
import msgspec
from solders.pubkey import Pubkey
from solders.transaction import VersionedTransaction

from quantdesk.program.addresses import Addresses, program_id
from quantdesk.sdk import models
from quantdesk.sdk.errors import NotConfirmed, QuantDeskError, Refused
from quantdesk.sdk.stream import Message, follow
from quantdesk.sdk.transport import Transport
from quantdesk.sdk.verify import Request, require_as_asked
from quantdesk.sdk.wallet import Wallet

DEFAULT_GATEWAY = "http://localhost:3002"
PAGE = 500

Reply = TypeVar("Reply")
Number = Decimal | int | str


def _text(value: Number | None) -> str | None:
    """Exact decimal text without an exponent; floats are not numbers of money."""
    if value is None:
        return None
    if isinstance(value, float):
        raise QuantDeskError(f"{value!r} is a float; give a Decimal, an int or text such as '0.1'")
    try:
        return format(Decimal(value), "f")
    except InvalidOperation:
        raise QuantDeskError(f"{value!r} is no number; give one such as 0.1") from None


class Client:
    """One gateway and, for everything that signs, one wallet: of the account's owner, or of its delegate.

    The wallet's key never leaves this process: the gateway builds a transaction, the client decodes it,
    refuses to sign anything other than what was asked (WrongTransaction), signs and sends it.
    Every call raises Unreachable or Refused; those that send also NotConfirmed. What the program would refuse
    is Refused before it is signed.

    A bot with a key of its own, bounded by the limits that the owner gave it (`set_delegate`)::

        async with Client(gateway, Wallet.from_file(owner_key)) as owner:
            limits = {"max_order_notional": 500, "max_position_notional": 1_000, "daily_notional": 5_000}
            await owner.set_delegate(bot.address, expires_at_ms, **limits)
        async with Client(gateway, bot, owner=owner_address) as trader:
            await trader.place("SOL-PERP", "buy", 1, price="138")  # the owner's account, the bot's signature
            await trader.place("SOL-PERP", "buy", 10, price="138")  # Refused: DelegateLimit
            await trader.withdraw(1)  # Refused: NotAuthorised, always

    The bot pays the network fee; it needs SOL, and no USDC.
    """

    def __init__(
        self,
        gateway: str = DEFAULT_GATEWAY,
        wallet: Wallet | None = None,
        *,
        owner: str | None = None,
        sub: int = 0,
        exchange_id: int = 0,
        program: str | None = None,
        http: httpx.AsyncClient | None = None,
    ) -> None:
        """``owner``: whose trader account this wallet acts for as a delegate; default: its own.

        ``program`` and ``exchange_id``: whose transactions may be signed; default: this release's.
        """
        self._transport = Transport(gateway, http)
        self._wallet = wallet
        self._owner = owner
        self._venue = Addresses(Pubkey.from_string(program) if program else program_id(), exchange_id)
        self._markets: dict[str, models.Market] = {}
        self._mint: Pubkey | None = None
        self.sub = sub

    async def __aenter__(self) -> Client:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._transport.close()

    @property
    def wallet(self) -> Wallet:
        """The signing wallet. Raises QuantDeskError when the client has none."""
        if self._wallet is None:
            raise QuantDeskError("this needs a wallet: Client(gateway, Wallet.from_file(...))")
        return self._wallet

    @property
    def owner(self) -> str:
        """Whose trader account this client reads and acts for."""
        return self._owner or self.wallet.address

    # ---- reading ----

    async def exchange(self) -> dict[str, Any]:
        """Cluster, addresses, collaterals, fees and every limit, as the gateway answers it."""
        answer: dict[str, Any] = await self._transport.get("/exchange")
        return answer

    async def pending_changes(self) -> list[dict[str, Any]]:
        """Changes of the rules that wait out the timelock: what each changes, when it is due, by whom."""
        return list((await self._transport.get("/exchange/changes"))["items"])

    async def markets(self) -> list[models.Market]:
        """All markets."""
        return _many(await self._transport.get("/markets"), models.Market)

    async def market(self, symbol: str) -> models.Market:
        """One market's parameters."""
        return _one(await self._transport.get(f"/markets/{symbol}"), models.Market)

    async def tickers(self) -> list[models.Ticker]:
        """Present numbers of all markets."""
        return _many(await self._transport.get("/tickers"), models.Ticker)

    async def ticker(self, symbol: str) -> models.Ticker:
        """Present numbers of one market."""
        return _one(await self._transport.get(f"/markets/{symbol}/ticker"), models.Ticker)

    async def book(self, symbol: str, depth: int = 20, grouping: Number | None = None) -> models.Book:
        """Aggregated levels, best first."""
        answer = await self._transport.get(f"/markets/{symbol}/book", depth=depth, grouping=_text(grouping))
        return _one(answer, models.Book)

    async def trades(self, symbol: str, limit: int = 100) -> list[models.Trade]:
        """The tape, newest first."""
        return _many(await self._transport.get(f"/markets/{symbol}/trades", limit=limit), models.Trade)

    async def candles(
        self, symbol: str, resolution: str = "1m", source: str = "trade", limit: int = 500
    ) -> list[models.Candle]:
        """Candles, newest first; empty buckets are absent."""
        path = f"/markets/{symbol}/candles"
        answer = await self._transport.get(path, resolution=resolution, source=source, limit=limit)
        return _many(answer, models.Candle)

    async def account(self, wallet: str | None = None, min_slot: int | None = None) -> models.Account:
        """A wallet's balances, margin and positions; this client's own by default."""
        path = f"/accounts/{wallet or self.owner}"
        return _one(await self._transport.get(path, min_slot=min_slot), models.Account)

    async def sub_account(self, min_slot: int | None = None) -> models.SubAccount | None:
        """This client's sub-account; None before its first deposit."""
        account = await self.account(min_slot=min_slot)
        return next((each for each in account.sub_accounts if each.sub == self.sub), None)

    async def position(self, symbol: str, min_slot: int | None = None) -> models.Position | None:
        """This client's position in ``symbol``; None when it is flat."""
        account = await self.sub_account(min_slot)
        positions = account.positions if account else []
        return next((each for each in positions if each.market == symbol), None)

    async def orders(
        self,
        status: str = "open",
        market: str | None = None,
        wallet: str | None = None,
        min_slot: int | None = None,
    ) -> list[models.Order]:
        """Orders of one page, newest first; ``status`` is open, closed or all."""
        path = f"/accounts/{wallet or self.owner}/orders"
        answer = await self._transport.get(path, status=status, market=market, limit=PAGE, min_slot=min_slot)
        return _many(answer, models.Order)

    async def fills(self, market: str | None = None, limit: int = 100) -> list[models.Fill]:
        """This wallet's fills, newest first."""
        path = f"/accounts/{self.owner}/fills"
        return _many(await self._transport.get(path, market=market, limit=limit), models.Fill)

    async def triggers(
        self,
        status: str = "open",
        market: str | None = None,
        wallet: str | None = None,
        min_slot: int | None = None,
    ) -> list[dict[str, Any]]:
        """Stop and take-profit orders of one page; ``status`` as for `orders`, ``closed`` being the history.

        Each has ``status`` (waiting, executed, cancelled, expired), the ``reason`` of its end, and what its
        order ``filled``.
        """
        path = f"/accounts/{wallet or self.owner}/triggers"
        answer = await self._transport.get(path, status=status, market=market, limit=PAGE, min_slot=min_slot)
        return list(answer["items"])

    async def delegates(self) -> list[dict[str, Any]]:
        """Keys that may trade for this wallet, with their limits."""
        answer = await self._transport.get(f"/accounts/{self.owner}/delegates")
        return list(answer["items"])

    def follow(self, channel: str, **fields: Any) -> AsyncIterator[Message]:
        """Messages of a WebSocket channel, for ever: see `quantdesk.sdk.stream.follow`."""
        return follow(self._transport.socket_url, channel, token=self._transport.token, **fields)

    # ---- signing in ----

    async def sign_in(self) -> None:
        """Sign in with Solana: needed for `/v1/me` and for MIKEY where it acts."""
        nonce = await self._transport.post("/auth/nonce", {"wallet": self.wallet.address})
        message = str(nonce["message"])
        if self.wallet.address not in message:
            raise QuantDeskError("the sign-in message does not name this wallet: not signed")
        signature = self.wallet.sign_message(message.encode())
        login = {"wallet": self.wallet.address, "message": message, "signature": signature}
        self._transport.token = str((await self._transport.post("/auth/login", login))["access_token"])

    # ---- acting ----

    async def faucet(self, amount: Number = 10_000, asset: str = "USDC") -> dict[str, Any]:
        """Take test money (localnet only)."""
        body = {"wallet": self.wallet.address, "asset": asset, "amount": _text(amount)}
        answer: dict[str, Any] = await self._transport.post("/faucet", body)
        return answer

    async def preview(self, market: str, side: models.Side, size: Number, **fields: Any) -> models.Preview:
        """What an order would do now, by the real program. Fields as for `place`."""
        body = self._order(market, side, size, fields)
        return _one(await self._transport.post("/preview/order", body), models.Preview)

    async def deposit(self, amount: Number, asset: str = "USDC") -> models.Sent:
        """Deposit; the first one also opens and activates the account."""
        return await self.execute("deposit", asset=asset, amount=_text(amount))

    async def withdraw(self, amount: Number, asset: str = "USDC") -> models.Sent:
        """Withdraw to the wallet's own token account."""
        return await self.execute("withdraw", asset=asset, amount=_text(amount))

    async def place(self, market: str, side: models.Side, size: Number, **fields: Any) -> models.Sent:
        """Place an order: limit with ``price=``, else at market.

        Further fields as in `POST /v1/tx/place-order`: ``time_in_force``, ``post_only``, ``reduce_only``,
        ``client_id``, ``self_trade``, ``max_slippage_bps``, ``expires_at_ms``; with one that fills at once
        ``take_profit`` and ``stop_loss`` (mark prices).
        """
        return await self.execute("place-order", **self._order(market, side, size, fields))

    async def replace_many(self, market: str, orders: Sequence[dict[str, Any]]) -> models.Sent:
        """Cancel this account's orders in ``market``, then place up to 16, with one margin check."""
        return await self.execute("replace-many", market=market, orders=list(orders))

    async def modify(self, market: str, order_id: str, price: Number, size: Number) -> models.Sent:
        """Change an order to ``price`` and ``size``; only a smaller size keeps its place in the queue."""
        fields = {"order_id": order_id, "price": _text(price), "size": _text(size)}
        return await self.execute("modify-order", market=market, **fields)

    async def activate(self) -> models.Sent:
        """Take a slot of the ledger with the parked money; a deposit does so by itself."""
        return await self.execute("activate")

    async def park(self) -> models.Sent:
        """Give the slot up, without positions and orders: the money is parked."""
        return await self.execute("park")

    async def realize(self, market: str) -> models.Sent:
        """Turn the profit of a position into balance, at the worse of mark and index; there it vests."""
        return await self.execute("realize", market=market)

    async def set_dead_man(self, slots: int) -> models.Sent:
        """Let every order expire past ``slots`` from now unless this is called again in time; 0 ends it."""
        return await self.execute("set-dead-man", slots=slots)

    async def settle_slots(self, market: str) -> models.Sent:
        """Cancel orders, then close positions, of a market that settles: until it is settled."""
        return await self.execute("settle-slots", market=market)

    async def place_many(self, market: str, orders: Sequence[dict[str, Any]]) -> models.Sent:
        """Place up to 16 orders with one margin check; each fails alone."""
        return await self.execute("place-many", market=market, orders=list(orders))

    async def transfer(self, to_sub: int, amount: Number, asset: str = "USDC") -> models.Sent:
        """Move money to another sub-account of the same wallet."""
        return await self.execute("transfer", to_sub=to_sub, asset=asset, amount=_text(amount))

    async def place_trigger(
        self, market: str, kind: str, side: models.Side, size: Number, trigger_price: Number, **fields: Any
    ) -> models.Sent:
        """Let a stop or take_profit wait for the mark: at market, or limit with ``price=``.

        Further fields as in `POST /v1/tx/place-trigger`: ``max_slippage_bps``, ``expires_at_ms``,
        ``cancels``.
        """
        order = self._order(market, side, size, fields)
        return await self.execute("place-trigger", kind=kind, trigger_price=_text(trigger_price), **order)

    async def modify_trigger(self, market: str, trigger_id: str, **changes: Number) -> models.Sent:
        """Change a waiting trigger's ``trigger_price``, ``price`` or ``size``; the rest and its pair stay."""
        fields = {name: _text(value) for name, value in changes.items()}
        return await self.execute("modify-trigger", market=market, trigger_id=trigger_id, **fields)

    async def set_exits(self, market: str, replaces: Sequence[str] = (), **exits: Number) -> models.Sent:
        """Set the open position's ``take_profit`` and ``stop_loss`` (mark prices), as a pair when both.

        ``size`` in base units is the whole position when absent; ``replaces`` are ids of triggers of the
        market that are cancelled in the same transaction.
        """
        fields = {name: _text(value) for name, value in exits.items()}
        return await self.execute("set-exits", market=market, replaces=list(replaces), **fields)

    async def cancel_trigger(self, market: str, trigger_id: str | None = None) -> models.Sent:
        """Cancel one trigger, or all of a market."""
        return await self.execute("cancel-trigger", market=market, trigger_id=trigger_id)

    async def set_delegate(self, delegate: str, expires_at_ms: int, **limits: Any) -> models.Sent:
        """Let another key trade for this sub-account within limits that the program holds.

        ``limits`` as in `POST /v1/tx/set-delegate`: ``max_order_notional``, ``max_position_notional`` and
        ``daily_notional`` in USDC, ``markets`` (all when absent), ``reduce_only``, ``can_transfer``.
        """
        notionals = {name: _text(value) for name, value in limits.items() if name.endswith("_notional")}
        fields = limits | notionals
        return await self.execute("set-delegate", delegate=delegate, expires_at_ms=expires_at_ms, **fields)

    async def revoke_delegate(self, delegate: str) -> models.Sent:
        """Take a key's rights away."""
        return await self.execute("revoke-delegate", delegate=delegate)

    async def cancel(
        self, market: str, order_id: str | None = None, client_id: str | int | None = None
    ) -> models.Sent:
        """Cancel one order by either id."""
        client = None if client_id is None else str(client_id)
        return await self.execute("cancel-order", market=market, order_id=order_id, client_id=client)

    async def cancel_all(self, market: str | None = None) -> models.Sent:
        """Cancel all orders of one market, or of all."""
        return await self.execute("cancel-all", market=market)

    async def close(self, market: str) -> models.Sent | None:
        """Close the position in ``market`` at market, reduce-only; None when there is none."""
        position = await self.position(market)
        if position is None:
            return None
        side: models.Side = "sell" if position.side == "long" else "buy"
        return await self.place(market, side, position.size, reduce_only=True)

    async def execute(self, instruction: str, **fields: Any) -> models.Sent:
        """Build, verify, sign, send and wait until confirmed."""
        return await self.send(await self.build(instruction, **fields))

    async def build(self, instruction: str, **fields: Any) -> VersionedTransaction:
        """The unsigned transaction of `/v1/tx/{instruction}`, decoded here and found to be what was asked.

        Raises Refused with the program's error name when it would fail now.
        """
        body = {**self._account(), **fields}
        built = _one(await self._transport.post(f"/tx/{instruction}", body), models.BuiltTransaction)
        error = built.simulation.get("error")
        if error is not None:
            raise Refused.by_program(error)
        transaction = VersionedTransaction.from_bytes(base64.b64decode(built.transaction))
        require_as_asked(transaction, await self._request(instruction, body))
        return transaction

    async def _request(self, instruction: str, fields: dict[str, Any]) -> Request:
        """What was asked, with the steps and the mint that turn its numbers into the program's."""
        symbol = fields.get("market")
        if symbol is not None and symbol not in self._markets:
            self._markets[symbol] = await self.market(symbol)
        if self._mint is None:
            self._mint = Pubkey.from_string((await self.exchange())["collaterals"][0]["mint"])
        market = self._markets[symbol] if symbol is not None else None
        return Request(instruction, fields, self._venue, market, self._mint)

    async def send(self, transaction: VersionedTransaction) -> models.Sent:
        """Sign with the wallet, send, and return when the indexer has published it."""
        signed = self.wallet.sign(transaction)
        body = {"transaction": base64.b64encode(bytes(signed)).decode(), "wait": "confirmed"}
        sent = _one(await self._transport.post("/tx/send", body), models.Sent)
        if sent.state in ("failed", "expired"):
            raise NotConfirmed(
                sent.state, sent.signature, str((sent.error or {}).get("message", "no reason given"))
            )
        return sent

    # ---- MIKEY ----

    async def ask(self, text: str, market: str | None = None) -> models.Parsed:
        """What MIKEY understands by ``text``: a ticket, a question, an answer or a refusal."""
        body = {"text": text, "wallet": self.owner, "sub": self.sub, "market": market}
        return _one(await self._transport.post("/mikey/parse", body), models.Parsed)

    async def confirm(self, ticket: models.Parsed) -> list[models.Sent]:
        """Confirm a ticket: each transaction is checked against the ticket's actions, signed and sent."""
        if ticket.ticket_id is None:
            raise QuantDeskError(f"nothing to confirm: MIKEY answered a {ticket.kind}")
        if self._transport.token is None:
            await self.sign_in()
        answer = await self._transport.post(
            f"/mikey/tickets/{ticket.ticket_id}/confirm", {"wallet": self.wallet.address}
        )
        sent = []
        for action, built in zip(ticket.actions, answer["transactions"], strict=True):
            transaction = VersionedTransaction.from_bytes(base64.b64decode(built["transaction"]))
            asked = {**self._account(), **action}
            require_as_asked(transaction, await self._request(str(action["instruction"]), asked))
            sent.append(await self.send(transaction))
        return sent

    def _order(self, market: str, side: models.Side, size: Number, fields: dict[str, Any]) -> dict[str, Any]:
        price = _text(fields.pop("price", None))
        kind = fields.pop("type", "market" if price is None else "limit")
        client_id = fields.pop("client_id", None)
        return {
            **self._account(),
            "market": market,
            "side": side,
            "type": kind,
            "size": _text(size),
            "price": price,
            "client_id": None if client_id is None else str(client_id),
            **fields,
        }

    def _account(self) -> dict[str, Any]:
        """The trader account of a request, and who signs for it where that is not its owner."""
        account: dict[str, Any] = {"wallet": self.owner, "sub": self.sub}
        return account if self.owner == self.wallet.address else account | {"signer": self.wallet.address}


def _one(answer: Any, kind: type[Reply]) -> Reply:
    return msgspec.convert(answer, kind)


def _many(answer: Any, kind: type[Reply]) -> list[Reply]:
    return [msgspec.convert(item, kind) for item in answer["items"]]
