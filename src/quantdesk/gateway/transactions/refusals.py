"""A refusal of the program in the words of the request: which field, its value, and what would be right.

The program says its error and no more; the numbers here are those that the request was made with. Margins are
as of the present marks, so what would be right is about right: the program decides again.
"""

from collections.abc import Sequence

from quantdesk.gateway.accounts.valuation import AccountValue
from quantdesk.gateway.orders.schemas import ProgramError
from quantdesk.gateway.problems import Refused
from quantdesk.gateway.transactions import (
    delegate_remedies,
    funds_remedies,
    market_remedies,
    order_remedies,
    seat_remedies,
)
from quantdesk.gateway.transactions.order_remedies import order_of, orders_of
from quantdesk.gateway.transactions.remedy import Remedy
from quantdesk.gateway.transactions.schemas import (
    BuildRequest,
    CancelOrder,
    ModifyOrder,
    MoveFunds,
    PlaceMany,
    PlaceOrder,
    PlaceTrigger,
    ReplaceMany,
    SetDelegate,
    TransferFunds,
)
from quantdesk.gateway.transactions.setting import Setting
from quantdesk.program.errors import error_message, error_name
from quantdesk.program.events import Event, OrdersProcessed
from quantdesk.program.records import CANCEL_INDEX


def with_remedy(error: ProgramError, remedy: Remedy | None) -> ProgramError:
    """The error with the field, its value and what would be right, also in its message."""
    if remedy is None:
        return error
    said = {"field": remedy.field, "value": remedy.value, "expected": remedy.expected}
    return error.model_copy(update={"message": _said(error.message, remedy), **said})


def refused(error: ProgramError, remedy: Remedy | None) -> Refused:
    """The error as a problem; without a remedy its value is the program's number."""
    if remedy is None:
        return Refused(error.message, code=error.code, value=error.number)
    return Refused(
        _said(error.message, remedy),
        code=error.code,
        field=remedy.field,
        value=remedy.value,
        expected=remedy.expected,
    )


def _said(message: str, remedy: Remedy) -> str:
    return f"{message.rstrip('.')}: {remedy.value}; expected {remedy.expected}"


def remedy_for(
    code: str, setting: Setting, body: BuildRequest, account: AccountValue, wallet_atoms: int | None = None
) -> Remedy | None:
    """What would be right instead; None where only the error's own words help.

    ``wallet_atoms``: what the wallet's token account holds, where that is known.
    """
    if setting.trader.signer is not None and code in delegate_remedies.CODES:
        return delegate_remedies.remedy(code, setting, body, account)
    found = _of_request(code, setting, body, account, wallet_atoms)
    found = found or seat_remedies.remedy(code, setting, body, account)
    return found or market_remedies.remedy(code, setting, body, account)


def _of_request(
    code: str, setting: Setting, body: BuildRequest, account: AccountValue, wallet_atoms: int | None
) -> Remedy | None:
    found = None
    match body:
        case PlaceTrigger():
            found = order_remedies.of_trigger(code, setting, body, account)
        case PlaceMany() | ReplaceMany():
            found = order_remedies.of_batch(code, orders_of(setting, body, account))
        case CancelOrder() if code == "OrderNotFound":
            field = "order_id" if body.order_id is not None else "client_id"
            found = Remedy(field, getattr(body, field), f"an open order of this sub-account in {body.market}")
        case PlaceOrder() | ModifyOrder():
            order = order_of(setting, body, account)
            found = None if order is None else order_remedies.of_order(code, order)
        case MoveFunds() | TransferFunds():
            found = funds_remedies.remedy(code, setting, body, account, wallet_atoms)
        case SetDelegate():
            found = delegate_remedies.of_grant(code, setting, body)
    return found


def order_errors(
    events: Sequence[Event], setting: Setting, body: BuildRequest, account: AccountValue
) -> list[ProgramError]:
    """Errors of single orders and cancels in a transaction that lands all the same."""
    asked = orders_of(setting, body, account)
    found = []
    for event in events:
        for record in event.orders if isinstance(event, OrdersProcessed) else ():
            if not record.code:
                continue
            code = error_name(record.code)
            remedy = None
            if record.index >= CANCEL_INDEX and isinstance(body, ReplaceMany) and body.cancel != "all":
                place = record.index - CANCEL_INDEX
                expected = f"an open order of this sub-account in {body.market}"
                remedy = Remedy(f"cancel.{place}", body.cancel[place], expected)
            elif record.index < len(asked):
                remedy = order_remedies.of_order(code, asked[record.index])
            error = ProgramError(
                code=code, number=record.code, message=error_message(record.code), instruction_index=None
            )
            found.append(with_remedy(error, remedy))
    return found
