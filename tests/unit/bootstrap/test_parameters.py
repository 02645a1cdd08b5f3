"""`markets.toml` becomes the program's integers exactly, or is refused."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from solders.pubkey import Pubkey

from quantdesk.bootstrap import parameters
from quantdesk.bootstrap.market_file import MarketFile, MarketFileError, read_market_file

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def shipped() -> MarketFile:
    return read_market_file(ROOT / "markets.toml")


def test_the_shipped_markets_have_the_documented_steps(shipped: MarketFile) -> None:
    made = [parameters.market_params(entry, Pubkey.default()) for entry in shipped.markets]
    assert [(m.symbol.rstrip(b"\0").decode(), m.lots_per_base, m.tick_size) for m in made] == [
        ("BTC-PERP", 10_000, 100),
        ("ETH-PERP", 1_000, 100),
        ("SOL-PERP", 100, 100),
    ]


def test_a_mark_band_stays_within_half_the_maintenance_margin_at_full_leverage(shipped: MarketFile) -> None:
    for entry in shipped.markets:
        initial = entry.margin_tiers[0].rate
        maintenance = initial * entry.maintenance_fraction
        assert entry.mark_band <= min(initial - maintenance, maintenance / 2), entry.symbol


def test_a_rebate_never_exceeds_the_smallest_taker_fee(shipped: MarketFile) -> None:
    tiers = shipped.exchange.fee_tiers
    assert all(-tier.maker <= min(other.taker for other in tiers) for tier in tiers)


def test_a_rate_finer_than_the_programs_unit_is_refused_not_rounded() -> None:
    with pytest.raises(MarketFileError, match=r"maker is 0\.5"):
        parameters.rate(Decimal("0.0000005"), "maker")


def test_a_wrong_entry_is_named_with_its_value(tmp_path: Path) -> None:
    text = (ROOT / "markets.toml").read_text().replace('symbol = "ETH-PERP"', 'symbol = "eth"')
    (tmp_path / "markets.toml").write_text(text)
    with pytest.raises(MarketFileError, match=r"markets\.1\.symbol is 'eth'"):
        read_market_file(tmp_path / "markets.toml")


def test_a_misspelt_field_is_refused(tmp_path: Path) -> None:
    text = (ROOT / "markets.toml").read_text().replace("vesting_s = 600", "vestings_s = 600", 1)
    (tmp_path / "markets.toml").write_text(text)
    with pytest.raises(MarketFileError, match="vesting"):
        read_market_file(tmp_path / "markets.toml")


FEED = "ef0d8b6fda2ceba41da15d4095d1da392a0d2f8ed0c6c7bc0f4cfac8c280b56d"


def _with(tmp_path: Path, lines: str) -> MarketFile:
    text = (ROOT / "markets.toml").read_text().replace("vesting_s = 600", f"vesting_s = 600\n{lines}", 1)
    (tmp_path / "markets.toml").write_text(text)
    return read_market_file(tmp_path / "markets.toml")


@pytest.mark.parametrize(("word", "source"), [("pyth", 1), ("anchored", 2)])
def test_a_market_may_take_its_price_from_pyth_or_be_anchored_by_it(
    tmp_path: Path, word: str, source: int
) -> None:
    file = _with(tmp_path, f'price_source = "{word}"\npyth_feed = "{FEED}"')
    made = parameters.market_params(file.markets[0], Pubkey.default())
    assert (made.source, made.feed_id.hex()) == (source, FEED)
    signed = parameters.market_params(file.markets[1], Pubkey.default())
    assert (signed.source, signed.feed_id) == (0, bytes(32))


@pytest.mark.parametrize("lines", ['price_source = "pyth"', f'pyth_feed = "{FEED}"'])
def test_a_feed_belongs_to_a_market_that_reads_it(tmp_path: Path, lines: str) -> None:
    with pytest.raises(MarketFileError, match="pyth_feed"):
        _with(tmp_path, lines)
