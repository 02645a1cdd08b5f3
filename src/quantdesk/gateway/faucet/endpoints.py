"""The faucet's route; localnet only."""

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends

from quantdesk.gateway.faucet.schemas import FaucetReply, FaucetRequest
from quantdesk.gateway.requests import gateway, problems

if TYPE_CHECKING:
    from quantdesk.gateway.context import Gateway
else:
    Gateway = object

router = APIRouter(prefix="/v1", tags=["faucet"])


@router.post("/faucet", operation_id="useFaucet", responses=problems(403, 404, 422))
async def use_faucet(running: Annotated[Gateway, Depends(gateway)], body: FaucetRequest) -> FaucetReply:
    """Test USDC or SOL. 403 `no_faucet` on any cluster but localnet."""
    return await running.faucet.pay(body)
