"""Routes of orders and of the preview."""

from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query

from quantdesk.gateway.orders.schemas import OrderList, OrderReply, PreviewReply
from quantdesk.gateway.requests import (
    MarketQuery,
    MinSlot,
    Paging,
    SubQuery,
    WalletPath,
    gateway,
    problems,
)
from quantdesk.gateway.transactions.schemas import PlaceOrder

if TYPE_CHECKING:
    from quantdesk.gateway.context import Gateway
else:
    Gateway = object

router = APIRouter(prefix="/v1", tags=["orders"])
Running = Annotated[Gateway, Depends(gateway)]
OrderIdPath = Annotated[str, Path(pattern=r"^(0|[1-9][0-9]{0,38})$", description="Order id.")]
ClientIdPath = Annotated[str, Path(pattern=r"^(0|[1-9][0-9]{0,19})$", description="Client id.")]


@router.get("/accounts/{wallet}/orders", operation_id="listOrders", responses=problems(404))
async def list_orders(
    running: Running,
    wallet: WalletPath,
    page: Paging,
    *,
    status: Annotated[Literal["open", "closed", "all"], Query()] = "open",
    market: MarketQuery = None,
    sub: SubQuery = None,
    min_slot: MinSlot = None,
) -> OrderList:
    """Orders of the wallet, newest first."""
    return await running.orders.orders(
        wallet, status=status, market=market, sub=sub, page=page, min_slot=min_slot
    )


@router.get(
    "/accounts/{wallet}/orders/by-client-id/{client_id}",
    operation_id="getOrderByClientId",
    responses=problems(404),
)
async def get_order_by_client_id(
    running: Running,
    wallet: WalletPath,
    client_id: ClientIdPath,
    *,
    market: MarketQuery = None,
    sub: SubQuery = None,
    min_slot: MinSlot = None,
) -> OrderReply:
    """The newest order with this client id."""
    return await running.orders.by_client_id(wallet, client_id, market, sub, min_slot)


@router.get("/accounts/{wallet}/orders/{order_id}", operation_id="getOrder", responses=problems(404, 409))
async def get_order(
    running: Running,
    wallet: WalletPath,
    order_id: OrderIdPath,
    market: MarketQuery = None,
    min_slot: MinSlot = None,
) -> OrderReply:
    """One order. Ids count per market: 409 `ambiguous_order` asks for `market` when two share this one."""
    return await running.orders.by_id(wallet, order_id, market, min_slot)


@router.post("/preview/order", operation_id="previewOrder", responses=problems(404, 422))
async def preview_order(running: Running, body: PlaceOrder) -> PreviewReply:
    """Run the order with the real program against the present state, without sending it."""
    return await running.transactions.preview(body)
