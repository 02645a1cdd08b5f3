"""Four thefts of other exchanges, played here: what the attacker did there, and what it gets here.

Sources: Mango's and Drift's own post-mortems (October 2022; 26 May 2022), Hyperliquid's statement on JELLY
(26 March 2025), public accounts of the Drift exploit of 1 April 2026.
"""

from __future__ import annotations

import pytest
from solders.keypair import Keypair

from integration.program import invariants
from integration.program.exchange import USDC, Exchange, Trader, machine
from integration.program.test_attacks import EVERYTHING, equity, liquidate, trade, walk

DEPOSIT = 50_000
"""What each attacker begins with, USDC."""


@pytest.fixture
def public(exchange: Exchange) -> list[Trader]:
    """Others with money in the exchange, without positions."""
    return [exchange.funded(seed, 100_000) for seed in (51, 52)]


def leave(exchange: Exchange, *traders: Trader) -> int:
    """Takes out everything that the traders may take; how much that is."""
    total = 0
    for trader in traders:
        result = exchange.withdraw(trader, EVERYTHING)
        assert result.error in (None, "ZeroAmount"), result.error
        total += result.event["amount"] if result.error is None else 0
    return total


def test_mango_2022_a_pumped_price_pays_nothing_out(exchange: Exchange, public: list[Trader]) -> None:
    """There: two wallets traded MNGO perpetuals with each other, the spot price that the oracle read was
    bought up tenfold within minutes, and $114 million were borrowed against the profit on paper.

    Here: a price moves a tenth a minute at most; a profit on paper is never withdrawable; when realised it
    vests, and is no more than what the partner lost."""
    long, short = exchange.funded(1, DEPOSIT), exchange.funded(2, DEPOSIT)
    trade(exchange, long, short, 15_000, 30_000)
    start = exchange.market()["index_price"]
    price = start
    for _ in range(20):  # forty seconds in which the spot market rises to one and a half times
        price = price * 102 // 100
        walk(exchange, [price])
    assert exchange.market()["index_price"] <= start * 110 // 100
    on_paper = equity(exchange, long) - DEPOSIT * USDC
    assert on_paper > 30_000 * start * 9 // 100
    assert leave(exchange, long) < DEPOSIT * USDC, "the profit on paper stays"
    trade(exchange, short, long, exchange.market()["index_price"] // 100, 30_000)  # now it is realised
    assert leave(exchange, long) <= DEPOSIT * USDC, "and not vested"
    exchange.vm.advance(slots=2_000, seconds=600)
    taken = exchange.tokens(long.wallet) + exchange.tokens(short.wallet) + leave(exchange, long, short)
    assert taken <= 2 * 10**12, "what one won the other lost: together they paid fees"
    assert leave(exchange, *public) == 200_000 * USDC
    invariants.check(exchange)


def test_drift_2022_winners_cannot_leave_with_what_the_losers_have_not_paid(exchange: Exchange) -> None:
    """There: LUNA fell from $10 to $0.5 within hours. Shorts closed and withdrew their gains at once from the
    common vault, before the leveraged longs' losses were taken, which were more than their collateral.

    Here: a gain vests for minutes in which the losers are liquidated, and what remains covers everyone."""
    maker, winner, loser, bystander = (
        exchange.funded(seed, usdc) for seed, usdc in ((1, 500_000), (2, 5_000), (3, 3_000), (4, 5_000))
    )
    trade(exchange, loser, winner, 15_000, 30_000)
    price, liquidations = 1_500_000, 0
    for _ in range(12):
        price = price * 99 // 100
        exchange.vm.advance(slots=75, seconds=30)
        exchange.ok(exchange.post({0: price}))
        exchange.ok(exchange.place(maker, "Bid", price // 100, 30_000))
        liquidations += liquidate(exchange, bystander, loser).error is None
        exchange.ok(exchange.cancel_all(maker))
    assert liquidations > 1
    trade(exchange, winner, maker, price // 100 + 1, 30_000)
    gain = exchange.slot(winner)["locked"]
    assert gain > 3_000 * USDC
    assert leave(exchange, winner) <= 5_000 * USDC, "only its own money leaves at once"
    assert equity(exchange, loser) >= 0, "the loser was closed before it owed anything"
    invariants.check(exchange)
    exchange.vm.advance(slots=2_000, seconds=600)
    exchange.ok(exchange.post({0: price}))
    leave(exchange, winner, loser, bystander)
    assert exchange.slot(winner)["usdc"] == 0, "then all of it"
    books = invariants.check(exchange)
    assert books.vault >= equity(exchange, maker)


def test_drift_2026_a_stolen_admin_key_takes_nothing_at_once(
    exchange: Exchange, public: list[Trader]
) -> None:
    """There: admin signatures got by deceit and kept alive with durable nonces; within twelve minutes a
    worthless token was listed as collateral, its price made up, the limits lifted, $285 million withdrawn.

    Here, once the exchange is open, nobody adds a collateral or a market at once, there is no limit that an
    admin lifts at once, and no key but the owner's withdraws."""
    thief = exchange.vm.fund(9)
    offer = exchange.build("propose_authority", {"admin": thief.pubkey()})
    exchange.ok(exchange.run(offer, signers=[exchange.admin]))
    exchange.ok(exchange.run(exchange.build("accept_authority", authority=thief.pubkey()), signers=[thief]))
    exchange.admin = thief
    fake = Exchange(exchange.vm, 0)
    fake.admin, fake.mint = thief, Keypair.from_seed(bytes([66] * 32)).pubkey()
    fake.vault = fake.pda(b"vault", bytes(fake.address), bytes(fake.mint))
    fake._put_mint(fake.mint, decimals=6)
    listed = {"feed_id": bytes([1] * 32), "max_age_s": 60}
    weights = {"initial_weight": 900_000, "maintenance_weight": 950_000}
    assert fake.add_usdc(**listed, **weights).error == "ExchangeAlreadyOpen"
    assert exchange.create_market(1, symbol=b"FAKE".ljust(16, b"\0")).error == "ExchangeAlreadyOpen"
    loot = exchange.vm.fund(10)
    exchange.put_tokens(loot.pubkey(), thief.pubkey(), 0)
    for victim in public:
        theft = exchange.build(
            "withdraw",
            {"collateral": 0, "amount": EVERYTHING},
            owner=thief.pubkey(),
            trader=victim.address,
            destination=loot.pubkey(),
        )
        assert exchange.run(theft, signers=[thief]).error == "NotAuthorised"
    assert exchange.tokens(loot.pubkey()) == 0
    assert leave(exchange, *public) == 200_000 * USDC


def test_jelly_2025_nobody_inherits_a_position_that_was_made_to_fail() -> None:
    """There: one account short for $4 million in a thin market and others long; the margin was taken out, the
    short fell to the house's liquidator vault, which kept it while spot was bought up fourfold: $12 million
    lost on paper, until the market was delisted at a price that validators chose.

    Here: open interest has a cap, margin in use cannot be taken out, the house inherits nothing (liquidation
    sells to whoever bids), and what is lost in the end is lost between the two."""
    exchange = Exchange(machine())
    exchange.set_up(oi_cap=20_000, max_position=20_000)
    exchange.ok(exchange.post({0: 1_500_000}))
    short, long = exchange.funded(1, DEPOSIT), exchange.funded(2, DEPOSIT)
    keeper, public = exchange.funded(3, 1_000), exchange.funded(51, 100_000)
    exchange.ok(exchange.place(short, "Ask", 15_000, 20_000))
    assert exchange.place(long, "Bid", 15_000, 30_000).error == "PositionTooLarge"
    exchange.ok(exchange.place(long, "Bid", 15_000, 20_000))
    leave(exchange, short)
    assert equity(exchange, short) == 20_000 * 1_500_000 // 20, "initial margin stays"
    price = 1_500_000
    for minute in range(1, 4):
        for _ in range(6):
            price = price * 1_015 // 1_000
            exchange.vm.advance(slots=25, seconds=10)
            exchange.ok(exchange.post({0: price}))
            liquidate(exchange, keeper, short)
        assert exchange.market()["index_price"] <= 1_500_000 * 11**minute // 10**minute
    state = exchange.state()
    assert (state["insurance"], state["deficit"]) == (0, 0), "no fund paid and none was there to be drained"
    invariants.check(exchange)
    exchange.ok(exchange.cancel_all(long))
    exchange.vm.advance(slots=2_000, seconds=600)
    taken = exchange.tokens(long.wallet) + exchange.tokens(short.wallet) + leave(exchange, long)
    assert taken <= 2 * 10**12, "the pair took out no more than it brought"
    assert leave(exchange, public) == 100_000 * USDC
