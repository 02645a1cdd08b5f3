"""Routes of waiting triggers and delegates; public, as the chain is."""

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends

from quantdesk.gateway.requests import SubQuery, WalletPath, gateway, problems
from quantdesk.gateway.traders.schemas import DelegateList, TriggerList

if TYPE_CHECKING:
    from quantdesk.gateway.context import Gateway
else:
    Gateway = object

router = APIRouter(prefix="/v1/accounts/{wallet}", tags=["accounts"])
Running = Annotated[Gateway, Depends(gateway)]


@router.get("/triggers", operation_id="listTriggers", responses=problems())
async def list_triggers(running: Running, wallet: WalletPath, sub: SubQuery = None) -> TriggerList:
    """Stop and take-profit orders that wait for the mark price, as on chain."""
    return await running.traders.triggers(wallet, sub)


@router.get("/delegates", operation_id="listDelegates", responses=problems())
async def list_delegates(running: Running, wallet: WalletPath, sub: SubQuery = None) -> DelegateList:
    """Keys that may trade for the wallet, and what is left of their limits, as on chain."""
    return await running.traders.delegates(wallet, sub)
