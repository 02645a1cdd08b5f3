"""Routes of the exchange itself."""

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends

from quantdesk.gateway.exchange.schemas import Exchange
from quantdesk.gateway.requests import MinSlot, gateway, problems

if TYPE_CHECKING:
    from quantdesk.gateway.context import Gateway
else:
    Gateway = object

router = APIRouter(prefix="/v1", tags=["exchange"])


@router.get("/exchange", operation_id="getExchange", responses=problems())
async def get_exchange(running: Annotated[Gateway, Depends(gateway)], min_slot: MinSlot = None) -> Exchange:
    """Cluster, program, accounts, collaterals, fee tiers, every limit, status and deficit."""
    return await running.exchange.describe(min_slot)
