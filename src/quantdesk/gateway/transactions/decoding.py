"""Instructions in words: program, name, accounts, arguments and one sentence."""

from typing import Any

from solders.instruction import Instruction
from solders.pubkey import Pubkey

from quantdesk.domain.market import Market as Parameters
from quantdesk.domain.orders import OrderId
from quantdesk.domain.units import BaseLots, LotPrice, Ticks
from quantdesk.gateway.clock import unix_ms
from quantdesk.gateway.exchange.state import ExchangeView
from quantdesk.gateway.transactions.programs import PROGRAM_NAMES
from quantdesk.gateway.transactions.schemas import ChainEvent, DecodedAccount, DecodedInstruction
from quantdesk.program.codec import read_value
from quantdesk.program.events import Event, event_json
from quantdesk.program.idl import InstructionDef, idl
from quantdesk.program.instructions import ALL_WITHDRAWABLE
from quantdesk.program.records import TriggerKind

_SAFE_INTEGER = 2**53
_BUDGET_NAMES = {
    2: "set_compute_unit_limit",
    3: "set_compute_unit_price",
    4: "set_loaded_accounts_data_size_limit",
}
_KIND_WORDS = ("", " post-only", " post-only (sliding)", " or cancel at once")


def decode(instruction: Instruction, program_id: Pubkey, view: ExchangeView) -> DecodedInstruction:
    """One instruction; a foreign one by what is known of its program."""
    if instruction.program_id == program_id:
        return _ours(instruction, view)
    name = PROGRAM_NAMES.get(str(instruction.program_id), "unknown")
    label, args, summary = _foreign(name, bytes(instruction.data))
    return DecodedInstruction(
        program_id=str(instruction.program_id),
        program=name,
        name=label,
        accounts=_accounts(instruction, None),
        args=args,
        summary=summary,
    )


def _ours(instruction: Instruction, view: ExchangeView) -> DecodedInstruction:
    data = bytes(instruction.data)
    definition = next(each for each in idl().instructions if bytes(each.discriminator) == data[:8])
    values: dict[str, Any] = {}
    offset = 8
    for argument in definition.args:
        values[argument.name], offset = read_value(argument.type, data, offset)
    return DecodedInstruction(
        program_id=str(instruction.program_id),
        program="quantdesk",
        name=definition.name,
        accounts=_accounts(instruction, definition),
        args=wire_values(values),
        summary=_summary(definition.name, values, view),
    )


def _accounts(instruction: Instruction, definition: InstructionDef | None) -> list[DecodedAccount]:
    names = [each.name for each in definition.accounts] if definition else []
    return [
        DecodedAccount(
            name=names[place] if place < len(names) else None,
            address=str(meta.pubkey),
            signer=meta.is_signer,
            writable=meta.is_writable,
        )
        for place, meta in enumerate(instruction.accounts)
    ]


def _foreign(program: str, data: bytes) -> tuple[str, dict[str, Any], str]:
    if program == "compute_budget" and data:
        name = _BUDGET_NAMES.get(data[0], f"instruction_{data[0]}")
        value = int.from_bytes(data[1:], "little")
        words = {
            "set_compute_unit_limit": f"Use at most {value} compute units",
            "set_compute_unit_price": f"Pay {value} micro-lamports per compute unit",
            "set_loaded_accounts_data_size_limit": f"Load at most {value} bytes of accounts",
        }
        return name, wire_values({"value": value}), words.get(name, "Set a compute budget")
    if program == "associated_token":
        return "create", {}, "Create the wallet's token account if it does not exist"
    return "unknown", {"data": data.hex()}, f"An instruction of the {program} program"


