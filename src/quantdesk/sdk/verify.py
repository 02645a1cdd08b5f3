"""Reads what the gateway built and refuses anything other than what was asked.

The gateway is not trusted with the key, so neither with its words: the bytes are decoded here by the
program's own interface description and held against the request, field by field.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from solders.pubkey import Pubkey
from solders.transaction import VersionedTransaction

from quantdesk.domain.orders import OrderId
from quantdesk.program.addresses import ASSOCIATED_TOKEN_PROGRAM, Addresses, token_account
from quantdesk.program.codec import read_value
from quantdesk.program.errors import BytesError
from quantdesk.program.idl import idl
from quantdesk.program.records import TRIGGERS, DelegateFlag, OrderKind, Side, TriggerKind
from quantdesk.sdk.errors import WrongTransaction
from quantdesk.sdk.models import Market

COMPUTE_BUDGET = Pubkey.from_string("ComputeBudget111111111111111111111111111111")
QUOTE_ATOMS = 1_000_000
MOST_EXECUTOR_FEE = Decimal("0.1")
DELEGATE_LIMITS = {
    "max_order": "max_order_notional",
    "max_position": "max_position_notional",
    "daily_limit": "daily_notional",
}

ALLOWED: Mapping[str, frozenset[str]] = {
    "open-trader": frozenset({"open_trader"}),
    "close-trader": frozenset({"close_trader"}),
    "deposit": frozenset({"open_trader", "deposit", "activate"}),
    "withdraw": frozenset({"withdraw"}),
    "activate": frozenset({"activate"}),
    "park": frozenset({"park"}),
    "realize": frozenset({"realize"}),
    "set-dead-man": frozenset({"set_dead_man"}),
    "settle-slots": frozenset({"settle_slots"}),
    "transfer": frozenset({"transfer"}),
    "set-delegate": frozenset({"set_delegate"}),
    "revoke-delegate": frozenset({"set_delegate"}),
    "place-order": frozenset({"place_order", "place_trigger"}),
    "place-trigger": frozenset({"place_trigger"}),
    "cancel-trigger": frozenset({"cancel_trigger"}),
    "place-many": frozenset({"place_many"}),
    "replace-many": frozenset({"cancel_all", "place_many", "replace_many"}),
    "modify-order": frozenset({"modify_order"}),
    "cancel-order": frozenset({"cancel_order", "cancel_by_client_id"}),
    "cancel-all": frozenset({"cancel_all"}),
}
"""Instructions of ours that each request may lead to."""


@dataclass(frozen=True, slots=True)
class Call:
    """One decoded instruction of the program."""

    name: str
    accounts: dict[str, Pubkey]
    args: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked: the API's instruction name, its fields, the steps of its market, and USDC's mint."""

    instruction: str
    fields: Mapping[str, Any]
    venue: Addresses
    market: Market | None
    mint: Pubkey

    @property
    def wallet(self) -> Pubkey:
        """Whose trader account it is."""
        return Pubkey.from_string(self.fields["wallet"])

    @property
    def signer(self) -> Pubkey:
        """Who signs and pays the fee: the wallet, or its delegate."""
        return Pubkey.from_string(self.fields.get("signer") or self.fields["wallet"])


def require_as_asked(transaction: VersionedTransaction, request: Request) -> None:
    """Raise WrongTransaction unless ``transaction`` does what was asked and nothing else."""
    message = transaction.message
    _require(message.account_keys[0] == request.signer, "someone else pays the fee")
    _require(message.header.num_required_signatures == 1, "someone else signs too")
    _require(
        request.instruction in ALLOWED, f"{request.instruction} cannot be checked by this version of the SDK"
    )
    calls = list(_calls(transaction, request))
    _require(bool(calls), "no instruction of the exchange is in it")
    for call in calls:
        _require(
            call.name in ALLOWED[request.instruction],
            f"it holds {call.name}, which {request.instruction} needs not",
        )
        _check_accounts(call, request)
        check = CHECKS.get(call.name)
        if check is not None:
            check(call.args, request)
    _check_whole(calls, request)


