"""Words that make a text no command, or not yet one."""

from __future__ import annotations

from quantdesk.mikey.grammar.senses import Sense

WORDS: dict[Sense, dict[str, str]] = {
    Sense.CORRECTION: {
        "": (
            "no, wait, actually, i mean, i meant, rather, sorry, scratch that, make that, make it, "
            "correction, or, oops, hmm, er, uh, um, nvm, instead, but, except, either, alternatively, "
            "change that to, not that, hold on, or maybe, or rather, apart from, other than, minus, "
            "and or, versus, vs, strike that, on second thought"
        ),
    },
    Sense.VAGUE: {
        "": (
            "some, a few, few, a bit, a bit of, bit, a couple, couple, a couple of, couple of, all "
            "in, a little, little, lots, lot, a lot, a lot of, tons, a ton of, a bunch, bunch, a "
            "bunch of, max, maximum, max size, full size, full send, several, many, whatever, enough, "
            "roughly, about, around, approximately, approx, ~, ≈, near, nearly, almost, between, at "
            "least, at most, up to, more, less, a small, small, big, a big, huge, tiny, large, most, "
            "most of, as much as possible, as much as i can, everything i have, everything i've got, "
            "the usual, usual, same again, the same, same, remaining, rest, the rest, extra, heavy, "
            "light, a handful, handful, a pinch, a decent, decent, a touch, somewhat, ish, or so, "
            "plenty, a chunk, chunk, much, max leverage, another, other, anything, something, any "
            "amount, good price, best price, a good price, cheap, the dip, dip, the top, the bottom"
        ),
    },
    Sense.NEGATION: {
        "": (
            "don't, dont, do not, never, not, cannot, can't, cant, won't, wont, shouldn't, shouldnt, "
            "wouldn't, wouldnt, couldn't, isn't, isnt, aren't, ain't, doesn't, doesnt, refrain, "
            "avoid, hold off, stop buying, stop selling, stop trading, neither, nor, under no "
            "circumstances, no way, by no means, no longer, no more, refuse, let's not, not yet, "
            "without any, do nothing, nothing, none, skip, hold, hodl, keep, leave, ignore"
        ),
    },
    Sense.WITHOUT: {
        "": "without, w / o, bypass, w/out",
    },
    Sense.QUESTION: {
        "": (
            "what, what's, whats, how, how's, why, who, whose, which, where, where's, whether, "
            "should, should i, should we, how much, how many, how far, how big, is it, do you, do i, "
            "can i, can we, could i, may i, shall i, shall we, will i, would i, am i, are you, are "
            "we, are there, is there, do we, does it, does this, would it, will it, explain, tell me, "
            "what about, how about, wdyt, thoughts, advise, recommend, suggest, what is, when should "
            "i, when do i, is now, good idea, good time, worth it, do they, did i, have i, when is, "
            "when does, when will"
        ),
    },
    Sense.ASKING: {
        "": (
            "are, does, has, have, can, could, may, shall, will, would, any chance, anybody, anyone, isn't it"
        ),
    },
    Sense.QUESTION_MARK: {
        "": "?",
    },
    Sense.WHAT_IF: {
        "": (
            "what if, what happens if, what would happen if, what happens when, what will happen if, "
            "preview, simulate, show me what happens if, suppose, supposing, imagine, hypothetically, "
            "how would it look if, what if i were to, what would it look like if, dry run, what "
            "happens to me if, what would happen to me if"
        ),
    },
    Sense.WISH: {
        "": (
            "i wish, wish, wished, if only, would have, should have, could have, would've, should've, "
            "could've, would be nice, i hope, hope, would love, i'd love to, i would love to, dream, "
            "dreamt, i'd rather, someday, i'd have, shoulda, woulda, coulda, if i had, i had, i "
            "regret, regret"
        ),
    },
    Sense.HEARSAY: {
        "": (
            "says, said, say, tells, told, tell, saying, according to, according, rumor, rumors, "
            "rumour, rumours, news, headline, headlines, tweet, tweets, tweeted, analyst, analysts, "
            "reuters, bloomberg, coindesk, heard, hear, apparently, supposedly, recommends, "
            "recommended, thinks, think, believe, believes, they, they're, memo, note, titled, named, "
            "called, subject, message, email, wrote, reads, quote unquote, article, post says, "
            "report, reports, reported, announced, announces, breaking, everyone is, twitter, "
            "discord, telegram, reddit, elon, trump, fed, cz, vitalik, saylor, influencer, guru, "
            "signal, signals, alert, advises, advised, suggests, suggested, shouted, yelled, screams, "
            "claims, claimed, reply, quoting, quote:, replied, announcement, podcast, chart says, "
            "text, string, system, assistant, prompt, instruction, instructions"
        ),
    },
    Sense.STATEMENT: {
        "": (
            "i am, i'm, im, we are, we're, i've, i have, i hold, i own, i've got, i got, have got, i "
            "think, i like, i love, i hate, i believe, i feel, i see, i know, i do, i can, i could, i "
            "might, i may, i will, i'll, i would, i'd, i just, he is, she is, that's, "
            "there's, there is, looks, seems, bullish, bearish, going to the moon, gonna, going to"
        ),
    },
    Sense.PERSON: {
        "possessive": (
            "his, her, their, your, someone's, somebody's, friend's, wife's, husband's, boss's, "
            "client's, mom's, dad's, brother's, sister's, another account, other account, another "
            "wallet, other wallet, somebody else's, someone else's, theirs, hers, yours, another "
            "person's, another user's, other user's, other people's, customer's, user's"
        ),
        "person": (
            "friend, my friend, wife, my wife, husband, my husband, brother, my brother, sister, my "
            "sister, boss, my boss, client, my client, mom, my mom, dad, my dad, customer, user, "
            "someone, somebody, someone else, everyone, everybody, he, she, him, on behalf, on behalf "
            "of, behalf, guy, people, others, whale, whales"
        ),
    },
    Sense.SIGN: {
        "": (
            "sign, signing, signed, signature, auto sign, autosign, auto, automatically, private key, "
            "private keys, seed phrase, secret key, seed, mnemonic, key, keys, autopilot, auto "
            "execute, auto confirm, unattended, no questions asked, skip the ticket, no ticket, on my "
            "behalf"
        ),
    },
    Sense.CONFIRM: {
        "": (
            "confirm, confirmation, confirming, confirmed, approve, approval, approving, permission, "
            "asking, consent, prompt me, ask me, asking me, my ok, my okay, double check, "
            "verification, preview first, authorization, authorisation"
        ),
    },
    Sense.TIME: {
        "": (
            "tomorrow, tonight, today, monday, tuesday, wednesday, thursday, friday, saturday, "
            "sunday, later, next week, next month, this week, this evening, this morning, this "
            "afternoon, this weekend, at open, at the open, at close, at the close, at noon, noon, "
            "midnight, at midnight, every day, every hour, every minute, every week, daily, hourly, "
            "weekly, monthly, end of day, eod, soon, eventually, at the end of, new year, christmas, "
            "after lunch, in the morning, overnight, every morning, always, from now on, whenever "
            "possible, every time, each day, each hour, each week, next year, by tomorrow, until "
            "further notice, january, february, march, april, june, july, august, september, october, "
            "november, december"
        ),
    },
    Sense.NEVER_MIND: {
        "": (
            "never mind, nevermind, forget it, forget that, cancel that thought, ignore that, do it, "
            "confirm it, go ahead, go for it, yes please, yes do it, ok do it, sounds good, perfect, "
            "great, nice, cool, lol, haha, wow, test, testing, undo, undo that"
        ),
    },
    Sense.INFORM: {
        "": (
            "show, show me, list, display, view, print, check, see, look up, give me my, fetch, "
            "status of, help me with"
        ),
    },
}
