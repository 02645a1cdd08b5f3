"""Words into a queued change, and a change into rows of before and after."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from solders.pubkey import Pubkey

from quantdesk.cli.admin import units
from quantdesk.cli.admin.units import AMOUNTS, COLLATERAL, EXCHANGE, MARKET, RATE, SIZES, USDC, WordsInvalid
from quantdesk.program import changes
from quantdesk.program.changes import Change
from quantdesk.program.layouts import Collateral, Exchange, Market
from quantdesk.program.layouts.exchange import MARKET_STATUS
from quantdesk.program.records import CollateralParams, FeeTierParams, MarginTierParams, MarketParams

Words = Mapping[str, str]
Row = tuple[str, str, str]
"""Parameter, before, after."""

SOURCES = ("signed", "pyth", "anchored")
COLLATERAL_STATUS = ("unused", "active", "withdraw_only")
NEVER_FULL = 2**64 - 1
MOST_NOTIONAL = 2**53
NO_TIER = FeeTierParams(0, 0, 0)


def market_named(exchange: Exchange, symbol: str) -> Market:
    """The market called ``symbol``. Raises ``WordsInvalid``."""
    for market in exchange.markets:
        if market.symbol == symbol.upper():
            return market
    raise WordsInvalid(
        f"there is no market {symbol}; there are {', '.join(m.symbol for m in exchange.markets)}"
    )


def collateral_numbered(exchange: Exchange, index: str) -> tuple[int, Collateral]:
    """The collateral with this index or mint. Raises ``WordsInvalid``."""
    for number, each in enumerate(exchange.collaterals):
        if index in (str(number), str(each.mint)) or (index.upper() == "USDC" and number == 0):
            return number, each
    raise WordsInvalid(f"there is no collateral {index}: name it by index or mint")


def key(name: str, text: str) -> Pubkey:
    """An address. Raises ``WordsInvalid``."""
    try:
        return Pubkey.from_string(text)
    except ValueError:
        raise WordsInvalid(f"{name} is {text!r}: an address in base58 is wanted") from None


def market_change(exchange: Exchange, symbol: str, words: Words) -> Change:
    """Other parameters of a market: those named, the rest as it is."""
    market = market_named(exchange, symbol)
    params = params_of(market)
    return changes.MarketChange(market.index, _market_params(params, market.lots_per_base, words))


def _market_params(params: MarketParams, lots_per_base: int, words: Words) -> MarketParams:
    given: dict[str, Any] = {}
    for name, text in words.items():
        if name == "initial_margin":
            first = MarginTierParams(params.tiers[0].up_to, RATE.read(name, text))
            given["tiers"] = [first, *params.tiers[1:]]
        elif name == "tiers":
            rows = units.steps(name, text, USDC, RATE)
            given["tiers"] = [MarginTierParams(*row) for row in rows] + [MarginTierParams(0, 0)] * (
                4 - len(rows)
            )
        elif name in SIZES:
            given[name] = units.base(lots_per_base).read(name, text)
        else:
            units.known(name, (*MARKET, *SIZES, "tiers", "initial_margin"))
            given[name] = MARKET[name].read(name, text)
    return msgspec.structs.replace(params, **given)


def price_source(exchange: Exchange, symbol: str, words: Words) -> Change:
    """Another price authority, source or Pyth feed of a market."""
    market = market_named(exchange, symbol)
    for name in words:
        units.known(name, ("source", "authority", "feed_id"))
    source = words.get("source", SOURCES[market.source])
    units.known(source, SOURCES)
    authority = key("authority", words["authority"]) if "authority" in words else market.price_authority
    feed = bytes.fromhex(words["feed_id"].removeprefix("0x")) if "feed_id" in words else market.feed_id
    return changes.PriceSourceChange(market.index, SOURCES.index(source), authority, feed)


def fees(words: Words) -> Change:
    """Another fee schedule: ``tiers=0:-0.002%:0.05%,1000000:...`` (volume, maker, taker)."""
    for name in words:
        units.known(name, ("tiers",))
    rows = units.steps("tiers", words.get("tiers", ""), USDC, RATE, RATE)
    return changes.FeesChange([FeeTierParams(*row) for row in rows] + [NO_TIER] * (8 - len(rows)))


def collateral_change(exchange: Exchange, index: str, words: Words) -> Change:
    """Other parameters of a collateral; ``status=withdraw_only`` ends deposits."""
    number, present = collateral_numbered(exchange, index)
    rest = dict(words)
    status = rest.pop("status", COLLATERAL_STATUS[present.status])
    units.known(status, COLLATERAL_STATUS[1:])
    params = _collateral_params(collateral_params_of(present), present.decimals, rest)
    return changes.CollateralChange(number, COLLATERAL_STATUS.index(status), params)


def new_collateral(mint: str, decimals: int, words: Words) -> Change:
    """Leave to add a collateral with these parameters."""
    blank = CollateralParams(bytes(32), 60, 0, 0, 0, 0, 0, 0, 0, jump_band=20_000)
    return changes.NewCollateral(key("mint", mint), _collateral_params(blank, decimals, words))


def _collateral_params(params: CollateralParams, decimals: int, words: Words) -> CollateralParams:
    given: dict[str, Any] = {}
    for name, text in words.items():
        if name == "feed_id":
            given[name] = bytes.fromhex(text.removeprefix("0x"))
        elif name in AMOUNTS:
            given[name] = units.tokens(decimals).read(name, text)
        else:
            units.known(name, (*COLLATERAL, *AMOUNTS, "feed_id", "status"))
            given[name] = COLLATERAL[name].read(name, text)
    return msgspec.structs.replace(params, **given)


def status_change(exchange: Exchange, symbol: str, status: str) -> Change:
    """Another status of a market."""
    word = status.replace("-", "_")
    units.known(word, MARKET_STATUS[1:5])
    return changes.StatusChange(market_named(exchange, symbol).index, MARKET_STATUS.index(word))


def exchange_change(exchange: Exchange, words: Words) -> Change:
    """Another timelock, slot price or data limit."""
    given = {name: getattr(exchange, name) for name in EXCHANGE}
    for name, text in words.items():
        units.known(name, EXCHANGE)
        given[name] = EXCHANGE[name].read(name, text)
    return changes.ExchangeChange(**given)


def params_of(market: Market) -> MarketParams:
    """A market's parameters as they are, in the form that changes take. The last step has no end on chain."""
    used = [MarginTierParams(tier.up_to, tier.rate) for tier in market.tiers if tier.up_to != NEVER_FULL]
    used.append(MarginTierParams(MOST_NOTIONAL, market.tiers[-1].rate))
    same = {
        name: getattr(market, name)
        for name in MarketParams.__struct_fields__
        if name not in ("symbol", "tiers", "reference_price", "oi_cap")
    }
    return MarketParams(
        symbol=market.symbol.encode().ljust(16, b"\0"),
        tiers=used + [MarginTierParams(0, 0)] * (4 - len(used)),
        reference_price=market.index_price,
        oi_cap=market.later_oi_cap or market.oi_cap,
        **same,
    )


