"""The exchange through the gateway's public REST API."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

import httpx
import msgspec
import structlog

from quantdesk.mikey.gateway_wire import account_view, market_view, orders_view
from quantdesk.mikey.grammar.outcome import Action
from quantdesk.mikey.grammar.view import DAY_MS, AccountView, MarketView, View
from quantdesk.mikey.venue import Json, Preview, VenueAway, VenueRefused

TIMEOUT_S = 10.0
ACCOUNT_TIMEOUT_S = 2.0
MARKETS_S, TICKERS_S, EXCHANGE_S, LIVE_S = 5.0, 0.25, 30.0, 60.0
LIVE_BUCKET_MS = 15 * 60_000
ORDERS_READ = 1_000
_log = structlog.get_logger(__name__)

Value = TypeVar("Value")


class GatewayVenue:
    """Reads with short memories, so that a burst of questions costs the gateway little."""

    def __init__(
        self,
        base_url: str,
        client: httpx.AsyncClient | None = None,
        clock_ms: Callable[[], int] = lambda: int(time.time() * 1_000),
    ) -> None:
        self._client = client or httpx.AsyncClient(
            base_url=base_url.rstrip("/"), timeout=httpx.Timeout(TIMEOUT_S, connect=1.0), trust_env=False
        )
        self._clock_ms = clock_ms
        self._kept: dict[str, tuple[float, Any]] = {}

    async def view(self, wallet: str | None, sub: int, screen: str | None) -> View:
        """Markets and tickers must answer; the account may be unknown. Raises VenueAway."""
        account = asyncio.ensure_future(self._account(wallet, sub)) if wallet is not None else None
        try:
            markets, tickers, exchange = await asyncio.gather(
                self._recent("/v1/markets", MARKETS_S),
                self._recent("/v1/tickers", TICKERS_S),
                self._exchange(),
            )
            views = await asyncio.gather(*(self._market(each, tickers) for each in markets["items"]))
        except (KeyError, TypeError, ValueError, InvalidOperation) as error:
            raise VenueAway(f"the gateway's markets are not as agreed: {error!r}") from error
        finally:
            if account is not None and not account.done():
                await asyncio.wait([account])
        return View(
            markets=tuple(views),
            account=account.result() if account is not None else None,
            screen=screen,
            not_available=frozenset(exchange.get("not_available_yet", ())),
            slot=tickers.get("slot"),
            feed=tickers.get("feed"),
            age_ms=tickers.get("age_ms"),
        )

    async def preview(self, wallet: str, sub: int, order: Action) -> Preview:
        """Simulated with the real program. Raises VenueAway."""
        try:
            answer = await self._ask("POST", "/v1/preview/order", json=_request(wallet, sub, order))
        except VenueRefused as refused:
            return Preview(refused=refused.detail)
        return Preview(
            average_price=_number(answer.get("average_price")),
            fee=_number(answer.get("fee")),
            liquidation_price_before=_number(answer.get("liquidation_price_before")),
            liquidation_price_after=_number(answer.get("liquidation_price_after")),
            body=answer,
        )

    async def build(self, wallet: str, sub: int, action: Action) -> Json:
        """Raises VenueAway, VenueRefused."""
        return await self._ask("POST", f"/v1/tx/{action['instruction']}", json=_request(wallet, sub, action))

    async def reachable(self) -> str | None:
        """None when the gateway is alive."""
        try:
            answer = await self._client.get("/health", timeout=1.0)
        except httpx.HTTPError as error:
            return f"{type(error).__name__}: {error}".rstrip(": ")
        return None if answer.is_success else f"HTTP {answer.status_code}"

    async def close(self) -> None:
        """Close the pool."""
        await self._client.aclose()

    # ---- reading ----

    async def _market(self, market: Json, tickers: Json) -> MarketView:
        symbol = str(market["symbol"])
        ticker: Json = next((each for each in tickers["items"] if each["symbol"] == symbol), {})
        return market_view(market, ticker, await self._live_ms(market), self._clock_ms())

    async def _exchange(self) -> Json:
        """What the exchange has not yet; unknown (empty) while it cannot say."""
        try:
            return await self._recent("/v1/exchange", EXCHANGE_S)
        except (VenueAway, VenueRefused):
            return {}

    async def _live_ms(self, market: Json) -> int | None:
        """How much of the last 24 h this market had a mark price; None when that is unknown."""
        symbol, now = str(market["symbol"]), self._clock_ms()
        path = f"/v1/markets/{symbol}/candles?resolution=15m&source=mark&limit=100"
        try:
            rows = (await self._recent(path, LIVE_S))["items"]
        except (VenueAway, VenueRefused, KeyError):
            return None
        live = sum(
            min(LIVE_BUCKET_MS, now - int(row["t_ms"]))
            for row in rows
            if now - DAY_MS < int(row["t_ms"]) <= now
        )
        created = market.get("created_ms")
        return min(live, now - int(created)) if created is not None else live

    async def _account(self, wallet: str, sub: int) -> AccountView:
        """The account, with None for each part that cannot be read now."""
        path = f"/v1/accounts/{wallet}"
        account, orders = await asyncio.gather(
            self._or_none(self._ask("GET", path, timeout=ACCOUNT_TIMEOUT_S)),
            self._or_none(
                self._ask(
                    "GET",
                    f"{path}/orders",
                    params={"status": "open", "sub": sub, "limit": ORDERS_READ},
                    timeout=ACCOUNT_TIMEOUT_S,
                )
            ),
        )
        try:
            return account_view(wallet, sub, account, orders_view(orders))
        except (KeyError, TypeError, ValueError, InvalidOperation) as error:
            _log.warning("account_not_as_agreed", error=repr(error))
            return AccountView(wallet, sub)

    async def _or_none(self, asking: Awaitable[Json]) -> Json | None:
        try:
            return await asking
        except (VenueAway, VenueRefused) as error:
            _log.warning("account_unknown", error=str(error))
            return None

    async def _recent(self, path: str, seconds: float) -> Json:
        """The answer of at most ``seconds`` ago."""
        kept = self._kept.get(path)
        now = time.monotonic()
        if kept is not None and now - kept[0] < seconds:
            found: Json = kept[1]
            return found
        answer = await self._ask("GET", path)
        self._kept[path] = (now, answer)
        return answer

    async def _ask(self, method: str, path: str, **options: Any) -> Json:
        try:
            answer = await self._client.request(method, path, **options)
        except httpx.HTTPError as error:
            raise VenueAway(f"{method} {path}: {error or type(error).__name__}") from error
        try:
            body = msgspec.json.decode(answer.content, type=dict[str, Any])
        except msgspec.DecodeError as error:
            raise VenueAway(f"{method} {path}: HTTP {answer.status_code} without JSON") from error
        if answer.is_success:
            return body
        if answer.status_code >= 500 or answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
            raise VenueAway(f"{method} {path}: HTTP {answer.status_code}: {body.get('detail', '')}")
        raise VenueRefused(body, answer.status_code)


def _request(wallet: str, sub: int, action: Action) -> Json:
    fields = {name: value for name, value in action.items() if name != "instruction"}
    return {"wallet": wallet, "sub": sub, **fields}


def _number(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))
