"""How sources' votes become the index price."""

from __future__ import annotations

from quantdesk.infra.bus.messages import Feed
from quantdesk.ingestion.prices import PriceIndex
from quantdesk.ingestion.quantities import PriceE8, format_e8, parse_e8
from quantdesk.ingestion.sources.port import Quote

NOW = 1_000_000


def voted(*votes: tuple[str, str, str], seen_ms: int = NOW, feed: Feed = "live") -> PriceIndex:
    index = PriceIndex("SOL-PERP")
    for venue, bid, ask in votes:
        index.vote(Quote(venue, "SOL-PERP", PriceE8(parse_e8(bid)), PriceE8(parse_e8(ask)), seen_ms, feed))
    return index


def test_one_source_gives_its_mid_and_half_its_spread_as_confidence() -> None:
    price, _ = voted(("a", "100.00", "100.02")).compute(NOW)
    assert price is not None
    assert (format_e8(price.price), format_e8(price.confidence)) == ("100.01", "0.01")


def test_the_index_is_the_median_of_the_votes() -> None:
    votes = (("a", "100", "100.2"), ("b", "100.2", "100.4"), ("c", "100.3", "100.5"))
    price, _ = voted(*votes).compute(NOW)
    assert price is not None
    assert format_e8(price.price) == "100.3"
    assert format_e8(price.confidence) == "0.15"


def test_an_outlier_is_left_out_with_the_reason() -> None:
    votes = (("a", "100", "100.2"), ("b", "100.2", "100.4"), ("c", "120", "120.2"))
    price, sources = voted(*votes).compute(NOW)
    assert price is not None
    assert format_e8(price.price) == "100.2"
    assert [(source.venue, source.used) for source in sources] == [("a", True), ("b", True), ("c", False)]
    assert "from the median 100.3" in (sources[2].reason or "")


def test_a_stale_vote_is_left_out() -> None:
    index = voted(("a", "100", "100.2"))
    index.vote(
        Quote("b", "SOL-PERP", PriceE8(parse_e8("90")), PriceE8(parse_e8("90.2")), NOW - 6_000, "live")
    )
    price, sources = index.compute(NOW)
    assert price is not None
    assert format_e8(price.price) == "100.1"
    assert sources[1].reason == "stale: last seen 6000 ms ago"


def test_with_no_fresh_vote_the_last_price_keeps_its_old_time() -> None:
    index = voted(("a", "100", "100.2"))
    index.compute(NOW)
    price, sources = index.compute(NOW + 60_000)
    assert price is not None
    assert price.true_ms == NOW
    assert not sources[0].used


def test_a_price_never_voted_on_is_unknown() -> None:
    assert PriceIndex("SOL-PERP").compute(NOW) == (None, [])


def test_a_confirmed_vote_stays_fresh() -> None:
    index = voted(("a", "100", "100.2"))
    index.confirm("a", NOW + 50_000)
    price, _ = index.compute(NOW + 51_000)
    assert price is not None
    assert price.true_ms == NOW + 50_000


def test_a_withdrawn_vote_says_why() -> None:
    index = voted(("a", "100", "100.2"))
    index.compute(NOW)
    index.withdraw("a", "lost: connection reset")
    _, sources = index.compute(NOW)
    assert (sources[0].price, sources[0].used, sources[0].reason) == (None, False, "lost: connection reset")


def test_the_label_is_the_least_real_of_the_votes_used() -> None:
    index = voted(("a", "100", "100.2"))
    index.vote(Quote("b", "SOL-PERP", PriceE8(parse_e8("100")), PriceE8(parse_e8("100.2")), NOW, "simulated"))
    price, _ = index.compute(NOW)
    assert price is not None
    assert price.feed == "simulated"
