"""Numbers, units and times."""

from __future__ import annotations

from quantdesk.mikey.grammar.senses import Sense

WORDS: dict[Sense, dict[str, str]] = {
    Sense.CARDINAL: {
        "0": "zero, nil, nought",
        "1": "one",
        "2": "two",
        "3": "three",
        "4": "four",
        "5": "five",
        "6": "six",
        "7": "seven",
        "8": "eight",
        "9": "nine",
        "10": "ten",
        "11": "eleven",
        "12": "twelve",
        "13": "thirteen",
        "14": "fourteen",
        "15": "fifteen",
        "16": "sixteen",
        "17": "seventeen",
        "18": "eighteen",
        "19": "nineteen",
        "20": "twenty",
        "30": "thirty",
        "40": "forty, fourty",
        "50": "fifty",
        "60": "sixty",
        "70": "seventy",
        "80": "eighty",
        "90": "ninety",
    },
    Sense.FRACTION: {
        "1/2": "half, halves",
        "1/3": "third, thirds",
        "1/4": "quarter, quarters, fourth, fourths",
        "1/5": "fifth, fifths",
        "1/8": "eighth, eighths",
        "1/10": "tenth, tenths",
    },
    Sense.MAGNITUDE: {
        "12": "dozen",
        "100": "hundred",
        "1000": "thousand",
        "1000000": "million",
    },
    Sense.POINT: {
        "": "point",
    },
    Sense.ARTICLE: {
        "": "a, an",
    },
    Sense.CURRENCY: {
        "": "usd, usdc, dollar, dollars, buck, bucks, us dollars",
    },
    Sense.CENT: {
        "": "cent, cents",
    },
    Sense.PERCENT: {
        "": "percent, pct, per cent, percents",
    },
    Sense.BASIS_POINT: {
        "": "bp, bps, bip, bips, basis point, basis points",
    },
    Sense.TICK: {
        "": "tick, ticks",
    },
    Sense.DURATION_UNIT: {
        "1": "second, seconds, sec, secs, s",
        "60": "minute, minutes, min, mins",
        "3600": "hour, hours, hr, hrs, h",
        "86400": "day, days, d",
        "604800": "week, weeks",
    },
    Sense.MERIDIEM: {
        "am": "am, a.m",
        "pm": "pm, p.m",
    },
    Sense.ZONE: {
        "utc": "utc, gmt, zulu, z",
        "other": (
            "est, edt, cst, cdt, pst, pdt, mst, cet, cest, bst, ist, jst, hkt, sgt, aest, msk, et, "
            "pt, local time, my time"
        ),
    },
}
