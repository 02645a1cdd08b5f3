"""One trader's whole way: open, deposit, activate, trade, take profit, wait for it to vest, leave."""

from __future__ import annotations

from integration.program import invariants
from integration.program.exchange import ASK, USDC, Exchange, quote


def test_from_the_first_deposit_to_the_last_withdrawal(exchange: Exchange) -> None:
    maker, taker = exchange.funded(1, 10_000), exchange.funded(2, 1_000)
    asked = exchange.ok(exchange.place(maker, "Ask", 15_010, 500, client_id=9)).event
    assert asked["orders"][0]["resting"] == 500
    assert exchange.market()["best_ask_ticks"] == 15_010
    bought = exchange.ok(exchange.place(taker, "Bid", 15_020, 200, kind="ImmediateOrCancel")).event
    (fill,) = bought["fills"]
    assert (fill["ticks"], fill["lots"], fill["maker_left"], fill["maker_client_id"]) == (15_010, 200, 300, 9)
    notional = 200 * 15_010 * 100
    assert fill["taker_fee"] == notional * 500 // 1_000_000
    assert fill["maker_fee"] == -(notional * 20 // 1_000_000)
    position = exchange.position(taker)
    assert position is not None
    assert (position["base"], position["quote"]) == (200, -notional)
    exchange.ok(exchange.cancel(maker, 15_010, fill["maker_seq"]))
    _take_profit(exchange, maker, taker)
    exchange.ok(exchange.cancel_all(maker))
    exchange.vm.advance(seconds=600)
    for trader in (maker, taker):
        exchange.ok(exchange.withdraw(trader, 2**64 - 1))
        exchange.ok(exchange.close(trader))
    state = exchange.state()
    dust = state["markets"][0]["funding_pool"]
    assert exchange.tokens(exchange.vault) == state["fees_collected"] + dust
    assert 0 <= dust <= 4


def _take_profit(exchange: Exchange, maker: object, taker: object) -> None:
    """The price rises 1 %; the taker sells; the profit counts but cannot leave before it vested."""
    exchange.vm.advance(slots=5, seconds=2)
    exchange.ok(exchange.post({0: 1_515_000}))
    exchange.ok(exchange.place(maker, "Bid", 15_150, 200))  # type: ignore[arg-type]
    sold = exchange.ok(exchange.place(taker, "Ask", 15_150, 200, kind="ImmediateOrCancel"))  # type: ignore[arg-type]
    (fill,) = sold.event["fills"]
    assert fill["taker_pnl"] == 200 * (15_150 - 15_010) * 100
    slot = exchange.slot(taker)  # type: ignore[arg-type]
    assert slot["locked"] == fill["taker_pnl"]
    assert exchange.position(taker) is None  # type: ignore[arg-type]
    everything = exchange.ok(exchange.withdraw(taker, 2**64 - 1)).event["amount"]  # type: ignore[arg-type]
    assert everything == slot["usdc"] - slot["locked"]
    exchange.vm.advance(seconds=300)
    half = exchange.ok(exchange.withdraw(taker, 2**64 - 1)).event["amount"]  # type: ignore[arg-type]
    assert half == slot["locked"] // 2
    invariants.check(exchange)


def test_a_maker_replaces_its_quotes_in_one_instruction(exchange: Exchange) -> None:
    maker = exchange.funded(1, 50_000)
    first = [quote("Bid", 14_990 - i, 100, client_id=1 + i) for i in range(3)]
    first += [quote("Ask", 15_010 + i, 100, client_id=11 + i) for i in range(3)]
    placed = exchange.ok(exchange.batch("place_many", maker, quotes=first)).event
    assert [row["code"] for row in placed["orders"]] == [0] * 6
    cancels = [{"ticks": row["ticks"], "seq": row["seq"]} for row in placed["orders"]]
    second = [{**one, "ticks": one["ticks"] + 5} for one in first]
    replaced = exchange.ok(exchange.batch("replace_many", maker, cancels=cancels, quotes=second)).event
    assert len(replaced["removed"]) == 6
    assert [order["ticks"] for order in exchange.orders("Bid")] == [14_995, 14_994, 14_993]
    assert [order["ticks"] for order in exchange.orders("Ask")] == [15_015, 15_016, 15_017]
    invariants.check(exchange)


def test_a_missing_cancel_and_a_crossing_post_only_are_result_codes_not_failures(exchange: Exchange) -> None:
    maker, other = exchange.funded(1, 50_000), exchange.funded(2, 50_000)
    exchange.ok(exchange.place(other, "Ask", 15_010, 100))
    missing = [{"ticks": 15_000, "seq": 12_345}]
    quotes = [quote("Bid", 15_010, 100), quote("Bid", 15_009, 100), quote("Bid", 15_008, 0)]
    event = exchange.ok(exchange.batch("replace_many", maker, cancels=missing, quotes=quotes)).event
    codes = {row["index"]: row["code"] for row in event["orders"]}
    assert codes == {128: 6058, 0: 6050, 1: 0, 2: 6045}
    assert [order["ticks"] for order in exchange.orders("Bid")] == [15_009]


def test_the_book_keeps_price_then_time(exchange: Exchange) -> None:
    traders = [exchange.funded(seed, 10_000) for seed in (1, 2, 3)]
    for trader, ticks in zip(
        [*traders, *traders], [14_990, 14_995, 14_990, 14_980, 14_995, 14_990], strict=True
    ):
        exchange.ok(exchange.place(trader, "Bid", ticks, 100))
    numbers = [(order["ticks"], order["seq"]) for order in exchange.orders("Bid")]
    assert numbers == sorted(numbers, key=lambda one: (-one[0], one[1]))
    seller = exchange.funded(9, 50_000)
    event = exchange.ok(exchange.place(seller, "Ask", 14_980, 600)).event
    assert [(fill["ticks"], fill["maker_seq"]) for fill in event["fills"]] == numbers
    assert event["orders"][0]["seq"] & ASK


def test_funding_is_paid_by_the_hour_and_nothing_is_created(exchange: Exchange) -> None:
    long, short = exchange.funded(1, 20_000), exchange.funded(2, 20_000)
    exchange.ok(exchange.place(short, "Ask", 15_000, 5_000))
    exchange.ok(exchange.place(long, "Bid", 15_000, 5_000))
    for _ in range(150):
        exchange.vm.advance(slots=150, seconds=60)
        exchange.ok(exchange.post({0: 1_500_000}))
    market = exchange.market()
    assert market["funding_index"] > 0  # nobody quotes: the rate is the interest, longs pay
    before = exchange.slot(long)["usdc"]
    event = exchange.ok(exchange.place(long, "Ask", 15_000, 100, kind="PostOnly")).event
    exchange.ok(exchange.place(short, "Bid", 15_000, 100))
    paid = before - exchange.slot(long)["usdc"]
    assert paid > 5_000 * market["funding_index"] // 1_000_000 - 100 * USDC // 100
    assert event["touched"][0]["bid_lots"] == 0
    invariants.check(exchange)
