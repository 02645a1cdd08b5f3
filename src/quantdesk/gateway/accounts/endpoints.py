"""Routes of one wallet's accounts; public, as the chain is."""

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends

from quantdesk.gateway.accounts.schemas import (
    Account,
    FillList,
    FundingPaymentList,
    LiquidationStepList,
    TransferList,
)
from quantdesk.gateway.requests import (
    MarketQuery,
    MinSlot,
    Paging,
    SubQuery,
    WalletPath,
    gateway,
    problems,
)

if TYPE_CHECKING:
    from quantdesk.gateway.context import Gateway
else:
    Gateway = object

router = APIRouter(prefix="/v1/accounts/{wallet}", tags=["accounts"])
Running = Annotated[Gateway, Depends(gateway)]


@router.get("", operation_id="getAccount", responses=problems())
async def get_account(
    running: Running, wallet: WalletPath, sub: SubQuery = None, min_slot: MinSlot = None
) -> Account:
    """Balances, margin and positions of every sub-account."""
    return await running.accounts.account(wallet, sub, min_slot)


@router.get("/fills", operation_id="listFills", responses=problems(404))
async def list_fills(
    running: Running,
    wallet: WalletPath,
    page: Paging,
    *,
    market: MarketQuery = None,
    sub: SubQuery = None,
    min_slot: MinSlot = None,
) -> FillList:
    """Fills of the wallet, newest first."""
    return await running.accounts.fills(wallet, market, sub, page, min_slot)


@router.get("/funding", operation_id="listFundingPayments", responses=problems(404))
async def list_funding_payments(
    running: Running,
    wallet: WalletPath,
    page: Paging,
    *,
    market: MarketQuery = None,
    sub: SubQuery = None,
    min_slot: MinSlot = None,
) -> FundingPaymentList:
    """Funding settled into the balance, newest first."""
    return await running.accounts.funding(wallet, market, sub, page, min_slot)


@router.get("/transfers", operation_id="listTransfers", responses=problems())
async def list_transfers(
    running: Running, wallet: WalletPath, page: Paging, sub: SubQuery = None, min_slot: MinSlot = None
) -> TransferList:
    """Deposits and withdrawals, newest first."""
    return await running.accounts.transfers(wallet, sub, page, min_slot)


@router.get("/liquidations", operation_id="listLiquidations", responses=problems())
async def list_liquidations(
    running: Running, wallet: WalletPath, page: Paging, sub: SubQuery = None, min_slot: MinSlot = None
) -> LiquidationStepList:
    """Positions that left or came without the book, and debts that insurance paid, newest first."""
    return await running.accounts.liquidations(wallet, sub, page, min_slot)
