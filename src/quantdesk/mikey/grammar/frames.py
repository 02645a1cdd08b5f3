"""Phrases to frames: one frame is one thing that the user asks for, with everything said about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from quantdesk.domain.orders import Side
from quantdesk.mikey.grammar.outcome import Ask
from quantdesk.mikey.grammar.phrases import (
    Amount,
    AsLimit,
    AsStop,
    AtMarket,
    Condition,
    Does,
    Every,
    ExitAt,
    Holding,
    InMarket,
    Lasting,
    Leveraged,
    Owned,
    Phrase,
    PostOnlyWord,
    Priced,
    ReduceOnlyWord,
    Resting,
    Risking,
    Separator,
    Shift,
    Slippage,
    TakeOff,
    ToSub,
    TurnTo,
)
from quantdesk.mikey.grammar.senses import Verb

ORDER_VERBS = (Verb.BUY, Verb.SELL, Verb.BID, Verb.OFFER, Verb.LONG, Verb.SHORT)


@dataclass(slots=True)
class Frame:
    """One thing asked for. A slot that the words do not fill is None (or empty).

    ``inherited``: the verb is that of the frame before ("buy 2 sol and 1 eth"); ``sized_before``: that one
    had an amount of its own.
    """

    verb: Does | None = None
    market: InMarket | None = None
    owned: Owned | None = None
    every: Every | None = None
    holding: Holding | None = None
    resting: Resting | None = None
    amount: Amount | None = None
    price: Priced | None = None
    at_market: AtMarket | None = None
    as_limit: AsLimit | None = None
    as_stop: AsStop | None = None
    post_only: PostOnlyWord | None = None
    reduce_only: ReduceOnlyWord | None = None
    lasting: Lasting | None = None
    take_profit: ExitAt | None = None
    stop_loss: ExitAt | None = None
    leverage: Leveraged | None = None
    risk: Risking | None = None
    slippage: Slippage | None = None
    condition: Condition | None = None
    shift: Shift | None = None
    take_off: TakeOff | None = None
    turn_to: TurnTo | None = None
    to_sub: ToSub | None = None
    inherited: bool = False
    sized_before: bool = False
    phrases: list[Phrase] = field(default_factory=list)

    @property
    def side(self) -> Side | None:
        """The side that the verb says."""
        return self.verb.side if self.verb else None

    @property
    def leverage_only_for_exits(self) -> bool:
        """Whether a leverage, if said, can only scale an exit's ROE."""
        exits = [each for each in (self.take_profit, self.stop_loss) if each is not None]
        return self.leverage is None or any(getattr(each.spec, "roe", False) for each in exits)

    @property
    def has_exits(self) -> bool:
        """Whether a take-profit or a stop is said."""
        return self.take_profit is not None or self.stop_loss is not None


_SLOTS: dict[type[Phrase], tuple[str, str]] = {
    Does: ("verb", "things to do"),
    InMarket: ("market", "markets"),
    Owned: ("owned", ""),
    Every: ("every", ""),
    Holding: ("holding", "positions"),
    Resting: ("resting", "orders"),
    Amount: ("amount", "sizes"),
    Priced: ("price", "prices"),
    AtMarket: ("at_market", ""),
    AsLimit: ("as_limit", ""),
    AsStop: ("as_stop", ""),
    PostOnlyWord: ("post_only", "kinds of post-only"),
    ReduceOnlyWord: ("reduce_only", ""),
    Lasting: ("lasting", "times in force"),
    Leveraged: ("leverage", "leverages"),
    Risking: ("risk", "risks"),
    Slippage: ("slippage", "slippages"),
    Condition: ("condition", "conditions"),
    Shift: ("shift", "moves"),
    TakeOff: ("take_off", ""),
    TurnTo: ("turn_to", "sides"),
    ToSub: ("to_sub", "sub-accounts"),
}
_TRAILING = (
    "price",
    "post_only",
    "reduce_only",
    "lasting",
    "take_profit",
    "stop_loss",
    "leverage",
    "slippage",
    "risk",
)


