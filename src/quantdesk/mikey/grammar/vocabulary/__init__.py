"""Every word and fixed phrase that the grammar knows, by sense and value; comma-separated, matched
longest first.

A word that is not here is not understood, and a text with such a word never becomes a ticket.
"""

from __future__ import annotations

from quantdesk.mikey.grammar.senses import Sense
from quantdesk.mikey.grammar.vocabulary import doing, numbers, speech, terms, things

BASES = {
    "BTC": "btc, bitcoin, xbt, bitcoins",
    "ETH": "eth, ether, ethereum, ethers",
    "SOL": "sol, solana",
}
QUOTES = ("usdt", "usdc", "usd", "perp", "perps")
"""What may be glued to a base: ``SOLUSDT``, ``BTC-PERP``."""

NEAR_MISSES_OF = (Sense.VERB, Sense.MARKET)
"""Senses whose words are worth a "did you mean" when a text is one letter off."""

WORDS: dict[Sense, dict[str, str]] = {
    **doing.WORDS,
    **things.WORDS,
    **numbers.WORDS,
    **terms.WORDS,
    **speech.WORDS,
}
