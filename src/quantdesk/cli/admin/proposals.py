"""Words into a queued change, and a change into rows of before and after."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from solders.pubkey import Pubkey

from quantdesk.cli.admin import units
from quantdesk.cli.admin.units import WordsInvalid
from quantdesk.program import changes, parameters
from quantdesk.program.changes import Change
from quantdesk.program.layouts import Collateral, Exchange, Market
from quantdesk.program.layouts.exchange import MARKET_STATUS
from quantdesk.program.parameters import (
    AMOUNTS,
    COLLATERAL,
    COLLATERAL_STATUS,
    EXCHANGE,
    MARKET,
    RATE,
    SIZES,
    SOURCES,
    USDC,
    collateral_params_of,
    params_of,
)
from quantdesk.program.records import CollateralParams, FeeTierParams, MarginTierParams, MarketParams

Words = Mapping[str, str]
Row = tuple[str, str, str]
"""Parameter, before, after."""
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
            first = MarginTierParams(params.tiers[0].up_to, units.read(RATE, name, text))
            given["tiers"] = [first, *params.tiers[1:]]
        elif name == "tiers":
            rows = units.steps(name, text, USDC, RATE)
            given["tiers"] = [MarginTierParams(*row) for row in rows] + [MarginTierParams(0, 0)] * (
                4 - len(rows)
            )
        elif name in SIZES:
            given[name] = units.read(parameters.base(lots_per_base), name, text)
        else:
            units.known(name, (*MARKET, *SIZES, "tiers", "initial_margin"))
            given[name] = units.read(MARKET[name], name, text)
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


def new_collateral(mint: str, decimals: int, words: Words) -> changes.NewCollateral:
    """Leave to add a collateral with these parameters."""
    blank = CollateralParams(bytes(32), 60, 0, 0, 0, 0, 0, 0, 0)
    return changes.NewCollateral(key("mint", mint), _collateral_params(blank, decimals, words))


def _collateral_params(params: CollateralParams, decimals: int, words: Words) -> CollateralParams:
    given: dict[str, Any] = {}
    for name, text in words.items():
        if name == "feed_id":
            given[name] = bytes.fromhex(text.removeprefix("0x"))
        elif name in AMOUNTS:
            given[name] = units.read(parameters.tokens(decimals), name, text)
        else:
            units.known(name, (*COLLATERAL, *AMOUNTS, "feed_id", "status"))
            given[name] = units.read(COLLATERAL[name], name, text)
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
        given[name] = units.read(EXCHANGE[name], name, text)
    return changes.ExchangeChange(**given)


def rows_of(exchange: Exchange, change: Change) -> list[Row]:
    """What the change would change, in words; parameters that stay are left out."""
    about = parameters.subject(exchange, change)
    return [
        (
            f"{about} {each.parameter}",
            each.before.words if each.before else "-",
            each.after.words if each.after else "-",
        )
        for each in parameters.differences(exchange, change)
    ]


def words_of(values: parameters.Values) -> dict[str, str]:
    """Parameters as a person reads them."""
    return {name: value.words for name, value in values.items()}