class FrameBuilder:
    """Distributes phrases over frames."""

    def __init__(self, phrases: Sequence[Phrase]) -> None:
        self._phrases = phrases
        self._frames: list[Frame] = []
        self._prefix: list[Phrase] = []
        self._separated = False

    def frames(self) -> list[Frame]:
        """The frames in the order said. Raises ``Ask`` where the words contradict each other."""
        for place, phrase in enumerate(self._phrases):
            if isinstance(phrase, Separator):
                self._separated = True
            elif isinstance(phrase, Owned | Every) and not self._stands_alone(phrase):
                self._prefix.append(phrase)
            else:
                self._place(phrase, self._phrases[place + 1 :])
                self._separated = False
        if self._prefix:
            self._attach(self._frames[-1] if self._frames else self._open(Frame()))
        self._check_shared_conditions()
        self._check_shared_modifiers()
        return self._frames

    def _stands_alone(self, phrase: Phrase) -> bool:
        return isinstance(phrase, Every) and phrase.everything

    def _place(self, phrase: Phrase, rest: Sequence[Phrase]) -> None:
        frame = self._frames[-1] if self._frames else self._open(Frame())
        following = next((each for each in rest if not isinstance(each, Owned | Every)), None)
        if self._begins(frame, phrase, following, rest):
            frame = self._open(self._next_frame(frame, phrase))
        self._attach(frame)
        self._fill(frame, phrase)

    def _begins(self, frame: Frame, phrase: Phrase, following: Phrase | None, rest: Sequence[Phrase]) -> bool:
        """Whether ``phrase`` is the first of another frame."""
        if isinstance(phrase, Does):
            return self._verb_begins(frame, phrase, following)
        if isinstance(phrase, ExitAt):
            return self._separated and self._exit_begins(frame, rest)
        return self._separated and self._noun_begins(frame, phrase)

    def _noun_begins(self, frame: Frame, phrase: Phrase) -> bool:
        """After a separator another amount, market, position or order belongs to another frame."""
        if isinstance(phrase, Amount):
            return frame.amount is not None and not phrase.target
        if isinstance(phrase, InMarket):
            return frame.market is not None and not _same(frame.market, phrase)
        if isinstance(phrase, Holding):
            return frame.holding is not None
        return isinstance(phrase, Resting) and frame.resting is not None

    def _verb_begins(self, frame: Frame, phrase: Does, following: Phrase | None) -> bool:
        sized_next = isinstance(following, Amount | InMarket | Holding | Resting)
        if frame.verb is None:
            whole = frame.market is not None and (frame.amount is not None or frame.has_exits)
            return whole and self._separated and sized_next
        if phrase.verb in ORDER_VERBS and phrase.side == frame.side and not self._separated:
            return frame.amount is not None and sized_next
        if phrase.side is not None and frame.side is not None and not self._separated and not sized_next:
            raise Ask(f"{frame.verb.word!r} and {phrase.word!r} contradict each other. Buy or sell?")
        return True

    def _exit_begins(self, frame: Frame, rest: Sequence[Phrase]) -> bool:
        """A stop belongs to the order before it, unless it names another market or follows no order."""
        for phrase in rest:
            if isinstance(phrase, Separator | Does):
                break
            if (
                isinstance(phrase, InMarket)
                and frame.market is not None
                and phrase.symbol != frame.market.symbol
            ):
                return phrase.refers == "name"
        if frame.verb is None:
            return False
        return frame.verb.verb not in ORDER_VERBS

    def _next_frame(self, frame: Frame, phrase: Phrase) -> Frame:
        if isinstance(phrase, Does | ExitAt):
            return Frame()
        return Frame(verb=frame.verb, inherited=True, sized_before=frame.amount is not None)

    def _open(self, frame: Frame) -> Frame:
        self._frames.append(frame)
        return frame

    def _attach(self, frame: Frame) -> None:
        for phrase in self._prefix:
            self._fill(frame, phrase)
        self._prefix = []

    def _fill(self, frame: Frame, phrase: Phrase) -> None:
        frame.phrases.append(phrase)
        if isinstance(phrase, ExitAt):
            self._fill_exit(frame, phrase)
            return
        slot, plural = _SLOTS[type(phrase)]
        present = getattr(frame, slot)
        if isinstance(phrase, Does) and present is not None:
            return
        if isinstance(phrase, Every) and present is not None and present.everything:
            return
        if present is not None and plural and not _same(present, phrase):
            raise Ask(f"I read two different {plural}. Which one do you mean?")
        setattr(frame, slot, phrase)

    def _fill_exit(self, frame: Frame, phrase: ExitAt) -> None:
        present = frame.take_profit if phrase.kind == "take_profit" else frame.stop_loss
        if present is not None and present.spec != phrase.spec:
            name = "take-profits" if phrase.kind == "take_profit" else "stops"
            raise Ask(f"I read two different {name}. Which one do you mean?")
        setattr(frame, phrase.kind, phrase)

    def _check_shared_conditions(self) -> None:
        if len(self._frames) > 1 and any(frame.condition for frame in self._frames):
            raise Ask(
                "I read a condition and several actions. Say them apart: which one waits for the price?"
            )

    def _check_shared_modifiers(self) -> None:
        """``buy 2 sol and 1 eth at 140``: what stands behind the last one must not be guessed onto
        the first.
        """
        for first, second in zip(self._frames, self._frames[1:], strict=False):
            if not second.inherited:
                continue
            for slot in _TRAILING:
                if getattr(second, slot) is not None and getattr(first, slot) is None and not first.at_market:
                    words = slot.replace("_", " ")
                    raise Ask(f"Is the {words} for both, or only for the second? Say it for each.")


def _same(first: Phrase, second: Phrase) -> bool:
    """Equal in everything but their place in the text."""
    if type(first) is not type(second):
        return False
    names = [name for name in type(first).__dataclass_fields__ if name not in ("start", "end")]
    return all(getattr(first, name) == getattr(second, name) for name in names)