def _require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise WrongTransaction(f"not signed: {otherwise}")


def _calls(transaction: VersionedTransaction, request: Request) -> Iterator[Call]:
    message = transaction.message
    _require(not getattr(message, "address_table_lookups", []), "it loads accounts from a lookup table")
    keys = message.account_keys
    for instruction in message.instructions:
        program = keys[instruction.program_id_index]
        accounts = [keys[index] for index in bytes(instruction.accounts)]
        if program == request.venue.program:
            yield _decode(bytes(instruction.data), accounts)
        elif program == ASSOCIATED_TOKEN_PROGRAM:
            _require(accounts[2] == request.wallet, "it makes a token account for someone else")
        else:
            _require(program == COMPUTE_BUDGET, f"it calls the foreign program {program}")


def _decode(data: bytes, accounts: list[Pubkey]) -> Call:
    definition = next((each for each in idl().instructions if bytes(each.discriminator) == data[:8]), None)
    if definition is None:
        raise WrongTransaction(
            "not signed: an instruction of the program is unknown to this version of the SDK"
        )
    values: dict[str, Any] = {}
    offset = 8
    try:
        for argument in definition.args:
            values[argument.name], offset = read_value(argument.type, data, offset)
    except BytesError as error:
        raise WrongTransaction(
            f"not signed: the arguments of {definition.name} are malformed: {error}"
        ) from error
    _require(offset == len(data), f"{definition.name} has bytes behind its arguments")
    _require(
        len(accounts) == len(definition.accounts),
        f"{definition.name} has other accounts than the program takes",
    )
    names = [each.name for each in definition.accounts]
    return Call(definition.name, dict(zip(names, accounts, strict=True)), values)


def _check_accounts(call: Call, request: Request) -> None:
    wallet, venue = request.wallet, request.venue
    expected = {
        "exchange": venue.exchange,
        "ledger": venue.ledger,
        "trader": venue.trader(wallet, int(request.fields.get("sub", 0))),
        "owner": wallet,
        "signer": request.signer,
        "payer": request.signer,
        "rent_receiver": wallet,
    }
    if "to_sub" in request.fields:
        expected["to_trader"] = venue.trader(wallet, int(request.fields["to_sub"]))
    if request.market is not None:
        expected["book"] = venue.book(request.market.index)
    for name, address in call.accounts.items():
        if name in expected:
            _require(address == expected[name], f"{call.name} names another {name} ({address})")


def _market(args: Mapping[str, Any], request: Request) -> Market:
    if request.market is None or args["market"] != request.market.index:
        raise WrongTransaction(f"not signed: it is about market {args['market']}, which was not asked for")
    return request.market


def _same_order(args: Mapping[str, Any], fields: Mapping[str, Any], market: Market) -> None:
    wanted = Side.BID if fields["side"] == "buy" else Side.ASK
    _require(args["side"] == wanted, f"its side is not {fields['side']}")
    lots = Decimal(fields["size"]) / market.size_step
    clamped = bool(fields.get("reduce_only")) and 0 < args["lots"] <= lots
    _require(
        args["lots"] == lots or clamped,
        f"its size is {args['lots'] * market.size_step}, not {fields['size']}",
    )
    _require(args["reduce_only"] == bool(fields.get("reduce_only")), "reduce-only is not as asked")
    _require(args["client_id"] == int(fields.get("client_id") or 0), "its client id is not the one asked for")
    price = fields.get("price")
    if fields.get("type", "limit") == "limit":
        ticks = Decimal(price or 0) / market.price_step
        _require(args["ticks"] == ticks, f"its price is {args['ticks'] * market.price_step}, not {price}")
    else:
        _require(args["kind"] == OrderKind.IMMEDIATE_OR_CANCEL, "a market order must not rest")
    if fields.get("post_only") not in (None, False, "none"):
        _require(args["kind"] in (OrderKind.POST_ONLY, OrderKind.POST_ONLY_SLIDE), "it is not post-only")


