"""How several updates of a channel become one. Lists are newest (or best) first, as on the wire."""

from decimal import Decimal
from typing import Any

Data = Any


def merge_book(updates: list[Data]) -> Data:
    """The newest size of each level; removals stay, since the reader may hold the level."""
    merged: dict[str, dict[str, str]] = {"bids": {}, "asks": {}}
    for update in updates:
        for side, levels in merged.items():
            levels.update((price, size) for price, size in update[side])
    return {
        "bids": sorted(merged["bids"].items(), key=_price, reverse=True),
        "asks": sorted(merged["asks"].items(), key=_price),
    }


def _price(level: tuple[str, str]) -> Decimal:
    return Decimal(level[0])


def merge_trades(updates: list[Data]) -> Data:
    """Every trade, newest first."""
    return {"trades": [trade for update in reversed(updates) for trade in update["trades"]]}


def merge_liquidations(updates: list[Data]) -> Data:
    """Every trade and every step, newest first."""
    return {
        name: [each for update in reversed(updates) for each in update[name]] for name in ("trades", "steps")
    }


def merge_prices(updates: list[Data]) -> Data:
    """Every price, newest first."""
    return {"prices": [price for update in reversed(updates) for price in update["prices"]]}


def merge_candles(updates: list[Data]) -> Data:
    """The newest state of each bucket, newest first."""
    newest: dict[int, Any] = {}
    for update in updates:
        for candle in update["candles"]:
            newest[candle["t_ms"]] = candle
    return {"candles": [newest[t_ms] for t_ms in sorted(newest, reverse=True)]}


def merge_account(updates: list[Data]) -> Data:
    """The newest accounts, the newest state of each order and trigger, every fill, transfer and step."""
    accounts: list[Any] | None = None
    for update in updates:
        if update["sub_accounts"] is not None:
            accounts = update["sub_accounts"]
    return {
        "sub_accounts": accounts,
        "orders": _newest_of(updates, "orders", ("market", "order_id", "signature", "created_ms")),
        "fills": _all_of(updates, "fills"),
        "transfers": _all_of(updates, "transfers"),
        "triggers": _newest_of(updates, "triggers", ("sub", "id", "signature")),
        "liquidations": _all_of(updates, "liquidations"),
    }


def _newest_of(updates: list[Data], name: str, identity: tuple[str, ...]) -> list[Any] | None:
    newest: dict[tuple[Any, ...], Any] = {}
    for update in updates:
        for item in reversed(update[name] or []):
            key = tuple(item[field] for field in identity)
            newest.pop(key, None)
            newest[key] = item
    return list(reversed(newest.values())) or None


def _all_of(updates: list[Data], name: str) -> list[Any] | None:
    return [item for update in reversed(updates) for item in update[name] or []] or None


def merge_latest(updates: list[Data]) -> Data:
    """Whole objects replace each other; nothing new is null."""
    return updates[-1] if updates else None
