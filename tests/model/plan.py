"""What the actions draw from: the world as it is, a random source, and prices that wander."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from solders.pubkey import Pubkey

from model.bounds import ANCHORED, PYTH
from model.settings import USDC
from model.state import Key, Order
from model.world import Step, World

ACTIVE, SETTLED = 2, 5
COINS = {1: 150 * 10**8, 2: 60_000 * 10**8, 3: 120_000, 4: 7 * 10**8, 5: 2 * 10**8, 6: 10**8}
"""What collaterals begin at, by mint, 1e-8 dollars."""
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
        self.owners = list(range(world.setting.owners))
        self.prices: dict[int, int] = {}
        """Where the prices of markets have wandered, quote atoms per lot."""
        self.coins = dict(COINS)
        """The same of collaterals by mint, 1e-8 dollars."""

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

    def stale(self) -> list[int]:
        """Markets whose price, or whose anchor, is too old to open risk."""
        now_ms = 1_000 * self.world.clock[1]
        return [
            market
            for market, row in self.world.state.all("market")
            if 0 < row.status < SETTLED
            and row.index_price
            and (now_ms - row.publish_ms > row.open_max_age_ms or self.needs_anchor(row))
        ]

    def needs_anchor(self, row: Any) -> bool:
        """Whether a signed price is, or will soon be, without an anchor."""
        return bool(row.source == ANCHORED and 1_000 * self.world.clock[1] - row.anchor_ms > 50_000)

    def rests(self) -> bool:
        """Whether matching rests somewhere."""
        rows = [row for _, row in self.world.state.all("market")]
        ends = [row.resume_at for row in (self.world.state.rows["exchange", 0], *rows)]
        return bool(max(ends) > self.world.clock[1])

    def is_quiet(self) -> bool:
        """Whether prices are too old, or a rest lasts: nothing would match."""
        return self.rests() or bool(self.stale())

    def feeding(self) -> str:
        """The instruction that brings the price which is wanted most."""
        for market in self.stale():
            row = self.known_market(market)
            if row.source == PYTH or self.needs_anchor(row):
                return "update_price_pyth"
        return "update_price"

    def wander(self, market: int) -> int:
        """The next price; drawn back to where it began, so that it neither dies nor explodes."""
        setting, start = self.world.setting, self.world.references.get(market, 1_500_000)
        price = self.prices.get(market, start)
        change = self.draw.gauss(0, setting.jump if self.chance(0.03) else setting.move)
        back = (start - price) / start * 0.02
        self.prices[market] = price = max(1, min(10**9, round(price * (1 + change + back))))
        return price

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

    def count(self) -> int:
        """Markets that there are."""
        return len(self.world.state.all("market"))

    def there(self) -> int:
        """A market that is there."""
        return self.draw.randrange(self.count())

    def market(self) -> int:
        """A market that trades, mostly; hardly ever one that is not there."""
        if self.chance(0.002) or not self.count():
            return self.count()
        trading = self.trading()
        return self.choice(trading) if trading and self.chance(0.95) else self.there()

    def trading(self) -> list[int]:
        """Markets that trade."""
        return [market for market, row in self.world.state.all("market") if row.status == ACTIVE]

    def known_market(self, market: int) -> Any:
        """A market's row."""
        return self.world.state.rows["market", min(market, self.count() - 1)]

    def collateral(self) -> int:
        """USDC mostly; hardly ever a collateral that is not there."""
        count = len(self.world.state.all("collateral"))
        if self.chance(0.01):
            return self.choice([count, 7])
        return 0 if self.chance(0.6) or count < 2 else self.draw.randrange(1, count)

    def mint(self, address: bytes) -> int:
        """Number of a mint."""
        return self.world.mints.index(Pubkey(address))

    def amount(self, index: int, worth: int) -> int:
        """So many quote atoms of a collateral, in its smallest units."""
        known = self.world.state.rows.get(("collateral", index))
        if index == 0 or known is None or known.price == 0:
            return worth
        return int(worth * 1_000_000 // known.price)

    def near(self, market: int) -> int:
        """A price in ticks around the index; seldom anything."""
        known = self.known_market(market)
        index = known.index_price or self.world.references.get(market, 1_500_000)
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
