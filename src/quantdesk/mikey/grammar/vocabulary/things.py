"""What is traded, held and named, and words of politeness."""

from __future__ import annotations

from quantdesk.mikey.grammar.senses import Sense

WORDS: dict[Sense, dict[str, str]] = {
    Sense.PERP: {
        "": "perp, perps, perpetual, perpetuals, perpetual future, perpetual futures, future, futures",
    },
    Sense.THIS: {
        "": "this, this one, this market, this coin, this perp, this asset",
    },
    Sense.IT: {
        "": "it, it is, it's, that, that one, them, those, these",
    },
    Sense.MY: {
        "": "my, mine, our, my own",
    },
    Sense.ALL: {
        "": (
            "all, all of, whole, entire, full, fully, completely, entirely, every, every single, each "
            "of, any, the whole, the entire, in full, all the, all of the, complete, totally"
        ),
    },
    Sense.EVERYTHING: {
        "": (
            "everything, all of it, all of them, the lot, the whole lot, every last one, the whole "
            "book, all my stuff"
        ),
    },
    Sense.POSITION: {
        "one": "position, bag, exposure, holding, pos",
        "many": "positions, bags, holdings, exposures",
    },
    Sense.ORDER: {
        "one": "order, quote, resting order",
        "many": "orders, quotes, resting orders",
    },
    Sense.SIDE_NOUN: {
        "long": "longs",
        "short": "shorts",
    },
    Sense.ORDER_SIDE_NOUN: {
        "buy": "bids",
        "sell": "offers, asks, ask",
    },
    Sense.EQUITY: {
        "": "equity, account equity, net equity",
    },
    Sense.FREE_COLLATERAL: {
        "": "free collateral, available collateral, free margin, available margin",
    },
    Sense.VAGUE_FUNDS: {
        "": (
            "account, portfolio, balance, bankroll, collateral, capital, money, cash, funds, wallet, "
            "stack, net worth, buying power, account balance, account size, savings"
        ),
    },
    Sense.ACCOUNT: {
        "": "sub account, subaccount, sub, address, wallet address, accounts, wallets",
    },
    Sense.COURTESY: {
        "": (
            "@ mikey, please, pls, plz, please do, thanks, thank you, thx, ty, tysm, cheers, hey, hi, hello, "
            "mikey, hey mikey, ok, okay, okey, now, right now, rn, just, kindly, for me, me, bro, "
            "mate, sir, man, dude, yo, gm, alright, immediately, asap, quickly, quick, fast, again "
            "please, i, we, i want to, i want you to, i want, i'd like to, i'd like you to, i'd like, "
            "i would like to, i would like you to, i would like, i wanna, wanna, want to, i need to, "
            "i need you to, need to, i need, let's, lets, let me, let us, can you, could you, would "
            "you, will you, can u, could u, can you please, could you please, would you please, would "
            "you kindly, go ahead and, be so kind as to, i wish to, i will take, in my account, on my "
            "account, for my account, with my account, so, well, yes, yep, yeah, sure, or better, "
            "each, currently, !, 🙏, 🚀, 🔥, 👍, 🙂, 😊, at once, straight away, right away, instantly, "
            "real quick, bitte, danke, bitte schön, danke schön, por favor, gracias, merci, merci "
            "beaucoup, s'il vous plaît, s'il vous plait, s'il te plaît, s'il te plait, svp, stp, "
            "prego, grazie, per favore, per piacere, obrigado, obrigada, пожалуйста, спасибо, "
            "arigato, kudasai, onegai, お願いします, 请, 谢谢, proszę, prosze, dziękuję, dziekuje, tack, "
            "takk, "
            "tak, asseblief, alsjeblieft, dank je, dank u, lütfen, teşekkürler, efharisto, parakalo, "
            "hola, bonjour, ciao, salut, hallo, namaste, mahalo, aloha, shukran, toda, vă rog, "
            "multumesc, hvala, molim"
        ),
    },
}
