"""The adapter to the gateway: what it cannot read stays unknown, and what is away is said."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import httpx
import pytest

from fakes.venue import WALLET
from quantdesk.mikey.gateway_venue import GatewayVenue
from quantdesk.mikey.venue import VenueAway, VenueRefused

NOW_MS = 1_790_000_000_000
HOUR_MS = 3_600_000
STAMP = {"slot": 7, "age_ms": 3}
MARKET = {
    "symbol": "SOL-PERP",
    "price_step": "0.01",
    "size_step": "0.01",
    "min_order_notional": "10",
    "max_leverage": "20",
    "margin_tiers": [{"up_to_notional": None, "initial_rate": "0.05"}],
    "max_position_notional": "5000000",
    "max_price": "42949672.95",
    "created_ms": NOW_MS - 2 * HOUR_MS,
}
TICKER = {
    "symbol": "SOL-PERP",
    "mark": "140.2",
    "index": "140.1",
    "bid": "140.1",
    "ask": "140.3",
    "last": None,
}
TICKER |= {
    "index_published_ms": NOW_MS - 500,
    "volume_24h": "1200",
    "funding_rate_1h": None,
    "open_interest": "9",
}
POSITION = {
    "market": "SOL-PERP",
    "side": "short",
    "size": "2",
    "entry_price": "141",
    "liquidation_price": None,
}
SUB = {"sub": 0, "equity": "100", "free_collateral": "90", "withdrawable": None, "positions": [POSITION]}
ORDER = {"order_id": "5", "market": "SOL-PERP", "side": "buy", "price": "139", "size": "3", "remaining": "2"}

Pages = dict[str, Any]


def pages(**changes: Any) -> Pages:
    """What the gateway answers, by path."""
    return {
        "/v1/markets": {"items": [MARKET], **STAMP},
        "/v1/tickers": {"items": [TICKER], "feed": "replay", **STAMP},
        "/v1/exchange": {"not_available_yet": ["place-trigger"], **STAMP},
        "/v1/markets/SOL-PERP/candles": {
            "items": [{"t_ms": NOW_MS - n * HOUR_MS // 4} for n in range(1, 9)],
            **STAMP,
        },
        f"/v1/accounts/{WALLET}": {"sub_accounts": [SUB], **STAMP},
        f"/v1/accounts/{WALLET}/orders": {"items": [ORDER], "next_cursor": None, **STAMP},
        **changes,
    }


def venue(answers: Pages, seen: list[str] | None = None) -> GatewayVenue:
    """An adapter over ``answers``: a dict is a 200, a response is itself, an exception is raised."""

    def answer(request: httpx.Request) -> httpx.Response:
        if seen is not None:
            seen.append(request.url.path)
        found = answers.get(request.url.path, httpx.Response(404, json={"code": "not_found", "detail": "no"}))
        if isinstance(found, Exception):
            raise found
        return found if isinstance(found, httpx.Response) else httpx.Response(200, json=found)

    client = httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://gateway")
    return GatewayVenue("http://gateway", client, clock_ms=lambda: NOW_MS)


async def test_the_view_holds_the_market_and_the_account() -> None:
    view = await venue(pages()).view(WALLET, 0, "SOL-PERP")
    (market,) = view.markets
    assert (market.mark, market.lot, market.max_leverage) == (Decimal("140.2"), Decimal("0.01"), Decimal(20))
    assert (view.slot, view.feed, view.not_available) == (7, "replay", frozenset({"place-trigger"}))
    assert view.account is not None
    assert view.account.positions is not None
    assert view.account.positions[0].size == Decimal(-2)
    assert view.account.orders is not None
    assert view.account.orders[0].size == Decimal(2)
    assert (view.account.withdrawable, market.last) == (None, None)


async def test_the_time_that_a_market_ran_comes_from_its_mark_candles() -> None:
    (market,) = (await venue(pages()).view(None, 0, None)).markets
    assert market.live_ms == 2 * HOUR_MS
    (unknown,) = (
        await venue(pages(**{"/v1/markets/SOL-PERP/candles": httpx.Response(503, json={})})).view(
            None, 0, None
        )
    ).markets
    assert unknown.live_ms is None


async def test_a_stale_mark_is_unknown() -> None:
    old = TICKER | {"index_published_ms": NOW_MS - 60_001}
    (market,) = (await venue(pages(**{"/v1/tickers": {"items": [old], **STAMP}})).view(None, 0, None)).markets
    assert (market.mark, market.index) == (None, None)


@pytest.mark.parametrize(
    "away", [httpx.ConnectError("no"), httpx.Response(503, json={}), httpx.Response(200, text="<html>")]
)
async def test_an_account_that_cannot_be_read_is_unknown_and_not_empty(away: Any) -> None:
    path = f"/v1/accounts/{WALLET}"
    view = await venue(pages(**{path: away, f"{path}/orders": away})).view(WALLET, 0, None)
    assert view.account is not None
    assert (view.account.equity, view.account.positions, view.account.orders) == (None, None, None)


async def test_an_account_of_another_shape_is_unknown() -> None:
    odd = {"sub_accounts": [{"sub": 0, "positions": [{"market": "SOL-PERP"}]}], **STAMP}
    view = await venue(pages(**{f"/v1/accounts/{WALLET}": odd})).view(WALLET, 0, None)
    assert view.account is not None
    assert view.account.positions is None


async def test_a_wallet_without_an_account_has_nothing() -> None:
    view = await venue(pages()).view(WALLET, 3, None)
    assert view.account is not None
    assert (view.account.exists, view.account.free_collateral, view.account.positions) == (
        False,
        Decimal(0),
        (),
    )


async def test_orders_that_do_not_fit_one_page_are_not_all_known() -> None:
    more = {"items": [ORDER], "next_cursor": "x", **STAMP}
    view = await venue(pages(**{f"/v1/accounts/{WALLET}/orders": more})).view(WALLET, 0, None)
    assert view.account is not None
    assert view.account.orders is None


@pytest.mark.parametrize("path", ["/v1/markets", "/v1/tickers"])
@pytest.mark.parametrize(
    "broken",
    [
        httpx.ReadTimeout("slow"),
        httpx.Response(500, json={}),
        httpx.Response(429, json={}),
        {"items": [{}]},
        {"nothing": 1},
    ],
)
async def test_without_markets_there_is_no_view(path: str, broken: Any) -> None:
    with pytest.raises(VenueAway):
        await venue(pages(**{path: broken})).view(None, 0, None)


async def test_markets_are_remembered_and_the_account_never_is() -> None:
    seen: list[str] = []
    asked = venue(pages(), seen)
    await asked.view(WALLET, 0, None)
    await asked.view(WALLET, 0, None)
    assert seen.count("/v1/markets") == 1
    assert seen.count(f"/v1/accounts/{WALLET}") == 2


async def test_a_preview_that_the_exchange_refuses_says_why() -> None:
    no = httpx.Response(422, json={"code": "InsufficientMargin", "detail": "Too little margin."})
    preview = await venue(pages(**{"/v1/preview/order": no})).preview(
        WALLET, 0, {"instruction": "place-order"}
    )
    assert (preview.refused, preview.fee, preview.body) == ("Too little margin.", None, None)


async def test_building_sends_the_fields_and_not_the_instruction() -> None:
    sent: list[Callable[[], bytes]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request.read)
        return httpx.Response(200, json={"transaction": "AQ=="})

    client = httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://gateway")
    built = await GatewayVenue("http://gateway", client).build(
        WALLET, 2, {"instruction": "cancel-all", "market": "SOL-PERP"}
    )
    assert built == {"transaction": "AQ=="}
    body = httpx.Response(200, content=sent[0]()).json()
    assert body == {"wallet": WALLET, "sub": 2, "market": "SOL-PERP"}


async def test_a_refused_build_keeps_code_and_detail() -> None:
    no = httpx.Response(422, json={"code": "not_available_yet", "detail": "Not in this version."})
    with pytest.raises(VenueRefused) as refused:
        await venue(pages(**{"/v1/tx/transfer": no})).build(WALLET, 0, {"instruction": "transfer"})
    assert (refused.value.code, refused.value.detail, refused.value.status) == (
        "not_available_yet",
        "Not in this version.",
        422,
    )


async def test_reachable_says_why_not() -> None:
    assert await venue({"/health": {"status": "alive"}}).reachable() is None
    assert "ConnectError" in str(await venue({"/health": httpx.ConnectError("no")}).reachable())
