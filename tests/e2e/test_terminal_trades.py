"""A whole trading day in the browser: every transaction settled by the program on chain."""

from __future__ import annotations

import os
from collections.abc import Iterator
from decimal import ROUND_DOWN, Decimal
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, expect
from solders.keypair import Keypair

from box import Box
from screen import SETTLES_MS, Screen, chromium, number

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"
pytestmark = [pytest.mark.timeout(300)]
CENT = Decimal("0.01")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def screen(browser: Browser, box: Box) -> Iterator[Screen]:
    """A funded trader on SOL-PERP, in the terminal of a running box."""
    opened = Screen.open(browser, box.terminal)
    opened.wait_for_market()
    opened.connect()
    opened.fund("5000")
    yield opened
    assert opened.errors == []
    opened.close()


def _below(mark: Decimal, share: str) -> str:
    return str((mark * (1 - Decimal(share))).quantize(CENT, ROUND_DOWN))


def _account(box: Box, address: str) -> dict[str, object]:
    subs = httpx.get(f"{box.gateway}/v1/accounts/{address}", timeout=10).json()["sub_accounts"]
    assert len(subs) == 1
    return dict(subs[0])


def _listed(box: Box, address: str, what: str) -> list[dict[str, object]]:
    return list(httpx.get(f"{box.gateway}/v1/accounts/{address}/{what}", timeout=10).json()["items"])


def test_a_limit_order_rests_in_the_book_and_is_gone_after_its_cancel(screen: Screen) -> None:
    price = _below(screen.mark(), "0.002")
    screen.order("buy", "limit", "3", price)
    screen.tab("Open orders")
    row = screen.at("open-order")
    expect(row).to_contain_text(price)
    level = screen.at("bids").get_by_role("button", name=f"Bid {price}, size 3.00, yours")
    expect(level).to_be_visible(timeout=SETTLES_MS)
    screen.at("cancel-order").locator("visible=true").click()
    screen.sign()
    expect(row).to_have_count(0, timeout=SETTLES_MS)
    expect(level).to_have_count(0, timeout=SETTLES_MS)
    screen.tab("Order history")
    expect(screen.at("past-order").first).to_contain_text("cancelled", timeout=SETTLES_MS)


def test_cancel_all_takes_every_resting_order_away(screen: Screen) -> None:
    mark = screen.mark()
    for share in ("0.003", "0.004"):
        screen.order("buy", "limit", "1", _below(mark, share))
    screen.tab("Open orders")
    expect(screen.at("open-order")).to_have_count(2)
    screen.at("cancel-all").click()
    screen.sign()
    expect(screen.at("open-order")).to_have_count(0, timeout=SETTLES_MS)


def test_a_market_order_fills_its_profit_moves_with_the_mark_and_closing_leaves_nothing(
    screen: Screen, box: Box
) -> None:
    address = screen.connected()
    screen.order("buy", "market", "2")
    expect(screen.at("position")).to_contain_text("2.00 SOL", timeout=SETTLES_MS)
    first = screen.at("pnl").first.inner_text()
    expect(screen.at("pnl").first).not_to_have_text(first, timeout=SETTLES_MS)
    position = dict(_account(box, address)["positions"][0])  # type: ignore[index]
    assert (position["market"], position["side"], Decimal(str(position["size"]))) == ("SOL-PERP", "long", 2)
    screen.at("close-position").locator("visible=true").click()
    screen.sign()
    expect(screen.at("position")).to_have_count(0, timeout=SETTLES_MS)
    assert _account(box, address)["positions"] == []
    screen.tab("Fills")
    expect(screen.at("fill")).to_have_count(2, timeout=SETTLES_MS)


def test_exits_of_an_order_wait_on_chain_and_when_one_is_fired_by_the_keeper_the_other_goes(
    screen: Screen, box: Box
) -> None:
    address = screen.connected()
    screen.draft("buy", "market", "2")
    screen.page.get_by_label("TP / SL").check()
    mark = screen.mark()
    screen.at("take-profit").fill(str(mark - 5))
    expect(screen.at("ticket")).to_contain_text("The take profit of a long is above the mark price")
    screen.at("take-profit").fill(str(mark + 20))
    screen.at("stop-loss").fill(str(mark - 20))
    expect(screen.at("sentence")).to_contain_text("whichever comes first")
    screen.at("submit-order").click()
    screen.sign()
    expect(screen.at("position-exits").locator("visible=true")).to_have_text(
        f"{mark + 20:.2f} / {mark - 20:.2f}", timeout=SETTLES_MS
    )
    # Both as near as the feed moves in a minute: one of them fires.
    screen.at("position-exits").locator("visible=true").click()
    near = Decimal("0.06")
    mark = screen.mark()
    screen.at("exits").get_by_test_id("take-profit").fill(str(mark + near))
    screen.at("exits").get_by_test_id("stop-loss").fill(str(mark - near))
    screen.at("exits-submit").click()
    screen.sign()
    assert len(_listed(box, address, "triggers?status=open")) in {0, 2}
    expect(screen.at("position")).to_have_count(0, timeout=150_000)
    screen.tab("Triggers")
    ended = screen.at("ended-trigger")
    expect(ended.filter(has_text="fired").filter(has_text="2.00")).to_have_count(1, timeout=SETTLES_MS)
    expect(ended.filter(has_text="the other of its pair fired")).to_have_count(1, timeout=SETTLES_MS)
    assert _account(box, address)["positions"] == []