def collateral_params_of(collateral: Collateral) -> CollateralParams:
    """A collateral's parameters as they are."""
    return CollateralParams(
        **{name: getattr(collateral, name) for name in CollateralParams.__struct_fields__}
    )


# what a change would do, for people


def rows_of(exchange: Exchange, change: Change) -> list[Row]:
    """What the change would change, in words; parameters that stay are left out."""
    return [row for row in _rows(exchange, change) if row[1] != row[2]]


def _rows(exchange: Exchange, change: Change) -> list[Row]:
    rows: list[Row] = []
    match change:
        case changes.MarketChange(market=index, params=params):
            present = exchange.markets[index]
            rows = _between(present.symbol, market_words(params_of(present)), market_words(params))
        case changes.NewMarket(params=params):
            fixed = {"tick_size": str(params.tick_size), "lots_per_base": str(params.lots_per_base)}
            signs = {"price_authority": str(params.price_authority)}
            rows = _between(params.name, {}, fixed | market_words(params) | signs)
        case changes.PriceSourceChange(market=index):
            present = exchange.markets[index]
            rows = _between(present.symbol, _source_words(present), _source_words(change))
        case changes.FeesChange(tiers=tiers):
            used = [tier for tier in exchange.fee_tiers if tier.min_volume != NEVER_FULL]
            wanted = [tier for number, tier in enumerate(tiers) if number == 0 or tier.min_volume]
            rows = _between("fees", _fee_words(used), _fee_words(wanted))
        case changes.CollateralChange(collateral=index, params=params, status=status):
            known = exchange.collaterals[index]
            before = collateral_words(collateral_params_of(known), known.decimals)
            after = collateral_words(params, known.decimals) | {"status": COLLATERAL_STATUS[status]}
            rows = _between(
                f"collateral {index}", before | {"status": COLLATERAL_STATUS[known.status]}, after
            )
        case changes.NewCollateral(mint=mint, params=params):
            rows = _between(f"collateral {mint}", {}, collateral_words(params, 0))
        case changes.StatusChange(market=index, status=status):
            present = exchange.markets[index]
            rows = [(f"{present.symbol} status", present.status_name, MARKET_STATUS[status])]
        case changes.ExchangeChange():
            before, after = (
                {name: unit.show(getattr(of, name)) for name, unit in EXCHANGE.items()}
                for of in (exchange, change)
            )
            rows = _between("exchange", before, after)
        case changes.GuardianChange(guardian=guardian):
            rows = [("guardian", str(exchange.guardian), str(guardian))]
    return rows


def _source_words(of: Market | changes.PriceSourceChange) -> dict[str, str]:
    feed = {"feed_id": of.feed_id.hex()}
    return {"source": SOURCES[of.source], "price_authority": str(of.price_authority)} | feed


def market_words(params: MarketParams) -> dict[str, str]:
    """A market's parameters as a person reads them."""
    size = units.base(params.lots_per_base, params.name.removesuffix("-PERP"))
    words = {
        f"initial margin, step {n + 1}": _step(tier) for n, tier in enumerate(params.tiers) if tier.up_to
    }
    words |= {name: size.show(getattr(params, name)) for name in SIZES}
    return words | {name: unit.show(getattr(params, name)) for name, unit in MARKET.items()}


def _step(tier: MarginTierParams) -> str:
    end = "beyond" if tier.up_to == MOST_NOTIONAL else f"to {USDC.show(tier.up_to)}"
    return f"{RATE.show(tier.rate)} {end}"


def collateral_words(params: CollateralParams, decimals: int) -> dict[str, str]:
    """A collateral's parameters as a person reads them."""
    words = {name: unit.show(getattr(params, name)) for name, unit in COLLATERAL.items()}
    amount = units.tokens(decimals)
    return (
        words
        | {name: amount.show(getattr(params, name)) for name in AMOUNTS}
        | {"feed": params.feed_id.hex()}
    )


def _fee_words(tiers: Any) -> dict[str, str]:
    return {
        f"from {USDC.show(tier.min_volume)}": f"maker {RATE.show(tier.maker)}, taker {RATE.show(tier.taker)}"
        for tier in tiers
    }


def _between(what: str, before: Mapping[str, str], after: Mapping[str, str]) -> list[Row]:
    names = [*before, *(name for name in after if name not in before)]
    return [(f"{what} {name}", before.get(name, "-"), after.get(name, "-")) for name in names]
