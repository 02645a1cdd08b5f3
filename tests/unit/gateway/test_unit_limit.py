"""The unit limit of a built transaction: enough, within the network's most, and never twice the same."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from quantdesk.gateway.transactions.service import DISTINCT_BUILDS, MAX_UNITS, distinct_limit


@given(st.integers(1, 2 * MAX_UNITS), st.integers(0, 10**9))
def test_a_limit_is_enough_and_within_what_the_network_allows(units: int, build: int) -> None:
    limit = distinct_limit(units, build)
    assert limit <= MAX_UNITS
    assert limit >= min(units, MAX_UNITS - 2 * DISTINCT_BUILDS)


@given(
    st.integers(1, MAX_UNITS),
    st.integers(1, MAX_UNITS),
    st.integers(0, 10**6),
    st.integers(1, DISTINCT_BUILDS - 1),
)
def test_two_builds_of_one_blockhash_never_share_a_limit_whatever_they_need(
    one: int, other: int, build: int, later: int
) -> None:
    assert distinct_limit(one, build) != distinct_limit(other, build + later)
