"""Questions about the market and the account, answered from the view alone; anything else says what
can be asked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal

from quantdesk.mikey.grammar.exact import dollars, shown
from quantdesk.mikey.grammar.lexicon import Lexeme
from quantdesk.mikey.grammar.outcome import Ask, Outcome
from quantdesk.mikey.grammar.senses import Sense
from quantdesk.mikey.grammar.view import AccountView, MarketView, View

NOTHING_DONE = "Nothing was done."
UNKNOWN = "unknown"
_HELP = (
    "I turn words into orders that you confirm: 'long 2 sol at market', 'sell 0.1 btc at 65k post only', "
    "'close half my eth', 'cancel everything', 'what if I long 10 sol'. I also tell prices, funding, volume, "
    "your positions, orders and equity. " + NOTHING_DONE
)
_ADVICE = (
    "I do not say what to buy or sell, and I took no order from that. Ask 'what if I long 10 sol' "
    "to see what an "
    "order would do. " + NOTHING_DONE
)
_ASKED_BACK = (
    "That reads as a question, so I took no order from it. Say it as an order, such as 'buy 2 sol "
    "at market', or ask "
    "'what if I buy 2 sol'. " + NOTHING_DONE
)
_SHOULD = frozenset(
    (
        "should",
        "should i",
        "should we",
        "recommend",
        "advise",
        "suggest",
        "good idea",
        "good time",
        "thoughts",
    )
)
_ASKED = (Sense.WHAT_IF, Sense.QUESTION_MARK, Sense.COURTESY)
_SKIPPED = (Sense.COURTESY, Sense.COLON, Sense.QUESTION_MARK)


def answer(lexemes: Sequence[Lexeme], view: View) -> Outcome:
    """Answer a question. An order is never made of one."""
    words = {part for lexeme in lexemes for part in lexeme.text.split()}
    if any(lexeme.text in _SHOULD for lexeme in lexemes):
        return Outcome("answer", _ADVICE)
    symbols = [lexeme.value for lexeme in lexemes if lexeme.sense is Sense.MARKET]
    markets = [market for market in view.markets if market.base in symbols]
    for keys, tell in _TOPICS:
        if words & keys:
            return Outcome("answer", f"{tell(view, markets or list(view.markets))} {NOTHING_DONE}")
    if any(lexeme.sense is Sense.VERB for lexeme in lexemes):
        return Outcome("answer", _ASKED_BACK)
    if markets and words & {"much", "what", "what's", "whats", "how's", "how"}:
        return Outcome("answer", f"{_prices(view, markets)} {NOTHING_DONE}")
    return Outcome(
        "answer",
        "That is a question that I cannot answer yet, and I took no order from it. I can tell "
        "prices, funding, volume, "
        "your positions, orders and equity, and what an order would do. " + NOTHING_DONE,
    )


def is_small_talk(lexemes: Sequence[Lexeme]) -> bool:
    """Whether nothing but courtesy, agreement or a taking back is said."""
    said = [each for each in lexemes if each.sense not in (*_SKIPPED, Sense.AND)]
    return not said or all(each.sense is Sense.NEVER_MIND for each in said) or _is_help(said)


def _is_help(said: Sequence[Lexeme]) -> bool:
    return len(said) == 1 and said[0].text in ("help", "commands", "usage", "examples")


def small_talk(lexemes: Sequence[Lexeme], view: View) -> Outcome:
    """Greet, or say that there is nothing to confirm here."""
    if any(each.sense is Sense.NEVER_MIND for each in lexemes):
        return Outcome("answer", "A ticket is confirmed or cancelled with its own buttons. " + NOTHING_DONE)
    return Outcome("answer", _HELP)


def supposed(lexemes: Sequence[Lexeme]) -> list[Lexeme]:
    """The command inside a "what if": the asking words go, the past and the activity become the
    imperative.
    """
    command: list[Lexeme] = []
    for word in lexemes:
        if word.sense in _ASKED or word.text in ("did", "had", "were"):
            continue
        spoken_of = word.sense in (Sense.PAST, Sense.GERUND) and word.value
        command.append(replace(word, sense=Sense.VERB) if spoken_of else word)
    if not command:
        raise Ask("What if you did what? Say it such as 'what if I long 10 sol'.")
    return command


# ---- topics ----


def _text(value: Decimal | None, show: Callable[[Decimal], str] = shown) -> str:
    return UNKNOWN if value is None else show(value)


def _prices(view: View, markets: Sequence[MarketView]) -> str:
    told = [
        f"{m.base}: mark {_text(m.mark)}, index {_text(m.index)}, bid {_text(m.bid)}, ask "
        f"{_text(m.ask)}, last {_text(m.last)}"
        for m in markets
    ]
    return "; ".join(told) + _source(view)


def _source(view: View) -> str:
    feed = f", feed {view.feed}" if view.feed else ""
    return f" (slot {view.slot}{feed})." if view.slot is not None else "."


def _funding(view: View, markets: Sequence[MarketView]) -> str:
    rates = [
        f"{m.base} {_text(m.funding_rate_1h, lambda rate: f'{shown(rate * 100)}% per hour')}" for m in markets
    ]
    return "Funding: " + ", ".join(rates) + _source(view)


def _volume(view: View, markets: Sequence[MarketView]) -> str:
    told = [
        f"{m.base}: 24 h volume {_text(m.volume_24h)} {m.base}, open interest "
        f"{_text(m.open_interest)} {m.base}"
        for m in markets
    ]
    return "; ".join(told) + _source(view)


def _account(view: View) -> AccountView | None:
    return view.account if view.account is not None and view.account.exists else None


def _no_account(view: View) -> str:
    return (
        "Connect a wallet first."
        if view.account is None
        else "This wallet has no account here yet: deposit first."
    )


def _positions(view: View, markets: Sequence[MarketView]) -> str:
    account = _account(view)
    if account is None:
        return _no_account(view)
    if account.positions is None:
        return "Your positions are unknown at the moment."
    wanted = {market.symbol for market in markets}
    shown_positions = [each for each in account.positions if each.market in wanted and each.size]
    if not shown_positions:
        return "You have no open position there."
    told = [
        f"{'long' if p.size > 0 else 'short'} {shown(abs(p.size))} {p.market.partition('-')[0]}, "
        f"entry {_text(p.entry_price)}, "
        f"PnL {_text(p.unrealized_pnl, dollars)}, liquidation at {_text(p.liquidation_price)}"
        for p in shown_positions
    ]
    return "You are " + "; ".join(told) + "."


def _orders(view: View, markets: Sequence[MarketView]) -> str:
    account = _account(view)
    if account is None:
        return _no_account(view)
    if account.orders is None:
        return "Your open orders are unknown at the moment."
    wanted = {market.symbol for market in markets}
    resting = [each for each in account.orders if each.market in wanted]
    if not resting:
        return "You have no open orders there."
    return (
        "Open: "
        + "; ".join(
            f"{o.side} {shown(o.size)} {o.market.partition('-')[0]} at {shown(o.price)}" for o in resting
        )
        + "."
    )


def _equity(view: View, markets: Sequence[MarketView]) -> str:
    account = _account(view)
    if account is None:
        return _no_account(view)
    return (
        f"Equity {_text(account.equity, dollars)}, free collateral "
        f"{_text(account.free_collateral, dollars)}, "
        f"withdrawable {_text(account.withdrawable, dollars)}."
    )


def _markets(view: View, markets: Sequence[MarketView]) -> str:
    listed = [
        f"{m.symbol} (price step {shown(m.tick)}, size step {shown(m.lot)}, up to {_text(m.max_leverage)}x)"
        for m in view.markets
    ]
    return "Markets: " + ", ".join(listed) + "."


def _help(view: View, markets: Sequence[MarketView]) -> str:
    return _HELP.removesuffix(" " + NOTHING_DONE)


_TOPICS: tuple[tuple[frozenset[str], Callable[[View, Sequence[MarketView]], str]], ...] = (
    (frozenset(("help", "commands", "usage", "who", "examples")), _help),
    (
        frozenset(
            (
                "position",
                "positions",
                "exposure",
                "pnl",
                "holdings",
                "liquidation",
                "liquidated",
                "liq",
                "entry",
            )
        ),
        _positions,
    ),
    (frozenset(("order", "orders", "bids", "offers", "quotes")), _orders),
    (
        frozenset(
            ("equity", "balance", "collateral", "withdrawable", "margin", "account", "funds", "withdraw")
        ),
        _equity,
    ),
    (frozenset(("funding",)), _funding),
    (frozenset(("volume", "oi", "interest")), _volume),
    (frozenset(("markets", "symbols", "coins", "assets", "leverage")), _markets),
    (
        frozenset(
            ("price", "prices", "mark", "index", "trading", "ticker", "bid", "ask", "spread", "cost", "worth")
        ),
        _prices,
    ),
)
