"""Routes that build, relay and look up transactions."""

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Response

from quantdesk.gateway.requests import SignaturePath, gateway, problems
from quantdesk.gateway.transactions.schemas import (
    Activate,
    BuiltTransaction,
    CancelAll,
    CancelOrder,
    CancelTrigger,
    CloseTrader,
    ConvertCollateral,
    ModifyOrder,
    MoveFunds,
    OpenTrader,
    Park,
    PlaceMany,
    PlaceOrder,
    PlaceTrigger,
    Realize,
    ReplaceMany,
    RevokeDelegate,
    SendRequest,
    SetDeadMan,
    SetDelegate,
    SettleSlots,
    TransactionReply,
    TransferFunds,
)

if TYPE_CHECKING:
    from quantdesk.gateway.context import Gateway
else:
    Gateway = object

router = APIRouter(prefix="/v1/tx", tags=["transactions"])
Running = Annotated[Gateway, Depends(gateway)]
BUILD = problems(404, 409, 422)


@router.post(
    "/send", operation_id="sendTransaction", responses={202: {"model": TransactionReply}, **problems(422)}
)
async def send_transaction(running: Running, body: SendRequest, response: Response) -> TransactionReply:
    """Relay a signed transaction and wait for it. 202: relayed, its state not known yet; look it up."""
    reply = await running.sending.send(body)
    if reply.state == "unknown":
        response.status_code = 202
    return reply


@router.get("/{signature}", operation_id="getTransaction", responses=problems(404))
async def get_transaction(running: Running, signature: SignaturePath) -> TransactionReply:
    """State and decoded events of a transaction."""
    return await running.sending.look_up(signature)


@router.post("/open-trader", operation_id="buildOpenTrader", responses=BUILD)
async def build_open_trader(running: Running, body: OpenTrader) -> BuiltTransaction:
    """Create a trader account."""
    return await running.transactions.build("open-trader", body)


@router.post("/close-trader", operation_id="buildCloseTrader", responses=BUILD)
async def build_close_trader(running: Running, body: CloseTrader) -> BuiltTransaction:
    """Close an empty trader account."""
    return await running.transactions.build("close-trader", body)


@router.post("/deposit", operation_id="buildDeposit", responses=BUILD)
async def build_deposit(running: Running, body: MoveFunds) -> BuiltTransaction:
    """Deposit; the first one also opens and activates the trader account, in one transaction."""
    return await running.transactions.build("deposit", body)


@router.post("/withdraw", operation_id="buildWithdraw", responses=BUILD)
async def build_withdraw(running: Running, body: MoveFunds) -> BuiltTransaction:
    """Withdraw to the wallet's token account, which is made when absent."""
    return await running.transactions.build("withdraw", body)


@router.post("/place-order", operation_id="buildPlaceOrder", responses=BUILD)
async def build_place_order(running: Running, body: PlaceOrder) -> BuiltTransaction:
    """Place one order."""
    return await running.transactions.build("place-order", body)


@router.post("/place-many", operation_id="buildPlaceMany", responses=BUILD)
async def build_place_many(running: Running, body: PlaceMany) -> BuiltTransaction:
    """Place up to 16 orders with one margin check; each has its own result code."""
    return await running.transactions.build("place-many", body)


@router.post("/replace-many", operation_id="buildReplaceMany", responses=BUILD)
async def build_replace_many(running: Running, body: ReplaceMany) -> BuiltTransaction:
    """Cancel, then place up to 16 orders with one margin check."""
    return await running.transactions.build("replace-many", body)


@router.post("/cancel-order", operation_id="buildCancelOrder", responses=BUILD)
async def build_cancel_order(running: Running, body: CancelOrder) -> BuiltTransaction:
    """Cancel one order by `order_id` or `client_id`."""
    return await running.transactions.build("cancel-order", body)


@router.post("/cancel-all", operation_id="buildCancelAll", responses=BUILD)
async def build_cancel_all(running: Running, body: CancelAll) -> BuiltTransaction:
    """Cancel all orders of one market, or of all: one instruction a market."""
    return await running.transactions.build("cancel-all", body)


@router.post("/modify-order", operation_id="buildModifyOrder", responses=BUILD)
async def build_modify_order(running: Running, body: ModifyOrder) -> BuiltTransaction:
    """Change an order's price or size. A smaller size keeps its place in the queue, else it loses it."""
    return await running.transactions.build("modify-order", body)


@router.post("/transfer", operation_id="buildTransfer", responses=BUILD)
async def build_transfer(running: Running, body: TransferFunds) -> BuiltTransaction:
    """Move between own sub-accounts."""
    return await running.transactions.build("transfer", body)


@router.post("/place-trigger", operation_id="buildPlaceTrigger", responses=BUILD)
async def build_place_trigger(running: Running, body: PlaceTrigger) -> BuiltTransaction:
    """Place a stop or take-profit: it shrinks the open position and dies with it."""
    return await running.transactions.build("place-trigger", body)


@router.post("/cancel-trigger", operation_id="buildCancelTrigger", responses=BUILD)
async def build_cancel_trigger(running: Running, body: CancelTrigger) -> BuiltTransaction:
    """Cancel one trigger, or all of a market."""
    return await running.transactions.build("cancel-trigger", body)


@router.post("/set-delegate", operation_id="buildSetDelegate", responses=BUILD)
async def build_set_delegate(running: Running, body: SetDelegate) -> BuiltTransaction:
    """Let another key trade within limits that the program holds."""
    return await running.transactions.build("set-delegate", body)


@router.post("/revoke-delegate", operation_id="buildRevokeDelegate", responses=BUILD)
async def build_revoke_delegate(running: Running, body: RevokeDelegate) -> BuiltTransaction:
    """Take a delegate's rights away."""
    return await running.transactions.build("revoke-delegate", body)


@router.post("/activate", operation_id="buildActivate", responses=BUILD)
async def build_activate(running: Running, body: Activate) -> BuiltTransaction:
    """Take a slot of the ledger with the parked money."""
    return await running.transactions.build("activate", body)


@router.post("/park", operation_id="buildPark", responses=BUILD)
async def build_park(running: Running, body: Park) -> BuiltTransaction:
    """Give the slot up; the money is parked."""
    return await running.transactions.build("park", body)


@router.post("/set-dead-man", operation_id="buildSetDeadMan", responses=BUILD)
async def build_set_dead_man(running: Running, body: SetDeadMan) -> BuiltTransaction:
    """Let all orders expire unless this is sent again in time."""
    return await running.transactions.build("set-dead-man", body)


@router.post("/realize", operation_id="buildRealize", responses=BUILD)
async def build_realize(running: Running, body: Realize) -> BuiltTransaction:
    """Turn a position's profit into balance, where it vests."""
    return await running.transactions.build("realize", body)


@router.post("/settle-slots", operation_id="buildSettleSlots", responses=BUILD)
async def build_settle_slots(running: Running, body: SettleSlots) -> BuiltTransaction:
    """Bring a settling market nearer to its end: up to 64 orders or 16 positions a call."""
    return await running.transactions.build("settle-slots", body)


@router.post("/convert-collateral", operation_id="buildConvertCollateral", responses=BUILD)
async def build_convert_collateral(running: Running, body: ConvertCollateral) -> BuiltTransaction:
    """Pay a debtor's losses in USDC and take its collateral at a discount. Any wallet with a slot may."""
    return await running.transactions.build("convert-collateral", body)
