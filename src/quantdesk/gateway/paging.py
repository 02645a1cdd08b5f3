"""Pages of lists, newest first. A cursor says where one ended, as opaque text: the last item's sort key."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, and_, or_

from quantdesk.gateway.problems import Malformed
from quantdesk.gateway.requests import PageQuery

_BOUND = 2**63
Item = TypeVar("Item")


def encode(*key: int) -> str:
    """The cursor after the item with this sort key."""
    return urlsafe_b64encode(".".join(str(part) for part in key).encode()).decode().rstrip("=")


def decode(cursor: str | None, parts: int) -> tuple[int, ...] | None:
    """The sort key in a cursor; None without one. Raises Malformed."""
    if cursor is None:
        return None
    try:
        text = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
        key = tuple(int(part) for part in text.split("."))
    except ValueError:
        raise _bad(cursor) from None
    if len(key) != parts or any(not 0 <= part < _BOUND for part in key):
        raise _bad(cursor)
    return key


def newest_first(
    statement: Select[Any], page: PageQuery, after: tuple[int, ...] | None, *key: Any, at: Any
) -> Select[Any]:
    """The rows of `statement` that make a page, and one more, which says that there is another page.

    `key`: the columns that they are sorted by; `after`: what these were in the last row of the page before;
    `at`: the column that `start_ms` and `end_ms` are about.
    """
    if after is not None:
        statement = statement.where(_older(key, after))
    if page.start_ms is not None:
        statement = statement.where(at >= page.start_ms)
    if page.end_ms is not None:
        statement = statement.where(at < page.end_ms)
    return statement.order_by(*(column.desc() for column in key)).limit(page.limit + 1)


def _older(key: Sequence[Any], than: Sequence[int]) -> ColumnElement[bool]:
    (column, *further), (value, *others) = key, than
    return or_(column < value, and_(column == value, _older(further, others))) if further else column < value


def cut(
    found: list[Item], page: PageQuery, key: Callable[[Item], tuple[int, ...]]
) -> tuple[list[Item], str | None]:
    """The page of what `newest_first` found, and the cursor after it; None at the end."""
    shown = found[: page.limit]
    return shown, encode(*key(shown[-1])) if len(found) > page.limit else None


def _bad(cursor: str) -> Malformed:
    return Malformed(
        "The cursor is not one of this list.",
        field="cursor",
        value=cursor,
        expected="a `next_cursor` of the same list, or no cursor for the first page",
    )
