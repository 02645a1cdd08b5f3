"""What is known while one text is resolved: the view, and what its earlier actions will have changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from quantdesk.domain.orders import Side
from quantdesk.domain.units import decimal_text
from quantdesk.mikey.grammar.exact import shown
from quantdesk.mikey.grammar.frames import Frame
from quantdesk.mikey.grammar.outcome import Action, Ask
from quantdesk.mikey.grammar.phrases import InMarket
from quantdesk.mikey.grammar.view import MarketView, OrderView, PositionView, View


@dataclass(slots=True)
class Step:
    """What one frame became: its actions, how to say them, and what else the user must know."""

    actions: list[Action]
    sentence: str
    notes: list[str] = field(default_factory=list)


class Desk:
    """The view for one text. Later actions see what earlier market orders will have done."""

    def __init__(self, view: View, now_ms: int, named: Sequence[str]) -> None:
        self.view = view
        self.now_ms = now_ms
        self.relies_on: dict[str, Decimal] = {}
        self._named = list(dict.fromkeys(named))
        account = view.account
        positions = account.positions if account else None
        self._sizes: dict[str, Decimal] = {each.market: each.size for each in positions or ()}
        self._entries: dict[str, PositionView] = {each.market: each for each in positions or ()}
        self.positions_known = positions is not None
        self.orders: list[OrderView] | None = None
        if account is not None and account.orders is not None:
            self.orders = list(account.orders)
        self.free_collateral = account.free_collateral if account else None
        self.equity = account.equity if account else None

    # ---- markets ----

    def market(self, frame: Frame, verb: str) -> MarketView:
        """The market that the words name. Raises ``Ask`` when they name none."""
        found = self.market_or_none(frame)
        if found is None:
            choices = [f"{verb} {each.base}" for each in self.view.markets]
            raise Ask(f"Which market? {self._listed()}", choices)
        return found

    def market_or_none(self, frame: Frame) -> MarketView | None:
        """The market that the frame names or refers to."""
        named = frame.market
        if named is None and frame.condition is not None:
            named = frame.condition.market
        return self.named(named) if named is not None else None

    def named(self, phrase: InMarket) -> MarketView:
        """The market of a phrase: a name, "this" (on the screen) or "it" (the only one named)."""
        if phrase.refers == "name":
            symbol: str | None = next((m.symbol for m in self.view.markets if m.base == phrase.symbol), None)
        elif phrase.refers == "this":
            symbol = self.view.screen
        else:
            symbol = self._named[0] if len(self._named) == 1 else None
        market = self.view.market(symbol) if symbol else None
        if market is None:
            word = {"this": "'this'", "it": "that"}.get(phrase.refers, phrase.symbol)
            raise Ask(
                f"Which market do you mean by {word}? {self._listed()}", [m.base for m in self.view.markets]
            )
        return market

    def _listed(self) -> str:
        return "The markets here are " + ", ".join(each.base for each in self.view.markets) + "."

    # ---- the account ----

    def size(self, symbol: str) -> Decimal:
        """Signed position now, after the earlier actions of this text; 0 when flat."""
        return self._sizes.get(symbol, Decimal(0))

    def entry(self, symbol: str) -> Decimal | None:
        """Average entry price of the position."""
        position = self._entries.get(symbol)
        return position.entry_price if position else None

    def held(self) -> list[str]:
        """Markets with a position, in the exchange's order."""
        return [each.symbol for each in self.view.markets if self.size(each.symbol) != 0]

    def require_positions(self) -> None:
        """Raise ``Ask`` when the positions are not known: no size is ever derived from nothing."""
        if self.view.account is None:
            raise Ask("I need to know your account for that. Connect your wallet first.")
        if not self.positions_known:
            raise Ask("I cannot see your positions at the moment. Please try again shortly.")

    def rely_on(self, symbol: str) -> None:
        """Remember that a size came from this position: the ticket holds only while it stands."""
        position = self._entries.get(symbol)
        self.relies_on[symbol] = position.size if position else Decimal(0)

    def fill(self, symbol: str, side: Side, size: Decimal) -> None:
        """Take a market order of this text as filled for what comes after it."""
        self._sizes[symbol] = self.size(symbol) + size * side.sign

    def mark(self, market: MarketView, what: str) -> Fraction:
        """The mark. Raises ``Ask`` when it is unknown, saying ``what`` needs it."""
        if market.mark is None:
            raise Ask(f"The mark price of {market.base} is unknown at the moment, and {what} needs it.")
        return Fraction(market.mark)


def text_of(value: Decimal) -> str:
    """A number as the API writes it."""
    return decimal_text(value)


def coins(market: MarketView, size: Decimal | Fraction) -> str:
    """``2 SOL`` for reading."""
    return f"{shown(abs(Fraction(size)))} {market.base}"
