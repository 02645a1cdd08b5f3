"""What the actions draw from: the world as it is, a random source, and prices that wander."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from model.settings import USDC
from model.state import Key, Order
from model.world import Step, World

Action = Callable[["Plan"], "Step | None"]
ACTIONS: dict[str, tuple[int, Action]] = {}
"""Weight and action by the instruction's name."""


def action(weight: int) -> Callable[[Action], Action]:
    """Enters an action under its own name, which is the instruction's; of larger weight it comes oftener."""

    def enter(one: Action) -> Action:
        ACTIONS[one.__name__] = weight, one
        return one

    return enter


class Plan:
    """Random choices that know the exchange, so that most of them get past the first refusal."""

    def __init__(self, world: World, draw: random.Random) -> None:
        self.world, self.draw = world, draw
        setting = world.setting
        self.owners = list(range(setting.owners))
        params = [{"reference_price": 1_500_000} | changes for changes in setting.markets]
        self.start = [one["reference_price"] for one in params]
        self.prices = list(self.start)

    # -- chance -------------------------------------------------------------------------------

    def chance(self, of: float) -> bool:
        """True so often."""
        return self.draw.random() < of

    def choice(self, values: Any) -> Any:
        """One of them."""
        return self.draw.choice(list(values))

    def time(self) -> dict[str, int]:
        """What passes before a step: mostly nothing, seldom hours, hardly ever a week."""
        dice = self.draw.random()
        if dice < 0.7:
            return {}
        if dice < 0.99:
            return {"slots": self.draw.randrange(0, 3), "seconds": self.draw.randrange(0, 2)}
        if dice < 0.997:
            return {"slots": self.draw.randrange(0, 6), "seconds": self.draw.randrange(0, 9)}
        if dice < 0.9998:
            return {"slots": 200, "seconds": self.choice([59, 61, 600, 3_599, 3_601, 10_000])}
        return {"slots": 90_000, "seconds": 8 * 86_400}

    def is_quiet(self) -> bool:
        """Whether prices are too old, or a rest lasts: nothing would match."""
        unix, exchange = self.world.clock[1], self.world.state.rows["exchange", 0]
        markets = [market for _, market in self.world.state.all("market")]
        rests = max(exchange.resume_at, *(market.resume_at for market in markets)) > unix
        return rests or any(1_000 * unix - one.publish_ms > one.open_max_age_ms for one in markets)

    # -- whom ---------------------------------------------------------------------------------

    def trader(self) -> Key:
        """An active trader mostly; sometimes one without a slot or without an account."""
        known = self.world.traders()
        active = [key for key in known if self.world.slot_of(key)]
        if active and self.chance(0.97):
            return self.choice(active)
        if known and self.chance(0.8):
            return self.choice(known)
        return self.any_key()

    def idle(self) -> Key:
        """A trader without a slot, where there is one."""
        known = [key for key in self.world.traders() if not self.world.slot_of(key)]
        return self.choice(known) if known and self.chance(0.8) else self.trader()

    def any_key(self) -> Key:
        """An owner and a sub-account, whether opened or not."""
        return self.choice(self.owners), self.draw.randrange(0, 3)

    def signer(self, key: Key) -> int | None:
        """Nearly always the owner; where there are delegates, sometimes one of them."""
        trader = self.world.state.rows.get(("trader", key))
        keys = [entry.key for entry in trader.delegates if any(entry.key)] if trader else []
        if keys and self.chance(0.3):
            wanted = self.choice(keys)
            return next(owner for owner in self.owners if self.world.public(owner) == wanted)
        return self.choice(self.owners) if self.chance(0.01) else None

    # -- what ---------------------------------------------------------------------------------

    def market(self) -> int:
        """A market; hardly ever one that is not there."""
        count = len(self.prices)
        return count if self.chance(0.002) else self.draw.randrange(count)

    def known_market(self, market: int) -> Any:
        """A market's row."""
        return self.world.state.rows["market", min(market, len(self.prices) - 1)]

    def near(self, market: int) -> int:
        """A price in ticks around the index; seldom anything."""
        known = self.known_market(market)
        index = known.index_price or self.prices[min(market, len(self.prices) - 1)]
        if self.chance(0.01):
            return self.choice([0, 1, 2**32 - 1, index // known.tick_size * 2])
        price = index * (1 + self.draw.gauss(0, self.world.setting.spread))
        return max(1, round(price / known.tick_size))

    def lots(self, market: int, ticks: int) -> int:
        """A size of some notional; seldom anything."""
        if self.chance(0.01):
            return self.choice([0, 1, 2**32 - 1])
        worth = self.choice(self.world.setting.sizes) * USDC * self.draw.uniform(0.5, 1.5)
        price = max(1, ticks) * self.known_market(market).tick_size
        return min(2**32 - 1, max(1, round(worth / price)))

    def orders(self, market: int, key: Key | None = None) -> list[Order]:
        """A trader's resting orders, or everyone's."""
        book = self.world.state.rows.get(("book", market))
        if book is None:
            return []
        slot = self.world.state.rows["trader", key].slot_index if key in self.world.traders() else None
        return [order for order in book.bids + book.asks if key is None or order.owner == slot]