def test_a_delegate_is_given_limits_and_loses_its_rights(screen: Screen, box: Box) -> None:
    address, bot = screen.connected(), str(Keypair().pubkey())
    screen.at("wallet-menu").click()
    screen.at("open-delegates").click()
    screen.at("add-delegate").click()
    screen.at("delegate-submit").click()
    expect(screen.at("delegate-form")).to_contain_text("32 bytes in base58")
    screen.at("delegate-key").fill(bot)
    for name, amount in (("order", "500"), ("position", "1000"), ("day", "5000")):
        screen.at(f"delegate-{name}").fill(amount)
    screen.page.get_by_label("BTC-PERP").uncheck()
    screen.at("delegate-submit").click()
    expect(screen.at("delegate-terms")).to_contain_text(bot)
    expect(screen.at("delegate-terms")).to_contain_text("$5,000.00")
    screen.sign()
    expect(screen.at("delegate")).to_contain_text("ETH-PERP, SOL-PERP", timeout=SETTLES_MS)
    (granted,) = _listed(box, address, "delegates")
    limits = [granted[f"{name}_notional"] for name in ("max_order", "max_position", "daily")]
    assert (granted["delegate"], limits, granted["can_transfer"]) == (bot, ["500", "1000", "5000"], False)
    screen.at("revoke-delegate").click()
    screen.sign()
    expect(screen.at("delegate")).to_have_count(0, timeout=SETTLES_MS)
    assert _listed(box, address, "delegates") == []


def test_a_withdrawal_brings_the_collateral_back_and_is_listed(screen: Screen) -> None:
    before = number(screen.at("equity").inner_text())
    screen.at("open-withdraw").click()
    screen.at("funds-amount").fill("1200.5")
    screen.at("funds-submit").click()
    screen.sign()
    expect(screen.at("equity")).to_have_text(f"${before - Decimal('1200.5'):,.2f}", timeout=SETTLES_MS)
    screen.tab("Transfers")
    expect(screen.at("transfer").first).to_contain_text("Withdrawal", timeout=SETTLES_MS)


def test_the_wallet_signs_in(screen: Screen) -> None:
    screen.at("wallet-menu").click()
    screen.at("sign-in").click()
    expect(screen.page.get_by_text("Signed in")).to_be_visible(timeout=SETTLES_MS)


def test_mikey_drafts_a_ticket_that_the_wallet_signs(screen: Screen) -> None:
    screen.at("toggle-mikey").click()
    screen.at("mikey-input").fill("long 2 sol at market")
    screen.page.keyboard.press("Enter")
    expect(screen.at("mikey-ticket")).to_contain_text("SOL", timeout=SETTLES_MS)
    screen.at("mikey-confirm").click()
    screen.sign()
    shown = screen.page.locator('[data-testid="position"], [data-testid="position-card"]').locator(
        "visible=true"
    )
    expect(shown).to_contain_text("2.00 SOL", timeout=SETTLES_MS)


def test_mikey_asks_instead_of_guessing(screen: Screen) -> None:
    screen.at("toggle-mikey").click()
    screen.at("mikey-input").fill("long 2 at market")
    screen.page.keyboard.press("Enter")
    expect(screen.at("mikey-question")).to_be_visible(timeout=SETTLES_MS)


def test_pictures_for_the_documents_show_the_terminal_as_it_runs(
    screen: Screen, browser: Browser, box: Box, tmp_path: Path
) -> None:
    images = IMAGES if os.environ.get("UPDATE_PICTURES") == "1" else tmp_path
    mark = screen.mark()
    screen.page.get_by_role("button", name="5s", exact=True).click()
    screen.order("buy", "market", "60")
    screen.order("buy", "limit", "4", _below(mark, "0.0012"))
    screen.draft("sell", "limit", "4", str((mark * Decimal("1.001")).quantize(CENT)))
    screen.page.mouse.move(5, 5)
    screen.page.wait_for_timeout(1_500)
    screen.page.screenshot(path=images / "terminal.png")
    assert screen.accessibility_violations() == []
    phone = Screen.open(browser, box.terminal, size="phone", theme="light")
    phone.wait_for_market()
    phone.page.wait_for_timeout(1_500)
    phone.page.screenshot(path=images / "terminal-phone.png")
    phone.close()
