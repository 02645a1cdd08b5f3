"""Lexemes to phrases: what each piece of the text says.

The scanner goes once through the text. Every lexeme is used by a phrase, is a word that only binds or is
polite,
or ends the parse with a question: nothing is passed over because it was not understood.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from quantdesk.domain.orders import Side
from quantdesk.mikey.grammar.conditions import read_condition, subject_of
from quantdesk.mikey.grammar.cursor import Cursor, Figure, read_figure
from quantdesk.mikey.grammar.exits import read_exit, read_stop
from quantdesk.mikey.grammar.lexicon import Lexeme
from quantdesk.mikey.grammar.outcome import Ask, Refuse
from quantdesk.mikey.grammar.phrases import (
    Absolute,
    Amount,
    AsLimit,
    AtMarket,
    Does,
    Every,
    Holding,
    InMarket,
    Lasting,
    Leveraged,
    Owned,
    Phrase,
    PostOnlyWord,
    Priced,
    ReduceOnlyWord,
    Relative,
    Resting,
    Risking,
    Separator,
    Shift,
    Slippage,
    TakeOff,
    ToSub,
    TurnTo,
    Unit,
)
from quantdesk.mikey.grammar.prices import read_bound_price, read_offset, read_price
from quantdesk.mikey.grammar.quantities import read_amount, read_role
from quantdesk.mikey.grammar.senses import Sense, Verb
from quantdesk.mikey.grammar.timing import NO_SCHEDULE, read_duration_ms, read_until, refuse_start_time

_REDUCING = (Verb.CLOSE, Verb.REDUCE, Verb.HALVE, Verb.COVER, Verb.FLIP, Verb.TAKE, Verb.ADD)
_ON_ORDERS = (Verb.CANCEL, Verb.MOVE)
_SIDES = {"buy": Side.BUY, "sell": Side.SELL, "long": Side.BUY, "short": Side.SELL}
_NOT_UNDERSTOOD = "I do not understand {!r} here. Nothing was done."


class Scanner:
    """Turns the lexemes of one text into phrases."""

    def __init__(self, lexemes: list[Lexeme]) -> None:
        self._cursor = Cursor(lexemes)
        self._out: list[Phrase] = []
        self._verb: Verb | None = None
        self._handlers: dict[Sense, Callable[[Lexeme], None]] = {
            Sense.VERB: self._on_verb,
            Sense.MARKET: self._on_market,
            Sense.THIS: self._on_market,
            Sense.IT: self._on_market,
            Sense.MY: lambda word: self._say(Owned(word.start, word.end)),
            Sense.ALL: lambda word: self._say(Every(word.start, word.end)),
            Sense.EVERYTHING: lambda word: self._say(Every(word.start, word.end, True)),
            Sense.POSITION: lambda word: self._say(Holding(word.start, word.end, None, word.value == "many")),
            Sense.SIDE_NOUN: lambda word: self._say(Holding(word.start, word.end, _SIDES[word.value], True)),
            Sense.ORDER: self._on_order_noun,
            Sense.ORDER_SIDE_NOUN: self._on_order_side_noun,
            Sense.AT: self._on_at,
            Sense.LIMIT: self._on_limit,
            Sense.PRICE_WORD: self._on_price_word,
            Sense.MARKET_ORDER: self._on_market_order,
            Sense.POST_ONLY: lambda word: self._say(PostOnlyWord(word.start, word.end, word.value)),
            Sense.REDUCE_ONLY: lambda word: self._say(ReduceOnlyWord(word.start, word.end)),
            Sense.TIME_IN_FORCE: lambda word: self._say(Lasting(word.start, word.end, word.value)),
            Sense.GOOD_FOR: self._on_lasting,
            Sense.EXPIRES: self._on_lasting,
            Sense.UNTIL: lambda word: self._say(read_until(self._cursor, word)),
            Sense.TAKE_PROFIT: lambda word: self._say_all(read_exit(self._cursor, word)),
            Sense.STOP_LOSS: lambda word: self._say_all(read_exit(self._cursor, word)),
            Sense.STOP: lambda word: self._say_all(read_stop(self._cursor, word)),
            Sense.SLIPPAGE: self._on_slippage,
            Sense.LEVERAGE: self._on_leverage,
            Sense.MARGIN: self._on_role,
            Sense.NOTIONAL: self._on_role,
            Sense.WORTH: self._on_role,
            Sense.RISK: self._on_risk,
            Sense.IF: lambda word: self._say(read_condition(self._cursor, word)),
            Sense.UP: self._on_shift,
            Sense.DOWN: self._on_shift,
            Sense.TO: self._on_to,
            Sense.BY: self._on_by,
            Sense.FOR: self._on_for,
            Sense.IN: self._on_in,
            Sense.OFF: lambda word: self._say(TakeOff(word.start, word.end)),
            Sense.AND: lambda word: self._say(Separator(word.start, word.end)),
            Sense.VAGUE: self._on_vague,
            Sense.CLOCK: self._on_clock,
            Sense.ACCOUNT: self._on_sub,
            Sense.CURRENCY: self._on_currency,
            Sense.VAGUE_FUNDS: self._on_funds,
            Sense.OTHER_PRICE: self._on_other_price,
        }
        for sense in (Sense.LINK, Sense.OPERATOR, Sense.COURTESY, Sense.ARTICLE, Sense.COLON):
            self._handlers[sense] = lambda _: None

    def phrases(self) -> list[Phrase]:
        """All phrases in order. Raises ``Ask`` or ``Refuse`` at the first thing that has no meaning here."""
        cursor = self._cursor
        while cursor.peek() is not None:
            refuse_start_time(cursor)
            figure = read_figure(cursor)
            if figure is not None:
                self._on_figure(figure)
                continue
            word = cursor.take()
            handler = self._handlers.get(word.sense)
            if handler is None:
                raise Ask(_NOT_UNDERSTOOD.format(word.text))
            handler(word)
        return self._out

    def _say(self, phrase: Phrase) -> None:
        self._out.append(phrase)

    def _say_all(self, phrases: list[Phrase]) -> None:
        self._out.extend(phrases)

    def _last(self) -> Phrase | None:
        return self._out[-1] if self._out else None

    # ---- numbers ----

    def _on_figure(self, figure: Figure) -> None:
        cursor = self._cursor
        here = cursor.at
        if self._verb is not Verb.MOVE or cursor.sense() not in (Sense.UP, Sense.DOWN):
            offset = read_offset(cursor, figure)
            if offset is not None and offset.side:
                self._say(Priced(figure.start, cursor.end(), offset))
                return
            cursor.at = here
        if cursor.sense() in (Sense.ABOVE, Sense.BELOW):
            raise Ask("Above or below by what? Say percent or dollars, such as '2% below' or '$2 below'.")
        if cursor.sense() is Sense.LIMIT and not figure.share and not figure.suffix:
            self._say(Priced(figure.start, figure.end, read_plain(figure)))
            return
        if self._is_quoted_for(figure):
            self._say(Priced(figure.start, figure.end, read_plain(figure)))
            return
        self._say_all(read_amount(cursor, figure))

    def _is_quoted_for(self, figure: Figure) -> bool:
        """``bid 140 for 2 sol``; ``cancel the 140 bid``."""
        cursor, last = self._cursor, self._last()
        after = cursor.peek()
        if figure.share or figure.suffix in ("x", "%"):
            return False
        if isinstance(last, Does) and last.limit and after is not None and after.sense is Sense.FOR:
            return True
        names_order = after is not None and (
            after.sense in (Sense.ORDER, Sense.ORDER_SIDE_NOUN) or after.text in ("bid", "offer")
        )
        return self._verb in _ON_ORDERS and names_order

    # ---- verbs and nouns ----

    def _on_verb(self, word: Lexeme) -> None:
        verb = Verb(word.value)
        if self._is_noun(verb):
            self._on_side_as_noun(word, verb)
            return
        if verb is Verb.ADD and self._adds_an_exit():
            return
        if verb in (Verb.LONG, Verb.SHORT):
            # "open a long position of 2 sol"
            self._cursor.accept(Sense.POSITION)
        self._verb = verb
        self._say(Does(word.start, word.end, verb, word.text))

    def _adds_an_exit(self) -> bool:
        """``add a stop at 130``: the verb carries no meaning of its own."""
        ahead = 1 if self._cursor.sense() in (Sense.ARTICLE, Sense.LINK) else 0
        return self._cursor.sense(ahead) in (Sense.TAKE_PROFIT, Sense.STOP_LOSS, Sense.STOP)

    def _is_noun(self, verb: Verb) -> bool:
        """``my long``, ``sell order``, ``my sol short``: the word names something that is there."""
        after = self._cursor.sense()
        if verb in (Verb.BID, Verb.OFFER) and self._verb in _ON_ORDERS:
            return True
        if verb in (Verb.LONG, Verb.SHORT, Verb.BUY, Verb.SELL) and self._verb in _ON_ORDERS:
            return after in (Sense.ORDER, Sense.LIMIT)
        if verb not in (Verb.LONG, Verb.SHORT):
            return False
        last = self._last()
        if isinstance(last, Owned | Every | Holding):
            return True
        before = self._cursor.peek(-2)
        pointed = before is not None and before.text in ("the", "this", "that")
        if after is Sense.POSITION and (pointed or self._verb in _REDUCING):
            return True
        return (pointed or isinstance(last, InMarket)) and self._verb in _REDUCING

    def _on_side_as_noun(self, word: Lexeme, verb: Verb) -> None:
        cursor = self._cursor
        if self._verb in _ON_ORDERS:
            cursor.accept(Sense.LIMIT)
            noun = cursor.accept(Sense.ORDER)
            side = Side.BUY if verb in (Verb.BID, Verb.BUY, Verb.LONG) else Side.SELL
            self._say(Resting(word.start, cursor.end(), side, noun is not None and noun.value == "many"))
            return
        noun = cursor.accept(Sense.POSITION)
        self._say(
            Holding(word.start, cursor.end(), _SIDES[verb.value], noun is not None and noun.value == "many")
        )

    def _on_order_noun(self, word: Lexeme) -> None:
        if self._verb in _ON_ORDERS:
            number = self._order_number() if word.value == "one" else None
            self._say(Resting(word.start, self._cursor.end(), None, word.value == "many", number))

    def _order_number(self) -> str | None:
        """``cancel order 1001``: an identifier, not an amount."""
        after = self._cursor.peek()
        if after is None or after.sense is not Sense.NUMBER or not after.text.isdigit():
            return None
        return self._cursor.take().text

    def _on_order_side_noun(self, word: Lexeme) -> None:
        if self._verb not in _ON_ORDERS:
            raise Ask(_NOT_UNDERSTOOD.format(word.text))
        self._say(Resting(word.start, word.end, _SIDES[word.value], word.text != "ask"))

    def _on_market(self, word: Lexeme) -> None:
        if word.sense is Sense.THIS and self._cursor.sense() is Sense.MARKET:
            return
        self._cursor.accept(Sense.PERP)
        self._say(replace(subject_of(word), end=self._cursor.end()))

    # ---- prices and order types ----

    def _on_at(self, word: Lexeme) -> None:
        cursor = self._cursor
        cursor.skip(Sense.LINK, Sense.ARTICLE, Sense.PRICE_WORD, Sense.COLON)
        if cursor.sense() in (Sense.MARKET_ORDER, Sense.LIMIT):
            return
        refuse_start_time(cursor)
        here = cursor.at
        spec = read_price(cursor)
        if spec is not None:
            self._say(Priced(word.start, cursor.end(), spec))
            return
        cursor.at = here
        figure = read_figure(cursor)
        if figure is not None and (figure.suffix == "x" or cursor.sense() is Sense.LEVERAGE):
            self._say_all(read_amount(cursor, figure))
            return
        after = cursor.peek()
        shown = after.text if after is not None and figure is None else "that"
        raise Ask(f"At which price? I do not understand {shown!r} as a price; say 'at 142.5' or 'at market'.")

    def _on_limit(self, word: Lexeme) -> None:
        cursor = self._cursor
        if self._verb in _ON_ORDERS and cursor.sense() in (Sense.ORDER, Sense.ORDER_SIDE_NOUN):
            return
        cursor.accept(Sense.ORDER)
        self._say(AsLimit(word.start, cursor.end()))
        here = cursor.at
        spec = read_bound_price(cursor)
        if spec is None:
            return
        if cursor.sense() in (Sense.MARKET, Sense.LINK, Sense.WORTH) and self._no_price_word(here):
            # "limit 2 sol at 140": the number is the size
            cursor.at = here
            return
        self._say(Priced(word.start, cursor.end(), spec))

    def _no_price_word(self, place: int) -> bool:
        word = self._cursor.peek(place - self._cursor.at)
        said = word is not None and word.sense in (Sense.AT, Sense.PRICE_WORD, Sense.COLON, Sense.LINK)
        return not said

    def _on_price_word(self, word: Lexeme) -> None:
        cursor = self._cursor
        if self._verb is Verb.MOVE and cursor.sense() is not Sense.NUMBER:
            return
        spec = read_bound_price(cursor)
        if spec is None:
            raise Ask(_NOT_UNDERSTOOD.format(word.text))
        self._say(Priced(word.start, cursor.end(), spec))

    def _on_market_order(self, word: Lexeme) -> None:
        self._cursor.accept(Sense.ORDER)
        self._say(AtMarket(word.start, self._cursor.end()))

    def _on_shift(self, word: Lexeme) -> None:
        cursor = self._cursor
        if self._verb is not Verb.MOVE:
            raise Ask(_NOT_UNDERSTOOD.format(word.text))
        cursor.skip(Sense.BY, Sense.ARTICLE)
        self._say_shift(word, 1 if word.sense is Sense.UP else -1)

    def _say_shift(self, word: Lexeme, side: int) -> None:
        """``up 50``: a bare number is in the price's own unit."""
        cursor = self._cursor
        figure = read_figure(cursor)
        if figure is None or figure.share or figure.suffix == "x":
            raise Ask("By how much should the order move? Say 'up 50' or 'down 1%'.")
        offset = read_offset(cursor, figure)
        cursor.accept(Sense.CURRENCY)
        unit = offset.unit if offset is not None else "quote"
        value = offset.value if offset is not None else figure.value
        self._say(Shift(word.start, cursor.end(), Relative(value, unit, side, "order")))

    # ---- roles, leverage, risk ----

    def _on_role(self, word: Lexeme) -> None:
        """``margin $100``, ``worth 500 usdc``, or the role of the amount just said."""
        cursor, last = self._cursor, self._last()
        here = cursor.at
        cursor.skip(Sense.LINK, Sense.COLON)
        figure = read_figure(cursor)
        if figure is not None and (figure.dollar or cursor.sense() is Sense.CURRENCY):
            amount = read_amount(cursor, figure)[0]
            if isinstance(amount, Amount) and amount.role is None:
                roles = {Sense.MARGIN: "margin", Sense.NOTIONAL: "notional"}
                role = roles.get(word.sense)
                self._say(replace(amount, start=word.start, role=role))  # type: ignore[arg-type]
                return
        cursor.at = here - 1
        if isinstance(last, Amount) and last.unit is Unit.QUOTE and last.role is None:
            role_said = read_role(cursor)
            self._out[-1] = replace(last, end=cursor.end(), role=role_said)
            return
        raise Ask(_NOT_UNDERSTOOD.format(word.text))

    def _on_leverage(self, word: Lexeme) -> None:
        cursor = self._cursor
        cursor.skip(Sense.LINK, Sense.COLON)
        figure = read_figure(cursor)
        if figure is None:
            if isinstance(self._last(), Leveraged) or word.text.startswith("cross"):
                return
            raise Ask("Which leverage? Say '5x'.")
        if figure.suffix not in ("x", "") or figure.dollar or figure.share or cursor.sense() is Sense.MARKET:
            raise Ask("Which leverage? Say '5x'.")
        self._say(Leveraged(word.start, cursor.end(), figure.value))

    def _on_risk(self, word: Lexeme) -> None:
        cursor = self._cursor
        cursor.skip(Sense.LINK, Sense.COLON)
        figure = read_figure(cursor)
        amount = read_amount(cursor, figure)[0] if figure is not None else None
        if not isinstance(amount, Amount) or amount.unit not in (Unit.SHARE, Unit.QUOTE):
            raise Ask(
                "How much may be lost? Say it as a share of your equity or in dollars, such as 'risk 1%'."
            )
        if amount.unit is Unit.SHARE and amount.basis == "free collateral":
            raise Ask("Risk is a share of your equity. Say 'risk 1% of my equity' or an amount in dollars.")
        self._say(Risking(word.start, cursor.end(), amount.value, amount.unit))

    def _on_slippage(self, word: Lexeme) -> None:
        cursor = self._cursor
        cursor.skip(Sense.LINK, Sense.COLON)
        figure = read_figure(cursor)
        offset = read_offset(cursor, figure) if figure is not None else None
        if offset is None or offset.unit != "percent":
            raise Ask("How much slippage at most? Say it in percent, such as 'max slippage 0.5%'.")
        self._say(Slippage(word.start, cursor.end(), offset.value))

    def _on_vague(self, word: Lexeme) -> None:
        """Only ``max 0.5% slippage`` is exact; every other vague word is asked back."""
        cursor = self._cursor
        here = cursor.at
        figure = read_figure(cursor)
        if figure is not None:
            said = read_amount(cursor, figure)[0]
            if isinstance(said, Slippage):
                self._say(replace(said, start=word.start))
                return
        cursor.at = here
        raise Ask(vague_question(word))

    # ---- prepositions ----

    def _on_lasting(self, word: Lexeme) -> None:
        ms = read_duration_ms(self._cursor)
        if ms is None:
            raise Ask("For how long? Say 'good for an hour' or 'good for 30 minutes'.")
        self._say(Lasting(word.start, self._cursor.end(), "gtt", for_ms=ms))

    def _on_for(self, word: Lexeme) -> None:
        here = self._cursor.at
        ms = read_duration_ms(self._cursor)
        if ms is not None and ms > 0:
            self._say(Lasting(word.start, self._cursor.end(), "gtt", for_ms=ms))
            return
        self._cursor.at = here

    def _on_in(self, word: Lexeme) -> None:
        cursor = self._cursor
        here = cursor.at
        if cursor.sense() is Sense.FRACTION and self._verb in _REDUCING:
            part = read_figure(cursor)
            if part is not None:
                self._say(Amount(word.start, cursor.end(), part.value, Unit.SHARE))
                return
        if read_duration_ms(cursor) is not None:
            raise Refuse(NO_SCHEDULE)
        cursor.at = here

    def _on_by(self, word: Lexeme) -> None:
        """``raise my bid by 50``: the sign is the verb's; ``reduce my sol by half`` needs nothing."""
        if self._verb is not Verb.MOVE:
            return
        verb = next((each for each in reversed(self._out) if isinstance(each, Does)), None)
        sign = {"raise": 1, "bump": 1, "lower": -1}.get(verb.word if verb else "", 0)
        if not sign:
            raise Ask("Up or down? Say 'move my bid up 50' or 'down 50'.")
        self._say_shift(word, sign)

    def _on_to(self, word: Lexeme) -> None:
        cursor = self._cursor
        after = cursor.peek()
        if self._verb is Verb.MOVE:
            cursor.skip(Sense.AT, Sense.PRICE_WORD, Sense.ARTICLE)
            if cursor.sense() is Sense.MARKET_ORDER:
                return
            spec = read_price(cursor)
            if spec is not None:
                self._say(Priced(word.start, cursor.end(), spec))
            return
        if self._verb in (Verb.REDUCE, Verb.CLOSE, Verb.ADD):
            figure = read_figure(cursor)
            if figure is not None:
                said = read_amount(cursor, figure)
                self._say_all(
                    [replace(each, target=True) if isinstance(each, Amount) else each for each in said]
                )
            return
        if self._verb is Verb.FLIP and after is not None and after.value in ("long", "short"):
            cursor.take()
            self._say(TurnTo(word.start, cursor.end(), _SIDES[after.value]))
            return
        closing = after is not None and after.sense is Sense.VERB and after.value == "close"
        if closing and self._verb in (Verb.BUY, Verb.SELL):
            cursor.take()
            self._say(ReduceOnlyWord(word.start, cursor.end()))

    def _on_sub(self, word: Lexeme) -> None:
        figure = read_figure(self._cursor)
        if (
            self._verb is not Verb.TRANSFER
            or figure is None
            or figure.value.denominator != 1
            or figure.value > 255
        ):
            raise Ask(_NOT_UNDERSTOOD.format(word.text))
        self._say(ToSub(word.start, self._cursor.end(), int(figure.value)))

    def _on_currency(self, word: Lexeme) -> None:
        """``withdraw all my usdc``: the only asset there is."""
        if self._verb not in (Verb.DEPOSIT, Verb.WITHDRAW, Verb.TRANSFER):
            raise Ask(_NOT_UNDERSTOOD.format(word.text))

    def _on_funds(self, word: Lexeme) -> None:
        """``flatten my account``: the only verb for which "account" says nothing more."""
        if self._verb is not Verb.FLATTEN:
            raise Ask(_NOT_UNDERSTOOD.format(word.text))

    def _on_other_price(self, word: Lexeme) -> None:
        """``move the bid``: an order of one's own where orders are moved or cancelled."""
        side = {"the bid": Side.BUY, "the offer": Side.SELL, "the ask": Side.SELL}.get(word.text)
        if self._verb not in _ON_ORDERS or side is None:
            raise Ask(_NOT_UNDERSTOOD.format(word.text))
        self._say(Resting(word.start, word.end, side))

    def _on_clock(self, word: Lexeme) -> None:
        raise Ask(f"What is to happen at {word.text}? An order can end at a time: 'until {word.text} UTC'.")


def read_plain(figure: Figure) -> Absolute:
    """``figure`` as a price."""
    return Absolute(figure.value)


def vague_question(word: Lexeme) -> str:
    """What to ask back for a vague amount."""
    return f"{word.text!r} is not an exact amount. How much exactly? Say it such as '2 sol' or '$500 of sol'."