def _check_place(args: Mapping[str, Any], request: Request) -> None:
    _same_order(args, request.fields, _market(args, request))
    fok = request.fields.get("time_in_force") == "fok"
    _require(args["min_fill_lots"] == (args["lots"] if fok else 0), "its least fill is not as asked")


def _check_batch(args: Mapping[str, Any], request: Request) -> None:
    market = _market(args, request)
    orders = request.fields["orders"]
    _require(len(args["quotes"]) == len(orders), f"it places {len(args['quotes'])} orders, not {len(orders)}")
    for quote, fields in zip(args["quotes"], orders, strict=True):
        _same_order(quote, fields, market)
    wanted = request.fields.get("cancel", "all")
    for named in args.get("cancels", []):
        text = str(OrderId(named["ticks"], named["seq"]))
        _require(wanted == "all" or text in wanted, f"it cancels {text}, which was not asked for")


def _check_cancel(args: Mapping[str, Any], request: Request) -> None:
    _market(args, request)
    found = str(OrderId(args["ticks"], args["seq"]))
    _require(
        found == request.fields.get("order_id"), f"it cancels {found}, not {request.fields.get('order_id')}"
    )


def _check_cancel_by_client_id(args: Mapping[str, Any], request: Request) -> None:
    _market(args, request)
    _require(str(args["client_id"]) == request.fields.get("client_id"), "it cancels another client id")


def _check_cancel_all(args: Mapping[str, Any], request: Request) -> None:
    if request.market is not None:
        _market(args, request)


def _check_modify(args: Mapping[str, Any], request: Request) -> None:
    """Order, price and size are all asked for, so that all three can be held to the bytes."""
    market, fields = _market(args, request), request.fields
    found = str(OrderId(args["ticks"], args["seq"]))
    _require(found == fields.get("order_id"), f"it changes {found}, not {fields.get('order_id')}")
    price = args["new_ticks"] * market.price_step
    _require(price == Decimal(fields.get("price") or 0), f"its price is {price}, not {fields.get('price')}")
    size = args["new_lots"] * market.size_step
    _require(size == Decimal(fields.get("size") or 0), f"its size is {size}, not {fields.get('size')}")


def _check_money(args: Mapping[str, Any], request: Request) -> None:
    _require(args["collateral"] == 0, "it moves another asset than USDC")
    wanted = Decimal(request.fields["amount"]) * QUOTE_ATOMS
    _require(
        args["amount"] == wanted, f"it moves {Decimal(args['amount']) / QUOTE_ATOMS}, not what was asked"
    )


