"""How long an order lives: ``good for an hour``, ``until 17:00 UTC``. A time to start is not possible."""

from __future__ import annotations

from fractions import Fraction

from quantdesk.mikey.grammar.cursor import Cursor, read_figure
from quantdesk.mikey.grammar.lexicon import Lexeme
from quantdesk.mikey.grammar.outcome import Ask, Refuse
from quantdesk.mikey.grammar.phrases import Lasting
from quantdesk.mikey.grammar.senses import Sense

NO_SCHEDULE = (
    "I cannot start an order at a time. What exists: an order now, an order that ends at a time "
    "('good for an hour', 'until 17:00 UTC'), or one that waits for a price ('if sol hits 130'). "
    "Nothing was done."
)
_LONGEST_S = 366 * 86_400


def read_duration_ms(cursor: Cursor) -> int | None:
    """``an hour``, ``30 minutes``, ``1h``, ``half an hour``; None when there is none here."""
    start = cursor.at
    cursor.skip(Sense.LINK)
    if cursor.sense() is Sense.ARTICLE and cursor.sense(1) is Sense.DURATION_UNIT:
        cursor.take()
        return int(cursor.take().value) * 1_000
    figure = read_figure(cursor)
    cursor.accept(Sense.ARTICLE)
    if figure is not None and figure.suffix == "m":
        return _ms(figure.digits, 60)
    unit = cursor.accept(Sense.DURATION_UNIT)
    if figure is None or unit is None:
        cursor.at = start
        return None
    return _ms(figure.value, int(unit.value))


def _ms(count: Fraction, unit_s: int) -> int:
    if count * unit_s > _LONGEST_S:
        raise Ask("An order can last at most a year. How long should it last?")
    return int(count * unit_s * 1_000)


def read_until(cursor: Cursor, word: Lexeme) -> Lasting:
    """After ``until``: a clock time with its zone. Raises ``Ask`` when the zone or the time is missing."""
    cursor.skip(Sense.AT)
    minute = read_clock(cursor)
    if minute is None:
        raise Ask(
            "Until when? Give a clock time with its zone, such as 'until 17:00 UTC', or 'good for 2 hours'."
        )
    zone = cursor.accept(Sense.ZONE)
    if zone is None or zone.value != "utc":
        shown = f"{minute // 60:02}:{minute % 60:02}"
        raise Ask(
            f"In which time zone is {shown}? I take UTC only, such as 'until {shown} UTC'.",
            (f"until {shown} UTC",),
        )
    return Lasting(word.start, cursor.end(), "gtt", minute_of_day=minute)


def read_clock(cursor: Cursor) -> int | None:
    """Minute of the day of ``17:00``, ``5pm``, ``5:30 pm``; None when there is no clock time here."""
    clock = cursor.accept(Sense.CLOCK)
    if clock is not None:
        hour, minute = (int(part) for part in clock.text.split(":")[:2])
    elif cursor.sense() is Sense.NUMBER and cursor.sense(1) is Sense.MERIDIEM:
        figure = read_figure(cursor)
        if figure is None or figure.value.denominator != 1 or figure.suffix:
            raise Ask("That is not a time of day. Write it such as 17:00 UTC.")
        hour, minute = int(figure.value), 0
    else:
        return None
    half = cursor.accept(Sense.MERIDIEM)
    hour = _on_24_hours(hour, half.value) if half is not None else hour
    if not (0 <= hour < 24 and 0 <= minute < 60):
        raise Ask("That is not a time of day. Write it such as 17:00 UTC.")
    return hour * 60 + minute


def _on_24_hours(hour: int, half: str) -> int:
    if not 1 <= hour <= 12:
        raise Ask("That is not a time of day. Write it such as 17:00 UTC.")
    return hour % 12 + (12 if half == "pm" else 0)


def refuse_start_time(cursor: Cursor) -> None:
    """Raise ``Refuse`` when a clock time stands here: nothing can be scheduled."""
    start = cursor.at
    if read_clock(cursor) is not None:
        raise Refuse(NO_SCHEDULE)
    cursor.at = start
