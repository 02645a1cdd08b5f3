"""The terminal's own behaviour, each state driven on purpose against a fake gateway."""

from __future__ import annotations

import re
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, ElementHandle, expect

from fakes.gateway_feed import FakeGateway
from requires import missing
from screen import SIZES, Screen, chromium

BUILT = Path(__file__).resolve().parents[2] / "web" / "dist" / "index.html"
pytestmark = [pytest.mark.timeout(180)]

Open = Callable[..., Screen]


class Served:
    """The fake behind a real port."""

    def __init__(self, url: str) -> None:
        self.url = url

    def say(self, state: str) -> None:
        urllib.request.urlopen(urllib.request.Request(f"{self.url}/fake/{state}", method="POST"), timeout=5)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def fake() -> Iterator[Served]:
    if not BUILT.exists():
        missing("needs the built terminal: npm run build in web/")
    server = uvicorn.Server(uvicorn.Config(FakeGateway().app, host="127.0.0.1", port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the fake gateway died"
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield Served(f"http://127.0.0.1:{port}")
    server.should_exit = True
    thread.join(10)


@pytest.fixture
def open_screen(browser: Browser, fake: Served) -> Iterator[Open]:
    opened: list[Screen] = []

    def open_one(**how: str) -> Screen:
        opened.append(Screen.open(browser, fake.url, **how))
        return opened[-1]

    yield open_one
    for state in ("thaw", "resume", "answer", "honest"):
        fake.say(state)
    for screen in opened:
        assert screen.errors == []
        screen.close()


def test_nothing_on_any_screen_breaks_the_accessibility_rules(open_screen: Open) -> None:
    for size in SIZES:
        for theme in ("dark", "light"):
            screen = open_screen(size=size, theme=theme)
            screen.wait_for_market()
            assert screen.accessibility_violations() == [], (size, theme)
            screen.close()


def test_nothing_scrolls_sideways_on_any_size(open_screen: Open) -> None:
    for size, (width, _) in SIZES.items():
        screen = open_screen(size=size)
        screen.wait_for_market()
        assert screen.page.evaluate("document.documentElement.scrollWidth") == width
        screen.close()


def test_a_connected_wallet_comes_back_by_itself_on_the_next_visit(open_screen: Open) -> None:
    screen = open_screen()
    screen.wait_for_market()
    address = screen.connect()
    screen.page.reload()
    screen.at("wallet-menu").click()
    expect(screen.at("wallet-address")).to_have_text(address)
    screen.at("disconnect").click()
    screen.page.reload()
    expect(screen.at("connect")).to_be_visible()


def test_what_is_shown_when_the_chain_stands_still_is_hatched_and_can_not_be_traded_on(
    open_screen: Open, fake: Served
) -> None:
    screen = open_screen()
    screen.wait_for_market()
    screen.connect()
    screen.fund("1000")
    screen.draft("buy", "market", "1")
    fake.say("halt")
    expect(screen.page.locator('[data-stale="true"] [data-testid="order-book"]')).to_be_visible(
        timeout=12_000
    )
    expect(screen.at("stale-banner")).to_contain_text("The chain has not moved")
    expect(screen.at("submit-order")).to_be_disabled()
    expect(screen.at("ticket")).to_contain_text("Market data is stale")
    assert screen.accessibility_violations() == []
    fake.say("resume")
    expect(screen.at("submit-order")).to_be_enabled(timeout=12_000)


def test_a_lost_connection_is_said_and_mended(open_screen: Open, fake: Served) -> None:
    screen = open_screen()
    screen.wait_for_market()
    fake.say("refuse")
    fake.say("drop")
    expect(screen.at("stale-banner")).to_contain_text("connection to the exchange is lost")
    expect(screen.page.get_by_text("Disconnected", exact=True)).to_be_visible()
    fake.say("answer")
    expect(screen.at("stale-banner")).to_have_count(0, timeout=15_000)
    expect(screen.page.locator('[data-stale="true"]')).to_have_count(0, timeout=15_000)


def test_a_gateway_that_does_not_answer_is_asked_until_it_does(open_screen: Open, fake: Served) -> None:
    fake.say("refuse")
    screen = open_screen()
    expect(screen.page.get_by_text("The exchange does not answer.")).to_be_visible()
    expect(screen.page.get_by_text("The store is away")).to_be_visible()
    assert screen.accessibility_violations() == []
    fake.say("answer")
    screen.wait_for_market()


def test_a_transaction_with_a_program_off_the_allow_list_can_not_be_signed(
    open_screen: Open, fake: Served
) -> None:
    screen = open_screen()
    screen.wait_for_market()
    screen.connect()
    screen.fund("1000")
    fake.say("foreign")
    screen.draft("buy", "limit", "1", "100")
    screen.at("submit-order").click()
    expect(screen.at("review")).to_contain_text("not on the allow-list")
    expect(screen.at("sign")).to_be_disabled()
    screen.page.get_by_role("button", name="Reject").click()
    expect(screen.at("review")).to_have_count(0)


def test_an_order_other_than_the_one_asked_for_can_not_be_signed(open_screen: Open, fake: Served) -> None:
    screen = open_screen()
    screen.wait_for_market()
    screen.connect()
    screen.fund("1000")
    fake.say("swap")
    screen.draft("buy", "limit", "1", "100")
    screen.at("submit-order").click()
    expect(screen.at("review")).to_contain_text("It would not buy.")
    expect(screen.at("sign")).to_be_disabled()


def test_an_order_that_the_exchange_would_refuse_says_why_and_can_not_be_sent(open_screen: Open) -> None:
    screen = open_screen()
    screen.wait_for_market()
    screen.connect()
    screen.fund("100")
    screen.at("size").fill("90")
    screen.at("price").fill("140")
    expect(screen.at("preview-refused")).to_contain_text("does not cover the initial margin")
    expect(screen.at("submit-order")).to_be_disabled()


def test_the_ticket_says_what_is_wrong_in_the_words_of_the_market(open_screen: Open) -> None:
    screen = open_screen()
    screen.wait_for_market()
    screen.at("price").fill("140.005")
    screen.at("size").fill("0.001")
    expect(screen.at("ticket")).to_contain_text("Prices are multiples of 0.01: 140?")
    expect(screen.at("ticket")).to_contain_text("Sizes are multiples of 0.01 SOL.")


def test_typing_is_never_reformatted(open_screen: Open) -> None:
    screen = open_screen()
    screen.wait_for_market()
    for typed in ("1", "1.", "1.0", "1.00", "001.50"):
        screen.at("size").fill(typed)
        expect(screen.at("size")).to_have_value(typed)


def test_a_click_in_the_book_sets_the_price_of_the_ticket(open_screen: Open, fake: Served) -> None:
    screen = open_screen()
    screen.wait_for_market()
    fake.say("freeze")
    screen.page.wait_for_timeout(1_000)  # what was on its way is painted: the book stands still
    level = screen.at("bids").get_by_role("button").first
    shown = level.inner_text().split()[0]
    level.click()
    expect(screen.at("price")).to_have_value(shown)


def held_level(screen: Screen, fake: Served) -> tuple[ElementHandle, str, float, float]:
    """The best bid of a book that stands still: its row, its price, and where its middle is."""
    fake.say("freeze")
    screen.page.wait_for_timeout(1_000)
    row = screen.at("bids").get_by_role("button").first.element_handle()
    box = row.bounding_box()
    assert box is not None
    return row, row.inner_text().split()[0], box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def let_it_leave(screen: Screen, fake: Served, row: ElementHandle) -> None:
    fake.say("thaw")
    screen.page.wait_for_function("row => !row.isConnected", arg=row)


def test_a_press_on_a_level_that_leaves_the_book_before_the_release_counts(
    open_screen: Open, fake: Served
) -> None:
    screen = open_screen()
    screen.wait_for_market()
    row, shown, x, y = held_level(screen, fake)
    screen.page.mouse.move(x, y)
    screen.page.mouse.down()
    let_it_leave(screen, fake, row)
    screen.page.mouse.up()
    expect(screen.at("price")).to_have_value(shown)


def test_a_finger_on_a_level_that_leaves_the_book_before_it_lifts_counts(
    open_screen: Open, fake: Served
) -> None:
    screen = open_screen()
    screen.wait_for_market()
    row, shown, x, y = held_level(screen, fake)
    touch = screen.page.context.new_cdp_session(screen.page)
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    let_it_leave(screen, fake, row)
    expect(screen.at("price")).to_have_value("")
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(screen.at("price")).to_have_value(shown)


def test_enter_and_space_on_a_level_of_the_book_set_the_price(open_screen: Open, fake: Served) -> None:
    screen = open_screen()
    screen.wait_for_market()
    for key in ("Enter", "Space"):
        row, shown, _, _ = held_level(screen, fake)
        row.focus()
        row.press(key)
        expect(screen.at("price")).to_have_value(shown)
        screen.at("price").fill("")


def test_keys_choose_the_side_and_never_act_while_typing(open_screen: Open) -> None:
    screen = open_screen()
    screen.wait_for_market()
    screen.page.keyboard.press("s")
    expect(screen.at("side-sell")).to_have_attribute("aria-checked", "true")
    screen.page.keyboard.press("q")
    screen.page.keyboard.type("2b")
    expect(screen.at("size")).to_have_value("2")
    expect(screen.at("side-sell")).to_have_attribute("aria-checked", "true")


def test_the_chart_starts_with_the_finest_resolution_and_says_since_when_it_knows(open_screen: Open) -> None:
    screen = open_screen()
    screen.wait_for_market()
    expect(screen.page.get_by_role("button", name="1s", exact=True)).to_have_attribute("aria-pressed", "true")
    screen.page.get_by_role("button", name="1m", exact=True).click()
    expect(screen.page.get_by_text(re.compile("Unknown before"))).to_be_visible(timeout=10_000)


def test_the_feed_is_named_on_every_size(open_screen: Open) -> None:
    for size in SIZES:
        screen = open_screen(size=size)
        expect(screen.at("feed").locator("visible=true").first).to_contain_text("Simulated")
        screen.close()


def test_a_trade_on_the_phone_from_faucet_to_position(open_screen: Open) -> None:
    screen = open_screen(size="phone")
    screen.wait_for_market()
    screen.connect()
    screen.tab("Positions")
    screen.fund("1000")
    screen.at("open-long").click()
    screen.order("buy", "market", "2")
    expect(screen.at("position-card")).to_contain_text("2.00 SOL")
    screen.page.get_by_test_id("position-card").get_by_test_id("close-position").click()
    screen.sign()
    expect(screen.at("position-card")).to_have_count(0, timeout=10_000)


def test_what_was_done_to_an_account_in_liquidation_is_told_with_its_reason_until_it_is_put_away(
    open_screen: Open, fake: Served
) -> None:
    for size in SIZES:
        screen = open_screen(size=size)
        screen.wait_for_market()
        screen.connect()
        if size == "phone":
            screen.tab("Positions")
        screen.fund("1000")
        if size == "phone":
            screen.at("open-long").click()
        screen.order("buy", "market", "2")
        fake.say("liquidate")
        notice = screen.at("liquidation-notice")
        expect(notice).to_contain_text("SOL-PERP: taken over 2.00 SOL", timeout=10_000)
        expect(notice).to_contain_text("Equity was under maintenance margin")
        assert screen.accessibility_violations() == []
        notice.get_by_role("button", name="Show").click()
        expect(screen.page.get_by_role("tab", name="Liquidations")).to_have_attribute("aria-selected", "true")
        expect(
            screen.page.get_by_text("another trader took it over").locator("visible=true").last
        ).to_be_visible()
        screen.at("put-away").click()
        screen.page.reload()
        screen.wait_for_market()
        expect(screen.at("wallet-menu")).to_be_visible()
        screen.page.wait_for_timeout(500)
        expect(notice).to_have_count(0)
        screen.close()


def test_what_the_top_bar_holds_is_on_the_screen_at_every_size(open_screen: Open) -> None:
    for size, (width, _) in SIZES.items():
        screen = open_screen(size=size)
        screen.wait_for_market()
        screen.connect()
        for name in ("market-picker", "open-market", "wallet-menu"):
            box = screen.at(name).bounding_box()
            assert box is not None, (size, name)
            assert 0 <= box["x"] <= width - box["width"], (size, name, box)
        screen.close()


def test_the_slider_sizes_by_free_collateral_and_leverage(open_screen: Open) -> None:
    screen = open_screen()
    screen.wait_for_market()
    screen.connect()
    screen.fund("1000")
    screen.at("price").fill("100")
    screen.page.get_by_label("Slider at").select_option("5")
    screen.page.get_by_role("button", name="50%").click()
    assert Decimal(screen.at("size").input_value()) == Decimal(25)


def test_the_layout_that_a_trader_dragged_is_kept(open_screen: Open) -> None:
    screen = open_screen()
    screen.wait_for_market()
    handle = screen.page.get_by_role("separator", name="Width of the ticket")
    before = int(handle.get_attribute("aria-valuenow") or 0)
    handle.focus()
    screen.page.keyboard.press("ArrowLeft")
    expect(handle).to_have_attribute("aria-valuenow", str(before + 16))
    screen.page.reload()
    expect(handle).to_have_attribute("aria-valuenow", str(before + 16))
