"""How an order is worked, and how one thing stands to another."""

from __future__ import annotations

from quantdesk.mikey.grammar.senses import Sense

WORDS: dict[Sense, dict[str, str]] = {
    Sense.MARKET_ORDER: {
        "": (
            "market, mkt, at market, at the market, at mkt, market price, at market price, at the "
            "market price, at current market price, at the current market price, at the current "
            "price, at current price, market order, as a market order, with a market order, using a "
            "market order, by market, at any price, at spot, at the going price, at the going rate"
        ),
    },
    Sense.LIMIT: {
        "": (
            "limit, lmt, limit order, limit price, as a limit order, with a limit order, using a "
            "limit order, limit at, with a limit of, with a limit at, limit of, at a limit of, with "
            "limit, at limit, limit order at, a limit at"
        ),
    },
    Sense.PRICE_WORD: {
        "": "price, the price of, price of, px",
    },
    Sense.POST_ONLY: {
        "reject": (
            "post only, postonly, maker only, only post, only maker, add liquidity only, alo, as "
            "maker, as a maker"
        ),
        "slide": "post only slide, slide",
    },
    Sense.REDUCE_ONLY: {
        "": "reduce only, reduceonly, only reduce, close only, ro, reducing only, sell to close",
    },
    Sense.TIME_IN_FORCE: {
        "ioc": "ioc, immediate or cancel, fill and kill, fak",
        "fok": "fok, fill or kill, all or nothing, all or none",
        "gtc": (
            "gtc, good till cancelled, good till canceled, good til cancelled, good til canceled, "
            "good until cancelled, good until canceled, good till cancel, good til cancel, good until "
            "cancel"
        ),
        "gtt": "gtt, gtd, good till time, good till date",
    },
    Sense.GOOD_FOR: {
        "": "good for, valid for, for the next, lasting, live for, working for, good for the next",
    },
    Sense.UNTIL: {
        "": (
            "until, till, til, good until, good till, good til, valid until, valid till, expires at, "
            "expiring at"
        ),
    },
    Sense.EXPIRES: {
        "": "expires in, expire in, expiring in, expiry, expires after, expire after, expiring after",
    },
    Sense.SLIPPAGE: {
        "": "slippage, max slippage, maximum slippage, slippage of, max slippage of, slip",
    },
    Sense.TAKE_PROFIT: {
        "": (
            "tp, take profit, takeprofit, take profits, target, profit target, t / p, take profit "
            "order, price target"
        ),
    },
    Sense.STOP_LOSS: {
        "": ("sl, stop loss, stoploss, s / l, stop loss order, protective stop, hard stop, invalidation"),
    },
    Sense.STOP: {
        "": "stop, stop order, stop market",
    },
    Sense.ROE: {
        "": "roe, roi, return on equity, pnl",
    },
    Sense.LEVERAGE: {
        "": "leverage, lev, levered, leveraged, leverage of, cross, cross margin",
    },
    Sense.MARGIN: {
        "": "margin, initial margin, as margin, of margin, as collateral, margin of",
    },
    Sense.NOTIONAL: {
        "": "notional, notional value, exposure of, in notional, position size",
    },
    Sense.WORTH: {
        "": "worth, worth of, in value, value of",
    },
    Sense.RISK: {
        "": "risk, risking",
    },
    Sense.IF: {
        "": (
            "if, when, once, whenever, as soon as, in case, unless, the moment, provided, assuming, "
            "should the price, after, before, while, because, since, when the, if the, if and when, "
            "only if, only when, if ever, as long as"
        ),
    },
    Sense.REACHES: {
        "": (
            "hits, hit, reaches, reach, touches, touch, gets to, get to, goes to, trades at, is at, "
            "at least reaches, prints, tags, tests, trades, is, gets, goes, moves to, comes to, "
            "crosses, breaks, break, equals"
        ),
        "up": (
            "goes above, goes over, gets above, gets over, breaks above, breaks over, crosses above, "
            "crosses over, rises to, rises above, rises over, climbs to, climbs above, climbs over, "
            "pumps to, pumps above, trades above, trades over, is above, is over, moves above, moves "
            "over, rallies to, rallies above, goes up to, jumps to, jumps above, breaks out above, "
            "exceeds, surpasses, rises, climbs, pumps, rallies, jumps, goes up, is up, "
            "moons to, rips to, rips above, rises by, climbs by, pumps by, goes up by, >, >=, ≥, runs "
            "to, recovers to, bounces to"
        ),
        "down": (
            "goes below, goes under, gets below, gets under, breaks below, breaks under, crosses "
            "below, crosses under, drops to, drops below, drops under, falls to, falls below, falls "
            "under, dips to, dips below, dips under, dumps to, dumps below, trades below, trades "
            "under, is below, is under, moves below, moves under, sinks to, sinks below, goes down "
            "to, crashes to, crashes below, loses, drops, falls, dips, dumps, goes down, is down, "
            "tanks to, tanks, drops by, falls by, dips by, goes down by, <, <=, ≤, slides to, slips "
            "to, slips below, retraces to, breaks down below, pulls back to"
        ),
    },
    Sense.ABOVE: {
        "": "above, over, higher than, more than, north of, up from, upwards",
    },
    Sense.BELOW: {
        "": "below, under, underneath, lower than, less than, beneath, south of, down from",
    },
    Sense.UP: {
        "": "up, upward, up by, higher by",
    },
    Sense.DOWN: {
        "": "down, downward, down by, lower by",
    },
    Sense.MARK_PRICE: {
        "": (
            "mark, mark price, the mark, the mark price, the market price, current price, the current "
            "price, the market, here, current, spot, the price"
        ),
    },
    Sense.OTHER_PRICE: {
        "": (
            "index, index price, oracle, last, last price, mid, midprice, best bid, best ask, best "
            "offer, the bid, the ask, the offer, vwap price, the open, high, low, the high, the low, "
            "ath, support, resistance, break even, breakeven, liquidation price, top of book, best"
        ),
    },
    Sense.ENTRY: {
        "": "entry, entry price, my entry, the entry, average entry, my average, cost, my entry price",
    },
    Sense.AT: {
        "": "at, @, a price of, at a price of, at the price of, at price",
    },
    Sense.TO: {
        "": "to, down to, up to a price of",
    },
    Sense.BY: {
        "": "by",
    },
    Sense.FOR: {
        "": "for",
    },
    Sense.IN: {
        "": "in",
    },
    Sense.OFF: {
        "": "off, off of, off my",
    },
    Sense.LINK: {
        "": (
            "of, on, with, w /, from, using, into, the, as, out of, via, onto, towards, off the back of, at a"
        ),
    },
    Sense.AND: {
        "": (
            "and, then, and then, also, plus, &, +, ',', ;, ., and also, after that, afterwards, "
            "next, followed by, -"
        ),
    },
    Sense.COLON: {
        "": ":, =",
    },
    Sense.SLASH: {
        "": "/",
    },
}
