"""Routes of the exchange itself."""

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends

from quantdesk.gateway.exchange.schemas import Exchange, PendingChangeList
from quantdesk.gateway.requests import MinSlot, gateway, problems

if TYPE_CHECKING:
    from quantdesk.gateway.context import Gateway
else:
    Gateway = object

router = APIRouter(prefix="/v1", tags=["exchange"])
Running = Annotated[Gateway, Depends(gateway)]


@router.get("/exchange", operation_id="getExchange", responses=problems())
async def get_exchange(running: Running, min_slot: MinSlot = None) -> Exchange:
    """Cluster, program, accounts, collaterals, fee tiers, every limit, status and deficit."""
    return await running.exchange.describe(min_slot)


@router.get("/exchange/changes", operation_id="listPendingChanges", responses=problems())
async def list_pending_changes(running: Running, min_slot: MinSlot = None) -> PendingChangeList:
    """Changes of the rules that wait out the timelock: what each would change, when, and by whom."""
    return await running.changes.pending(min_slot)
