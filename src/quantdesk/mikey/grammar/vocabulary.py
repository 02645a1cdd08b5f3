"""Every word and fixed phrase that the grammar knows, by sense. Phrases are matched longest first.

A word that is not here is not understood, and a text with such a word never becomes a ticket.
"""

from __future__ import annotations

from quantdesk.mikey.grammar.senses import Sense

VERBS = {
    "buy": "buy, purchase, acquire, grab, scoop, scoop up, pick up, get me, ape, ape in, ape into, accumulate, "
    "lift the offer, lift the ask, lift offers",
    "sell": "sell, dump, offload, unload, sell off, hit the bid, get rid of",
    "long": "long, go long, enter long, open long",
    "short": "short, go short, enter short, open short, sell short, short sell, shortsell",
    "bid": "bid",
    "offer": "offer",
    "close": "close, close out, exit, get out of, get me out of, unwind, square off, square, liquidate, close down",
    "reduce": "reduce, trim, take off, cut, cut down, shave, shave off, lighten, decrease, scale out of, scale out, "
    "trim down, reduce down, cut back, take some off of, sell down",
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
}
PASTS = {
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
    "": "was, were, had, did, didn't, didnt, filled, placed, opened, entered, yesterday, ago, earlier, last week, last night, "
    "already, previously, got filled, lost, made, used to, been, stopped out, rekt",
}
GERUNDS = {
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
    "": "trading, thinking, considering, planning, looking, hoping, wondering, taking, placing, opening, entering, "
    "waiting, watching, tempted, might, maybe, perhaps, probably",
}
BASES = {
    "BTC": "btc, bitcoin, xbt, bitcoins",
    "ETH": "eth, ether, ethereum, ethers",
    "SOL": "sol, solana",
}
QUOTES = ("usdt", "usdc", "usd", "perp", "perps")
"""What may be glued to a base: ``SOLUSDT``, ``BTC-PERP``."""

_NO_TRAILING = "trailing stops do not exist here; a fixed stop does: 'sell 1 sol if sol hits 130'"
_NO_ALGO = "orders worked over time do not exist here; limit and market orders do: 'buy 1 sol at 140'"
_NO_ISOLATED = (
    "margin is cross within a sub-account; a position is isolated by trading it in its own sub-account"
)
_NO_STOP_LIMIT = "say it as a condition with a limit price: 'if sol hits 130 sell 1 sol at 129.5'"
UNSUPPORTED = {
    _NO_TRAILING: "trailing, trail, trailing stop, trailing stop loss",
    _NO_ALGO: "twap, vwap, iceberg, dca, grid, ladder, scale in, scale into, laddered, martingale, rebalance, copy trade",
    _NO_ISOLATED: "isolated, isolate, isolated margin",
    _NO_STOP_LIMIT: "stop limit",
    "hedging is yours to define: say which market, which side and how much": "hedge, delta neutral, arb, arbitrage",
    "nothing is held or moved outside this exchange": "stake, unstake, swap, bridge, lend, borrow, mint, airdrop",
}

