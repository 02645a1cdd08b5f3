"""Cursors: where a page ended, as opaque text. A cursor names the last item's sort key."""

from base64 import urlsafe_b64decode, urlsafe_b64encode

from quantdesk.gateway.problems import Malformed

_BOUND = 2**63


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


def _bad(cursor: str) -> Malformed:
    return Malformed(
        "The cursor is not one of this list.",
        field="cursor",
        value=cursor,
        expected="a `next_cursor` of the same list, or no cursor for the first page",
    )
