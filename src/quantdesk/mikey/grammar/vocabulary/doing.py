"""Things that can be done, in the imperative, in the past and as an activity."""

from __future__ import annotations

from quantdesk.mikey.grammar.senses import Sense

NO_TRAILING = "trailing stops do not exist here; a fixed stop does: 'sell 1 sol if sol hits 130'"
NO_ALGO = "orders worked over time do not exist here; limit and market orders do: 'buy 1 sol at 140'"
NO_ISOLATED = (
    "margin is cross within a sub-account; a position is isolated by trading it in its own sub-account"
)
NO_STOP_LIMIT = "say it as a condition with a limit price: 'if sol hits 130 sell 1 sol at 129.5'"
NO_HEDGE = "hedging is yours to define: say which market, which side and how much"
NO_DEFI = "nothing is held or moved outside this exchange"

WORDS: dict[Sense, dict[str, str]] = {
    Sense.VERB: {
        "buy": (
            "buy, purchase, acquire, grab, scoop, scoop up, pick up, get me, ape, ape in, ape into, "
            "accumulate, lift the offer, lift the ask, lift offers"
        ),
        "sell": "sell, dump, offload, unload, sell off, hit the bid, get rid of",
        "long": "long, go long, enter long, open long",
        "short": "short, go short, enter short, open short, sell short, short sell, shortsell",
        "bid": "bid",
        "offer": "offer",
        "close": (
            "close, close out, exit, get out of, get me out of, unwind, square off, square, "
            "liquidate, close down"
        ),
        "reduce": (
            "reduce, trim, take off, cut, cut down, shave, shave off, lighten, decrease, scale out "
            "of, scale out, trim down, reduce down, cut back, take some off of, sell down"
        ),
        "halve": "halve",
        "take": "take",
        "cover": "cover, buy back, buy to cover, buy to close",
        "cancel": "cancel, pull, kill, scrap, remove, delete, revoke, cancel out",
        "flip": "flip, reverse, invert, flip over",
        "flatten": "flatten, go flat, get flat, get me flat, flatten out",
        "move": "move, change, modify, amend, edit, adjust, shift, reprice, raise, lower, bump, nudge",
        "add": "add, increase, top off",
        "deposit": "deposit, pay in, fund my account with",
        "withdraw": "withdraw, cash out, take out, pay out",
        "transfer": "transfer, send, wire",
    },
    Sense.PAST: {
        "buy": "bought, purchased, acquired, grabbed, scooped, aped, picked up, accumulated",
        "sell": "sold, dumped, offloaded, unloaded",
        "long": "longed, went long",
        "short": "shorted, went short",
        "close": "closed, exited, unwound, liquidated, got out, squared",
        "reduce": "reduced, trimmed, took off, shaved, lightened, decreased",
        "halve": "halved",
        "cover": "covered, bought back",
        "cancel": "cancelled, canceled, pulled, killed, scrapped, removed, deleted",
        "flip": "flipped, reversed",
        "flatten": "flattened, went flat",
        "move": "moved, changed, modified, raised, lowered, bumped",
        "add": "added, increased",
        "deposit": "deposited, paid in",
        "withdraw": "withdrew, withdrawn, cashed out, took out",
        "transfer": "transferred, sent, wired",
        "": (
            "was, were, had, did, didn't, didnt, filled, placed, opened, entered, yesterday, ago, "
            "earlier, last week, last night, already, previously, got filled, lost, made, used to, "
            "been, stopped out, rekt"
        ),
    },
    Sense.GERUND: {
        "buy": "buying, purchasing, aping, grabbing, accumulating",
        "sell": "selling, dumping, offloading, unloading",
        "long": "longing, going long",
        "short": "shorting, going short",
        "bid": "bidding",
        "offer": "offering",
        "close": "closing, exiting, unwinding",
        "reduce": "reducing, trimming, cutting",
        "cover": "covering",
        "cancel": "cancelling, canceling, pulling",
        "flip": "flipping, reversing",
        "flatten": "flattening",
        "move": "moving, changing",
        "add": "adding",
        "deposit": "depositing",
        "withdraw": "withdrawing",
        "transfer": "transferring, sending",
        "": (
            "trading, thinking, considering, planning, looking, hoping, wondering, taking, placing, "
            "opening, entering, waiting, watching, tempted, might, maybe, perhaps, probably"
        ),
    },
    Sense.AMBIGUOUS_VERB: {
        "": (
            "scalp, trade, fade, punt, play, swing, bet, gamble, yolo, send it, lift, flick, position "
            "for, double down, average, average down, average up, double, load up, load up on, load"
        ),
    },
    Sense.UNSUPPORTED: {
        NO_TRAILING: "trailing, trail, trailing stop, trailing stop loss",
        NO_ALGO: (
            "twap, vwap, iceberg, dca, grid, ladder, scale in, scale into, laddered, martingale, "
            "rebalance, copy trade"
        ),
        NO_ISOLATED: "isolated, isolate, isolated margin",
        NO_STOP_LIMIT: "stop limit",
        NO_HEDGE: "hedge, delta neutral, arb, arbitrage",
        NO_DEFI: "stake, unstake, swap, bridge, lend, borrow, mint, airdrop",
    },
    Sense.OPERATOR: {
        "": (
            "place, open, enter, set, put, make, submit, create, execute, do, attach, enter into, put "
            "in, open up, set up, place in, put on, go, start, initiate, build, run, use, give me, "
            "make me, take a, i'll take a"
        ),
    },
}