WORDS: dict[Sense, dict[str, str]] = {
    Sense.VERB: VERBS,
    Sense.PAST: PASTS,
    Sense.GERUND: GERUNDS,
    Sense.UNSUPPORTED: UNSUPPORTED,
    Sense.AMBIGUOUS_VERB: {
        "": "scalp, trade, fade, punt, play, swing, bet, gamble, yolo, send it, lift, flick, position for, "
        "double down, average, average down, average up, double, load up, load up on, load"
    },
    Sense.PERP: {
        "": "perp, perps, perpetual, perpetuals, perpetual future, perpetual futures, future, futures"
    },
    Sense.THIS: {"": "this, this one, this market, this coin, this perp, this asset"},
    Sense.IT: {"": "it, that, that one, them, those, these"},
    Sense.MY: {"": "my, mine, our, my own"},
    Sense.ALL: {
        "": "all, all of, whole, entire, full, fully, completely, entirely, every, every single, each of, any, the whole, "
        "the entire, in full, all the, all of the, complete, totally"
    },
    Sense.EVERYTHING: {
        "": "everything, all of it, all of them, the lot, the whole lot, every last one, the whole book, all my stuff"
    },
    Sense.POSITION: {
        "one": "position, bag, exposure, holding, pos",
        "many": "positions, bags, holdings, exposures",
    },
    Sense.ORDER: {
        "one": "order, quote, resting order",
        "many": "orders, quotes, resting orders",
    },
    Sense.SIDE_NOUN: {"long": "longs", "short": "shorts"},
    Sense.ORDER_SIDE_NOUN: {"buy": "bids", "sell": "offers, asks, ask"},
    Sense.EQUITY: {"": "equity, account equity, net equity"},
    Sense.FREE_COLLATERAL: {"": "free collateral, available collateral, free margin, available margin"},
    Sense.VAGUE_FUNDS: {
        "": "account, portfolio, balance, bankroll, collateral, capital, money, cash, funds, wallet, stack, net worth, "
        "buying power, account balance, account size, savings"
    },
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
    Sense.MAGNITUDE: {"12": "dozen", "100": "hundred", "1000": "thousand", "1000000": "million"},
    Sense.POINT: {"": "point"},
    Sense.ARTICLE: {"": "a, an"},
    Sense.CURRENCY: {"": "usd, usdc, dollar, dollars, buck, bucks, us dollars, usdt"},
    Sense.CENT: {"": "cent, cents"},
    Sense.PERCENT: {"": "percent, pct, per cent, percents"},
    Sense.BASIS_POINT: {"": "bp, bps, bip, bips, basis point, basis points"},
    Sense.TICK: {"": "tick, ticks"},
    Sense.DURATION_UNIT: {
        "1": "second, seconds, sec, secs, s",
        "60": "minute, minutes, min, mins",
        "3600": "hour, hours, hr, hrs, h",
        "86400": "day, days, d",
        "604800": "week, weeks",
    },
    Sense.MERIDIEM: {"am": "am, a.m", "pm": "pm, p.m"},
    Sense.ZONE: {
        "utc": "utc, gmt, zulu, z",
        "other": "est, edt, cst, cdt, pst, pdt, mst, cet, cest, bst, ist, jst, hkt, sgt, aest, msk, et, pt, local time, my time",
    },
    Sense.MARKET_ORDER: {
        "": "market, mkt, at market, at the market, at mkt, market price, at market price, at the market price, "
        "at current market price, at the current market price, at the current price, at current price, market order, "
        "as a market order, with a market order, using a market order, by market, at any price, at spot, "
        "at the going price, at the going rate"
    },
    Sense.LIMIT: {
        "": "limit, lmt, limit order, limit price, as a limit order, with a limit order, using a limit order, limit at, "
        "with a limit of, with a limit at, limit of, at a limit of, with limit, at limit, limit order at, a limit at"
    },
    Sense.PRICE_WORD: {"": "price, the price of, price of, px"},
    Sense.POST_ONLY: {
        "reject": "post only, postonly, maker only, only post, only maker, add liquidity only, alo, as maker, as a maker",
        "slide": "post only slide, slide",
    },
    Sense.REDUCE_ONLY: {
        "": "reduce only, reduceonly, only reduce, close only, ro, reducing only, sell to close"
    },
    Sense.TIME_IN_FORCE: {
        "ioc": "ioc, immediate or cancel, fill and kill, fak",
        "fok": "fok, fill or kill, all or nothing, all or none",
        "gtc": "gtc, good till cancelled, good till canceled, good til cancelled, good til canceled, good until cancelled, "
        "good until canceled, good till cancel, good til cancel, good until cancel",
        "gtt": "gtt, gtd, good till time, good till date",
    },
    Sense.GOOD_FOR: {
        "": "good for, valid for, for the next, lasting, live for, working for, good for the next"
    },
    Sense.UNTIL: {
        "": "until, till, til, good until, good till, good til, valid until, valid till, expires at, expiring at"
    },
    Sense.EXPIRES: {
        "": "expires in, expire in, expiring in, expiry, expires after, expire after, expiring after"
    },
    Sense.SLIPPAGE: {"": "slippage, max slippage, maximum slippage, slippage of, max slippage of, slip"},
    Sense.TAKE_PROFIT: {
        "": "tp, take profit, takeprofit, take profits, target, profit target, t / p, take profit order, price target"
    },
    Sense.STOP_LOSS: {
        "": "sl, stop loss, stoploss, s / l, stop loss order, protective stop, hard stop, invalidation"
    },
    Sense.STOP: {"": "stop, stop order, stop market"},
    Sense.ROE: {"": "roe, roi, return on equity, pnl"},
    Sense.LEVERAGE: {"": "leverage, lev, levered, leveraged, leverage of, cross, cross margin"},
    Sense.MARGIN: {"": "margin, initial margin, as margin, of margin, as collateral, margin of"},
    Sense.NOTIONAL: {"": "notional, notional value, exposure of, in notional, position size"},
    Sense.WORTH: {"": "worth, worth of, in value, value of"},
    Sense.RISK: {"": "risk, risking"},
    Sense.IF: {
        "": "if, when, once, whenever, as soon as, in case, unless, the moment, provided, assuming, should the price, "
        "after, before, while, because, since, when the, if the, if and when, only if, only when, if ever, as long as"
    },
    Sense.REACHES: {
        "": "hits, hit, reaches, reach, touches, touch, gets to, get to, goes to, trades at, is at, at least reaches, "
        "prints, tags, tests, trades, is, gets, goes, moves to, comes to, crosses, breaks, break, equals",
        "up": "goes above, goes over, gets above, gets over, breaks above, breaks over, crosses above, crosses over, rises to, "
        "rises above, rises over, climbs to, climbs above, climbs over, pumps to, pumps above, trades above, trades over, "
        "is above, is over, moves above, moves over, rallies to, rallies above, goes up to, jumps to, jumps above, "
        "breaks out above, closes above, exceeds, surpasses, rises, climbs, pumps, rallies, jumps, goes up, is up, moons to, "
        "rips to, rips above, rises by, climbs by, pumps by, goes up by, >, >=, ≥, runs to, recovers to, bounces to",
        "down": "goes below, goes under, gets below, gets under, breaks below, breaks under, crosses below, crosses under, "
        "drops to, drops below, drops under, falls to, falls below, falls under, dips to, dips below, dips under, dumps to, "
        "dumps below, trades below, trades under, is below, is under, moves below, moves under, sinks to, sinks below, "
        "goes down to, crashes to, crashes below, loses, drops, falls, dips, dumps, goes down, is down, tanks to, tanks, "
        "drops by, falls by, dips by, goes down by, <, <=, ≤, slides to, slips to, slips below, retraces to, "
        "closes below, breaks down below, pulls back to",
    },
    Sense.ABOVE: {"": "above, over, higher than, more than, north of, up from, upwards"},
    Sense.BELOW: {"": "below, under, underneath, lower than, less than, beneath, south of, down from"},
    Sense.UP: {"": "up, upward, up by, higher by"},
    Sense.DOWN: {"": "down, downward, down by, lower by"},
    Sense.MARK_PRICE: {
        "": "mark, mark price, the mark, the mark price, the market price, current price, the current price, "
        "the market, here, current, spot, the price"
    },
    Sense.OTHER_PRICE: {
        "": "index, index price, oracle, last, last price, mid, midprice, best bid, best ask, best offer, the bid, the ask, "
        "the offer, vwap price, the open, high, low, the high, the low, ath, support, resistance, break even, "
        "breakeven, liquidation price, top of book, best"
    },
    Sense.ENTRY: {
        "": "entry, entry price, my entry, the entry, average entry, my average, cost, my entry price"
    },
    Sense.AT: {"": "at, @, a price of, at a price of, at the price of, at price"},
    Sense.TO: {"": "to, down to, up to a price of"},
    Sense.BY: {"": "by"},
    Sense.FOR: {"": "for"},
    Sense.IN: {"": "in"},
    Sense.OFF: {"": "off, off of, off my"},
    Sense.LINK: {
        "": "of, on, with, from, using, into, the, as, out of, via, onto, towards, off the back of, at a"
    },
    Sense.AND: {
        "": "and, then, and then, also, plus, &, +, ',', ;, ., and also, after that, afterwards, next, followed by, -"
    },
    Sense.COLON: {"": ":, ="},
    Sense.SLASH: {"": "/"},
    Sense.OPERATOR: {
        "": "place, open, enter, set, put, make, submit, create, execute, do, attach, enter into, put in, open up, set up, "
        "place in, put on, go, start, initiate, build, run, use, give me, make me, take a, i'll take a"
    },
    Sense.COURTESY: {
        "": "please, pls, plz, please do, thanks, thank you, thx, ty, tysm, cheers, hey, hi, hello, mikey, hey mikey, ok, okay, "
        "okey, now, right now, rn, just, kindly, for me, me, bro, mate, sir, man, dude, yo, gm, alright, immediately, "
        "asap, quickly, quick, fast, again please, i, we, i want to, i want you to, i want, i'd like to, i'd like you to, "
        "i'd like, i would like to, i would like you to, i would like, i wanna, wanna, want to, i need to, i need you to, need to, "
        "i need, let's, lets, let me, let us, can you, could you, would you, will you, can u, could u, can you please, "
        "could you please, would you please, would you kindly, go ahead and, be so kind as to, i wish to, i will take, "
        "in my account, on my account, for my account, with my account, so, well, yes, yep, yeah, sure, or better, each, "
        "currently, !, 🙏, 🚀, 🔥, 👍, 🙂, 😊, at once, straight away, right away, instantly, real quick, "
        "bitte, danke, bitte schön, danke schön, por favor, gracias, merci, merci beaucoup, s'il vous plaît, s'il vous plait, "
        "s'il te plaît, s'il te plait, svp, stp, prego, grazie, per favore, per piacere, obrigado, obrigada, пожалуйста, спасибо, "
        "arigato, kudasai, onegai, お願いします, 请, 谢谢, proszę, prosze, dziękuję, dziekuje, tack, takk, tak, asseblief, "
        "alsjeblieft, dank je, dank u, lütfen, teşekkürler, efharisto, parakalo, hola, bonjour, ciao, salut, hallo, namaste, "
        "mahalo, aloha, shukran, toda, vă rog, multumesc, hvala, molim"
    },
    Sense.CORRECTION: {
        "": "no, wait, actually, i mean, i meant, rather, sorry, scratch that, make that, make it, correction, or, oops, hmm, er, "
        "uh, um, nvm, instead, but, except, either, alternatively, change that to, not that, hold on, or maybe, or rather, "
        "apart from, other than, minus, and or, versus, vs, strike that, on second thought"
    },
    Sense.VAGUE: {
        "": "some, a few, few, a bit, a bit of, bit, a couple, couple, a couple of, couple of, all in, a little, little, lots, lot, "
        "a lot, a lot of, tons, a ton of, a bunch, bunch, a bunch of, max, maximum, max size, full size, full send, several, many, "
        "whatever, enough, roughly, about, around, approximately, approx, ~, ≈, near, nearly, almost, between, at least, "
        "at most, up to, more, less, a small, small, big, a big, huge, tiny, large, most, most of, as much as possible, "
        "as much as i can, everything i have, everything i've got, the usual, usual, same again, the same, same, remaining, "
        "rest, the rest, extra, heavy, light, a handful, handful, a pinch, a decent, decent, a touch, somewhat, ish, or so, "
        "plenty, a chunk, chunk, much, max leverage, another, other, anything, something, any amount, good price, best price, a good price, "
        "cheap, the dip, dip, the top, the bottom"
    },
    Sense.NEGATION: {
        "": "don't, dont, do not, never, not, cannot, can't, cant, won't, wont, shouldn't, shouldnt, wouldn't, wouldnt, couldn't, "
        "isn't, isnt, aren't, ain't, doesn't, doesnt, refrain, avoid, hold off, stop buying, stop selling, stop trading, "
        "neither, nor, under no circumstances, no way, by no means, no longer, no more, refuse, let's not, not yet, "
        "without any, do nothing, nothing, none, skip, hold, hodl, keep, leave, ignore"
    },
    Sense.WITHOUT: {"": "without, w / o, bypass, w/out"},
    Sense.QUESTION: {
        "": "what, what's, whats, how, how's, why, who, whose, which, where, where's, whether, should, should i, should we, "
        "how much, how many, how far, how big, is it, do you, do i, can i, can we, could i, may i, shall i, shall we, will i, would i, "
        "am i, are you, are we, are there, is there, do we, does it, does this, would it, will it, explain, tell me, "
        "what about, how about, wdyt, thoughts, advise, recommend, suggest, what is, when should i, when do i, "
        "is now, good idea, good time, worth it, do they, did i, have i, when is, when does, when will"
    },
    Sense.ASKING: {
        "": "are, does, has, have, can, could, may, shall, will, would, any chance, anybody, anyone, isn't it"
    },
    Sense.QUESTION_MARK: {"": "?"},
    Sense.WHAT_IF: {
        "": "what if, what happens if, what would happen if, what happens when, what will happen if, preview, simulate, "
        "show me what happens if, suppose, supposing, imagine, hypothetically, how would it look if, what if i were to, "
        "what would it look like if, dry run, what happens to me if, what would happen to me if"
    },
    Sense.WISH: {
        "": "i wish, wish, wished, if only, would have, should have, could have, would've, should've, could've, would be nice, "
        "i hope, hope, would love, i'd love to, i would love to, dream, dreamt, i'd rather, someday, i'd have, shoulda, woulda, "
        "coulda, if i had, i had, i regret, regret"
    },
    Sense.HEARSAY: {
        "": "says, said, say, tells, told, tell, saying, according to, according, rumor, rumors, rumour, rumours, news, headline, "
        "headlines, tweet, tweets, tweeted, analyst, analysts, reuters, bloomberg, coindesk, heard, hear, apparently, supposedly, recommends, "
        "recommended, thinks, think, believe, believes, they, they're, memo, note, titled, named, called, subject, message, "
        "email, wrote, reads, quote unquote, article, post says, report, reports, reported, announced, announces, breaking, "
        "everyone is, twitter, discord, telegram, reddit, elon, trump, fed, cz, vitalik, saylor, influencer, guru, signal, signals, "
        "alert, advises, advised, suggests, suggested, shouted, yelled, screams, claims, claimed, reply, quoting, quote:, replied, "
        "announcement, podcast, chart says, text, string, system, assistant, prompt, instruction, instructions"
    },
    Sense.STATEMENT: {
        "": "i am, i'm, im, we are, we're, i've, i have, i hold, i own, i've got, i got, have got, i think, i like, i love, i hate, "
        "i believe, i feel, i see, i know, i do, i can, i could, i might, i may, i will, i'll, i would, i'd, i just, he is, she is, "
        "it is, it's, that's, there's, there is, looks, seems, bullish, bearish, going to the moon, gonna, going to"
    },
    Sense.PERSON: {
        "possessive": "his, her, their, your, someone's, somebody's, friend's, wife's, husband's, boss's, client's, mom's, "
        "dad's, brother's, sister's, another account, other account, another wallet, other wallet, somebody else's, someone else's, theirs, hers, yours, another person's, "
        "another user's, other user's, other people's, customer's, user's",
        "person": "friend, my friend, wife, my wife, husband, my husband, brother, my brother, sister, my sister, boss, my boss, "
        "client, my client, mom, my mom, dad, my dad, customer, user, someone, somebody, someone else, everyone, "
        "everybody, he, she, him, on behalf, on behalf of, behalf, guy, people, others, whale, whales",
    },
    Sense.ACCOUNT: {"": "sub account, subaccount, sub, address, wallet address, accounts, wallets"},
    Sense.SIGN: {
        "": "sign, signing, signed, signature, auto sign, autosign, auto, automatically, private key, private keys, seed phrase, "
        "secret key, seed, mnemonic, key, keys, autopilot, auto execute, auto confirm, unattended, no questions asked, "
        "skip the ticket, no ticket, on my behalf"
    },
    Sense.CONFIRM: {
        "": "confirm, confirmation, confirming, confirmed, approve, approval, approving, permission, asking, consent, prompt me, "
        "ask me, asking me, my ok, my okay, double check, verification, preview first, authorization, authorisation"
    },
    Sense.TIME: {
        "": "tomorrow, tonight, today, monday, tuesday, wednesday, thursday, friday, saturday, sunday, later, next week, next month, "
        "this week, this evening, this morning, this afternoon, this weekend, at open, at the open, at close, at the close, at noon, "
        "noon, midnight, at midnight, every day, every hour, every minute, every week, daily, hourly, weekly, monthly, end of day, eod, "
        "soon, eventually, at the end of, new year, christmas, after lunch, in the morning, overnight, every morning, always, "
        "from now on, whenever possible, every time, each day, each hour, each week, next year, by tomorrow, until further notice, "
        "january, february, march, april, june, july, august, september, october, november, december"
    },
    Sense.NEVER_MIND: {
        "": "never mind, nevermind, forget it, forget that, cancel that thought, ignore that, do it, confirm it, go ahead, go for it, "
        "yes please, yes do it, ok do it, sounds good, perfect, great, nice, cool, lol, haha, wow, test, testing, undo, undo that"
    },
    Sense.INFORM: {
        "": "show, show me, list, display, view, print, check, see, look up, give me my, fetch, status of, help me with"
    },
}

NEAR_MISSES_OF = (Sense.VERB, Sense.MARKET)
"""Senses whose words are worth a "did you mean" when a text is one letter off."""
