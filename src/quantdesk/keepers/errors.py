"""Errors of the keepers.

KeeperError
├── KeyBroken        a key file that holds no Solana key: says which
├── NotOnChain       the exchange, a market or the trader account is not (yet) there: waited for
├── NotFunded        the wallet lacks SOL or USDC for what it must do: waited for
├── NoPrice          no price, or none fresh enough to act on
├── NotLanding       what was sent fails on chain or never gets there
└── LossLimit        a keeper has lost what it may lose and stops
"""

from __future__ import annotations


class KeeperError(Exception):
    """Base of everything the keepers raise."""


class KeyBroken(KeeperError):
    """A key file that holds no Solana key."""


class NotOnChain(KeeperError):
    """Something that the keeper needs is not on chain yet."""


class NotFunded(KeeperError):
    """The wallet cannot pay for what it must do."""


class NoPrice(KeeperError):
    """No price, or none fresh enough to act on: says how old."""


class NotLanding(KeeperError):
    """What was sent in the last seconds fails on chain or never gets there: says the last failure."""


class LossLimit(KeeperError):
    """A keeper has lost what it may lose: says how much, and stops trading."""
