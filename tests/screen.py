"""The terminal as a trader uses it, in Debian's headless Chromium: what tests say, in words of the screen."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from requires import tool

AXE = Path(__file__).resolve().parents[1] / "web" / "node_modules" / "axe-core" / "axe.min.js"
SETTLES_MS = 15_000
# As root, and on a machine without a display or the wide net.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SIZES = {"desktop": (1440, 900), "tablet": (820, 1180), "phone": (390, 844)}


@contextmanager
def chromium() -> Iterator[Browser]:
    """One browser; each screen in it gets a context of its own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=tool("chromium"), args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


def number(shown: str) -> Decimal:
    """The first number of a text: ``"+$1,204.50 (3 %)"`` is 1204.50."""
    cleaned = shown.replace(",", "").replace("$", "").replace("+", "").split()[0]
    return Decimal(cleaned)


@dataclass
class Screen:
    """One page of the terminal."""

    page: Page
    size: str
    errors: list[str] = field(default_factory=list)

    @classmethod
    def open(
        cls,
        browser: Browser,
        url: str,
        *,
        size: str = "desktop",
        theme: str = "dark",
        market: str = "SOL-PERP",
    ) -> Screen:
        width, height = SIZES[size]
        touch = size != "desktop"
        context = browser.new_context(
            viewport={"width": width, "height": height},
            has_touch=touch,
            is_mobile=size == "phone",
            timezone_id="UTC",
        )
        chosen = json.dumps({"state": {"theme": theme, "market": market}, "version": 1})
        context.add_init_script(
            "if (!localStorage.getItem('quantdesk.preferences')) "
            f"localStorage.setItem('quantdesk.preferences', {json.dumps(chosen)})"
        )
        screen = cls(context.new_page(), size)
        screen.page.on("pageerror", lambda error: screen.errors.append(str(error)))
        screen.page.goto(url)
        return screen

    def close(self) -> None:
        self.page.context.close()

    def at(self, test_id: str) -> Locator:
        return self.page.get_by_test_id(test_id)

    def wait_for_market(self) -> None:
        """The mark, the book and the tape have arrived."""
        expect(self.at("mark-price")).to_contain_text(".", timeout=SETTLES_MS)
        if self.size == "desktop":
            expect(self.at("asks").get_by_role("button").first).to_be_visible(timeout=SETTLES_MS)
            expect(self.at("bids").get_by_role("button").first).to_be_visible(timeout=SETTLES_MS)

    def mark(self) -> Decimal:
        return number(self.at("mark-price").inner_text())

    def connect(self) -> str:
        """Connect the development wallet; its address."""
        self.at("connect").click()
        self.at("wallet-choice").first.click()
        expect(self.at("wallet-menu")).to_be_visible()
        return self.connected()

    def connected(self) -> str:
        """The address of the connected wallet."""
        self.at("wallet-menu").click()
        address = self.at("wallet-address").inner_text().strip()
        self.page.keyboard.press("Escape")
        return address

    def sign(self) -> None:
        """Sign what is under review and wait until the chain has it."""
        self.at("sign").click(timeout=SETTLES_MS)
        expect(self.at("review")).to_have_count(0)
        expect(self.page.locator('[data-testid="toast"][data-step="confirmed"]').first).to_be_visible(
            timeout=SETTLES_MS
        )
        self.dismiss_toasts()

    def dismiss_toasts(self) -> None:
        while self.at("toast").count():
            self.at("toast").first.get_by_role("button", name="Dismiss").dispatch_event("click")

    def fund(self, amount: str) -> None:
        """Take test money from the faucet and deposit part of it."""
        self.at("open-deposit").click()
        self.at("faucet").click()
        expect(self.page.get_by_text("The wallet holds")).to_be_visible(timeout=SETTLES_MS)
        self.at("funds-amount").fill(amount)
        self.at("funds-submit").click()
        self.sign()
        expect(self.at("equity")).not_to_have_text("$0.00", timeout=SETTLES_MS)

    def draft(self, side: str, kind: str, size: str, price: str | None = None) -> None:
        """Fill the ticket without sending it."""
        ticket = self.at("ticket")
        self.at(f"side-{side}").click()
        ticket.get_by_role("tab", name=kind.capitalize()).click()
        if price is not None:
            self.at("price").fill(price)
        self.at("size").fill(size)
        expect(self.at("submit-order")).to_be_enabled(timeout=SETTLES_MS)

    def order(self, side: str, kind: str, size: str, price: str | None = None) -> None:
        """Place an order and wait until the chain has it."""
        self.draft(side, kind, size, price)
        self.at("submit-order").click()
        self.sign()

    def tab(self, name: str) -> None:
        self.page.get_by_role("tab", name=name).first.click()

    def accessibility_violations(self) -> list[str]:
        """What axe-core finds, each as one line."""
        self.page.evaluate(AXE.read_text())
        found = self.page.evaluate(
            "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'best-practice']})"
        )
        return [
            f"{each['id']}: {each['help']} {[node['target'] for node in each['nodes'][:3]]}"
            for each in found["violations"]
        ]