def wire_values(value: Any) -> Any:
    """JSON values: keys in base58, other bytes in hex, integers past 2^53 as text."""
    if isinstance(value, dict):
        return {name: wire_values(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [wire_values(each) for each in value]
    if isinstance(value, bytes):
        return str(Pubkey.from_bytes(value)) if len(value) == 32 else value.hex()
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > _SAFE_INTEGER:
        return str(int(value))
    return value


def _summary(name: str, values: dict[str, Any], view: ExchangeView) -> str:
    market = view.market_at(values["market"]) if "market" in values else None
    parameters = market.parameters if market is not None else None
    if parameters is not None:
        return _order_summary(name, values, parameters)
    if name in {"deposit", "withdraw", "transfer"}:
        asset = view.assets[values["collateral"]]
        amount = "all" if values["amount"] == ALL_WITHDRAWABLE else asset.text(values["amount"])
        return f"{name.capitalize()} {amount} {asset.symbol}"
    if name == "place_trigger":
        terms = values["terms"]
        market = view.market_at(terms["market"])
        return _trigger_words(terms, market.parameters) if market is not None else name
    return _account_words(name, values, view)


def _account_words(name: str, values: dict[str, Any], view: ExchangeView) -> str:
    if name == "set_delegate":
        return _delegate_words(values["terms"])
    if name == "convert_collateral":
        return f"Pay for a debtor and take its {view.assets[values['collateral']].symbol} at a discount"
    if name == "set_dead_man":
        last = values["cancel_after_slot"]
        return f"Let every order expire past slot {last}" if last else "End the dead man's switch"
    words = {
        "park": "Give up the slot of the ledger; the money is parked",
        "open_trader": "Open the trader account",
        "close_trader": "Close the trader account",
        "cancel_trigger": "Cancel a trigger",
        "activate": "Take a slot of the ledger with the parked money",
    }
    return words.get(name, name)


def _delegate_words(terms: dict[str, Any]) -> str:
    key = Pubkey.from_bytes(terms["delegate"])
    if 0 < terms["expires"] <= unix_ms() // 1_000:
        return f"Take the right to trade away from {key}"
    return f"Let {key} trade for this account within limits"


def _trigger_words(terms: dict[str, Any], parameters: Parameters) -> str:
    verb = "Buy" if terms["side"] == 0 else "Sell"
    size = parameters.size_text(BaseLots(terms["lots"])) if terms["lots"] else "all"
    limit = terms["limit_ticks"]
    at = f"at {parameters.price_text(Ticks(limit))}" if limit else "at market"
    stop = terms["kind"] <= TriggerKind.STOP_LIMIT
    way = "falls" if stop == (terms["side"] == 1) else "rises"
    price = parameters.lot_price_text(LotPrice(terms["trigger_price"]))
    return f"{verb} {size} {parameters.symbol} {at} when the mark {way} to {price}, reduce-only"


def _order_summary(name: str, values: dict[str, Any], parameters: Parameters) -> str:
    if name == "place_order":
        return _quote_words(values, parameters)
    if name in {"place_many", "replace_many"}:
        quotes = "; ".join(_quote_words(quote, parameters) for quote in values["quotes"])
        cancels = len(values.get("cancels", ()))
        first = f"Cancel {cancels} of {parameters.symbol}; " if cancels else ""
        return f"{first}{quotes}" if quotes else first.removesuffix("; ")
    if name == "cancel_order":
        price = parameters.price_text(Ticks(values["ticks"]))
        order_id = OrderId(Ticks(values["ticks"]), values["seq"])
        return f"Cancel the {order_id.side} of {parameters.symbol} at {price}"
    if name == "modify_order":
        price = parameters.price_text(Ticks(values["new_ticks"]))
        size = parameters.size_text(BaseLots(values["new_lots"]))
        return f"Change an order to {size} {parameters.symbol} at {price}"
    if name == "cancel_by_client_id":
        return f"Cancel the order {values['client_id']} of {parameters.symbol}"
    words = {
        "realize": f"Turn the profit of the {parameters.symbol} position into balance",
        "settle_slots": f"Cancel orders or close positions of {parameters.symbol}, which settles",
        "cancel_all": f"Cancel all orders of {parameters.symbol}",
    }
    return words.get(name, f"{name} in {parameters.symbol}")


def _quote_words(quote: dict[str, Any], parameters: Parameters) -> str:
    verb = "Buy" if quote["side"] == 0 else "Sell"
    size = parameters.size_text(BaseLots(quote["lots"]))
    price = parameters.price_text(Ticks(quote["ticks"]))
    bound = "at most" if quote["side"] == 0 else "at least"
    takes = quote["kind"] == 3
    at = f"for {bound} {price}" if takes else f"at {price}"
    reduce = ", reduce-only" if quote["reduce_only"] else ""
    return f"{verb} {size} {parameters.symbol} {at}{_KIND_WORDS[quote['kind']]}{reduce}"


def event_view(event: Event) -> ChainEvent:
    """A decoded event on the wire."""
    return ChainEvent(name=event.name, event_seq=str(event.seq), data=wire_values(event_json(event)))