def _check_delegate(args: Mapping[str, Any], request: Request) -> None:
    """Every limit as asked: a wider one would be a way to the money."""
    terms, fields = args["terms"], request.fields
    found = Pubkey.from_bytes(terms["delegate"])
    _require(str(found) == fields["delegate"], f"it gives rights to {found}, not {fields['delegate']}")
    if request.instruction == "revoke-delegate":
        _require(terms["expires"] == 1, "it gives rights instead of taking them away")
        return
    _require(terms["expires"] == int(fields["expires_at_ms"]) // 1_000, "it expires at another time")
    for name, field in DELEGATE_LIMITS.items():
        limit = Decimal(terms[name]) / QUOTE_ATOMS
        _require(limit == Decimal(fields[field]), f"its {field} is {limit}, not {fields[field]}")
    flags = DelegateFlag.REDUCE_ONLY * bool(fields.get("reduce_only"))
    flags += DelegateFlag.TRANSFER * bool(fields.get("can_transfer"))
    _require(terms["flags"] == flags, "its rights are not as asked")
    if fields.get("markets") is not None:
        count = len(set(fields["markets"]))
        _require(terms["market_bitmap"].bit_count() == count, "it may trade other markets than asked")


def _check_trigger(args: Mapping[str, Any], request: Request) -> None:
    """A trigger of its own, or the take-profit or stop-loss of an order."""
    terms, fields = args["terms"], request.fields
    market = _market(terms, request)
    sells = terms["side"] == Side.ASK
    is_stop = terms["kind"] in (TriggerKind.STOP_MARKET, TriggerKind.STOP_LIMIT)
    if request.instruction == "place-order":
        wanted = fields.get("stop_loss" if is_stop else "take_profit")
        _require(sells == (fields["side"] == "buy"), "its trigger is on the wrong side")
        _require(terms["limit_ticks"] == 0, "its trigger is no market order")
    else:
        wanted = fields["trigger_price"]
        _require(sells == (fields["side"] == "sell"), f"its side is not {fields['side']}")
        _require(is_stop == (fields["kind"] == "stop"), f"it is no {fields['kind']}")
        price = terms["limit_ticks"] * market.price_step
        _require(price == Decimal(fields.get("price") or 0), f"its price is {price}")
    found = Decimal(terms["trigger_price"]) / QUOTE_ATOMS / market.size_step
    _require(wanted is not None and found == Decimal(wanted), f"it waits for {found}, not {wanted}")
    size = terms["lots"] * market.size_step
    _require(size == Decimal(fields["size"]), f"its size is {size}, not {fields['size']}")
    fee = Decimal(terms["executor_fee"]) / QUOTE_ATOMS
    _require(fee <= MOST_EXECUTOR_FEE, f"it reserves {fee} USDC for who executes it")


def _check_cancel_trigger(args: Mapping[str, Any], request: Request) -> None:
    asked = request.fields.get("trigger_id")
    _require(asked is None or args["index"] == int(asked) % TRIGGERS, "it cancels another trigger")


def _check_market(args: Mapping[str, Any], request: Request) -> None:
    _market(args, request)


def _check_dead_man(args: Mapping[str, Any], request: Request) -> None:
    """The slot from which it counts is the gateway's word; whether it is on or off is ours."""
    is_on = int(request.fields["slots"]) > 0
    _require((args["cancel_after_slot"] > 0) == is_on, "the dead man's switch is not as asked")


CHECKS: Mapping[str, Callable[[Mapping[str, Any], Request], None]] = {
    "deposit": _check_money,
    "withdraw": _check_money,
    "transfer": _check_money,
    "set_delegate": _check_delegate,
    "place_trigger": _check_trigger,
    "cancel_trigger": _check_cancel_trigger,
    "modify_order": _check_modify,
    "place_order": _check_place,
    "place_many": _check_batch,
    "replace_many": _check_batch,
    "cancel_order": _check_cancel,
    "cancel_by_client_id": _check_cancel_by_client_id,
    "cancel_all": _check_cancel_all,
    "realize": _check_market,
    "settle_slots": _check_market,
    "set_dead_man": _check_dead_man,
}


def _check_whole(calls: list[Call], request: Request) -> None:
    """Each effect at most once, and money only to and from the wallet's own token accounts."""
    several = {"cancel_all", "cancel_trigger", "place_trigger"}
    names = [call.name for call in calls if call.name not in several]
    _require(len(names) == len(set(names)), "it does the same thing twice")
    exits = sum(request.fields.get(name) is not None for name in ("take_profit", "stop_loss"))
    wanted = 1 if request.instruction == "place-trigger" else exits
    triggers = sum(call.name == "place_trigger" for call in calls)
    _require(triggers == wanted, f"it places {triggers} triggers, not {wanted}")
    for call in calls:
        if call.name == "withdraw":
            own = token_account(request.wallet, request.mint)
            _require(call.accounts["destination"] == own, "the money would go to someone else")
    main = request.instruction.replace("-", "_")
    if main in (
        "deposit",
        "withdraw",
        "transfer",
        "set_delegate",
        "place_order",
        "modify_order",
        "place_many",
    ):
        _require(main in names, f"it holds no {main}")
