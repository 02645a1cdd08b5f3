"""Query and path parameters that several nouns share, and the way endpoints reach the gateway."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Depends, Path, Query, Request
from pydantic import Field

from quantdesk.gateway.problems import Malformed, ProblemBody
from quantdesk.gateway.wire import SIGNATURE_PATTERN, WALLET_PATTERN, Feed

if TYPE_CHECKING:
    from quantdesk.gateway.context import Gateway

DEFAULT_PAGE = 100
MAX_PAGE = 1_000
MAX_UNIX_MS = 9_007_199_254_740_991


# Asynchronous although they wait for nothing: FastAPI sends a plain function to a thread and back.
async def gateway(request: Request) -> "Gateway":
    """The running gateway behind this request."""
    running: Gateway = request.app.state.gateway
    return running


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """OpenAPI's error replies of a route: always 400, 429 and 503, and those given."""
    return {status: {"model": ProblemBody} for status in sorted({400, 429, 503, *statuses})}


@dataclass(frozen=True, slots=True)
class PageQuery:
    """Which part of a list: newest first, `start_ms` <= time < `end_ms`."""

    limit: int
    cursor: str | None
    start_ms: int | None
    end_ms: int | None


async def page_query(
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE, description="Items a page.")] = DEFAULT_PAGE,
    cursor: Annotated[
        str | None, Query(max_length=200, description="`next_cursor` of the page before.")
    ] = None,
    start_ms: Annotated[
        int | None, Query(ge=0, le=MAX_UNIX_MS, description="Not older than this time, inclusive.")
    ] = None,
    end_ms: Annotated[int | None, Query(ge=0, le=MAX_UNIX_MS, description="Older than this time.")] = None,
) -> PageQuery:
    """Read the paging parameters. Raises Malformed when the range is empty."""
    if start_ms is not None and end_ms is not None and start_ms >= end_ms:
        raise Malformed(
            f"start_ms {start_ms} is not before end_ms {end_ms}",
            field="start_ms",
            value=start_ms,
            expected=f"less than {end_ms}",
        )
    return PageQuery(limit=limit, cursor=cursor, start_ms=start_ms, end_ms=end_ms)


Paging = Annotated[PageQuery, Depends(page_query)]
MinSlot = Annotated[
    int | None,
    Query(
        ge=0,
        le=2**63 - 1,
        description="Wait (at most 1 s) until the state is at least of this slot, else 503 `index_behind`.",
    ),
]
SubQuery = Annotated[int | None, Query(ge=0, le=255, description="Only this sub-account.")]
MarketQuery = Annotated[str | None, Query(max_length=16, description="Only this market.")]
SymbolPath = Annotated[str, Path(max_length=16, description="Market symbol.", examples=["SOL-PERP"])]
WalletPath = Annotated[str, Path(pattern=WALLET_PATTERN, description="Base58 public key.")]
SignaturePath = Annotated[str, Path(pattern=SIGNATURE_PATTERN, description="Base58 transaction signature.")]
FeedField = Annotated[Feed | None, Field()]
