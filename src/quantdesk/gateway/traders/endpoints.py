"""Routes of triggers and delegates; public, as the chain is."""

from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import APIRouter, Depends, Query

from quantdesk.gateway.requests import (
    MarketQuery,
    MinSlot,
    Paging,
    SubQuery,
    WalletPath,
    gateway,
    problems,
)
from quantdesk.gateway.traders.schemas import DelegateList, TriggerList

if TYPE_CHECKING:
    from quantdesk.gateway.context import Gateway
else:
    Gateway = object

router = APIRouter(prefix="/v1/accounts/{wallet}", tags=["accounts"])
Running = Annotated[Gateway, Depends(gateway)]


@router.get("/triggers", operation_id="listTriggers", responses=problems(404))
async def list_triggers(
    running: Running,
    wallet: WalletPath,
    page: Paging,
    *,
    status: Annotated[Literal["open", "closed", "all"], Query()] = "open",
    market: MarketQuery = None,
    sub: SubQuery = None,
    min_slot: MinSlot = None,
) -> TriggerList:
    """Stop and take-profit orders: `open` ones wait for the mark price; `closed` ones fired or ended."""
    return await running.traders.triggers(
        wallet, status=status, market=market, sub=sub, page=page, min_slot=min_slot
    )


@router.get("/delegates", operation_id="listDelegates", responses=problems())
async def list_delegates(running: Running, wallet: WalletPath, sub: SubQuery = None) -> DelegateList:
    """Keys that may trade for the wallet, and what is left of their limits, as on chain."""
    return await running.traders.delegates(wallet, sub)
