"""What only the machine's own user may do, under Surfpool's names where it has them. All of it goes
through the log.

surfnet_setAccount      [address, {lamports, data, owner, executable}]: fields left out keep their value;
data is hex,
                        or [text, "hex" | "base64" | "base58"]
surfnet_timeTravel      [{absoluteSlot | absoluteEpoch | absoluteTimestamp (Unix ms)}]: forwards only
surfnet_advanceClock    [{slots}] or [{seconds}]: closes blocks of 400 ms each (QuantDesk's own)
surfnet_pauseClock      []
surfnet_resumeClock     []
surfnet_resetNetwork    []: a new chain
quantdesk_stateHash     []: SHA-256 over every account (QuantDesk's own)
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

from solders.account import Account
from solders.pubkey import Pubkey

from quantdesk.localnet.config import SLOT_MS
from quantdesk.localnet.node import Node
from quantdesk.localnet.rpc.context import with_context
from quantdesk.localnet.rpc.errors import invalid_params
from quantdesk.localnet.rpc.methods.cluster import get_epoch_info
from quantdesk.localnet.rpc.params import Config, Params, as_pubkey, type_mismatch, unknown_variant
from quantdesk.localnet.runtime.bank import SLOTS_PER_EPOCH
from quantdesk.localnet.runtime.genesis import RENT_EXEMPT_EPOCH, SYSTEM_PROGRAM
from quantdesk.program import base58

_MAX_ACCOUNT_BYTES = 10 * 1024 * 1024
_MAX_ADVANCE_SLOTS = 100_000
_DATA_ENCODINGS = ("hex", "base64", "base58")


def set_account(node: Node, params: Params) -> Any:
    """Overwrite an account; fields left out keep their value."""
    address = as_pubkey(params.text(0, "pubkey"))
    params.require(2)
    update = params.config(1)
    unknown = update.fields.keys() - {"lamports", "data", "owner", "executable", "rentEpoch"}
    if unknown:
        raise invalid_params(
            f"unknown field `{min(unknown)}`, expected one of lamports, data, owner, executable, rentEpoch"
        )
    old = node.bank.accounts.get(address) or Account(0, b"", SYSTEM_PROGRAM, False, RENT_EXEMPT_EPOCH)
    lamports, rent_epoch = update.integer("lamports"), update.integer("rentEpoch")
    owner, data = update.text("owner"), update.fields.get("data")
    node.set_account(
        address,
        Account(
            old.lamports if lamports is None else lamports,
            old.data if data is None else _decode_data(data),
            old.owner if owner is None else as_pubkey(owner),
            old.executable if update.fields.get("executable") is None else update.flag("executable"),
            RENT_EXEMPT_EPOCH if rent_epoch is None else rent_epoch,
        ),
    )
    return with_context(node, None)


def _decode_data(value: Any) -> bytes:
    text, encoding = value if isinstance(value, list) and len(value) == 2 else (value, "hex")
    if not isinstance(text, str):
        raise type_mismatch(value, "data as hex text or as [text, encoding]")
    try:
        if encoding == "hex":
            data = bytes.fromhex(text.removeprefix("0x"))
        elif encoding == "base64":
            data = base64.b64decode(text, validate=True)
        elif encoding == "base58":
            data = base58.decode(text)
        else:
            raise unknown_variant(encoding, _DATA_ENCODINGS)
    except (ValueError, binascii.Error) as error:
        raise invalid_params(f"Invalid param: account data is not {encoding}: {error}") from None
    if len(data) > _MAX_ACCOUNT_BYTES:
        raise invalid_params(
            f"Invalid param: account data of {len(data)} bytes; an account holds at most {_MAX_ACCOUNT_BYTES}"
        )
    return data


def time_travel(node: Node, params: Params) -> Any:
    """Go on at a later slot, epoch or time; the other two follow at 400 ms a slot."""
    config = params.config(0)
    slot, now_ms = node.bank.slot, node.clock.chain_ms()
    asked = [
        name
        for name in ("absoluteSlot", "absoluteEpoch", "absoluteTimestamp")
        if config.integer(name) is not None
    ]
    if len(asked) != 1:
        raise invalid_params("give one of absoluteSlot, absoluteEpoch, absoluteTimestamp (Unix milliseconds)")
    value = config.integer(asked[0]) or 0
    if asked[0] == "absoluteTimestamp":
        target = slot + max(-(-(value - now_ms) // SLOT_MS), 1)
        behind = value <= now_ms
    else:
        target = value if asked[0] == "absoluteSlot" else value * SLOTS_PER_EPOCH
        behind = target <= slot
    if behind:
        raise invalid_params(
            f"{asked[0]} {value} is not in the future: slot {slot} is open at {now_ms} ms;"
            " time only goes forward"
        )
    node.clock.travel(
        target, value if asked[0] == "absoluteTimestamp" else now_ms + (target - slot) * SLOT_MS
    )
    return get_epoch_info(node, Params([{"commitment": "processed"}]))


def advance_clock(node: Node, params: Params) -> Any:
    """Close blocks of 400 ms, as fast as it goes."""
    config = params.config(0)
    slots = _slots(config)
    if not 1 <= slots <= _MAX_ADVANCE_SLOTS:
        raise invalid_params(f"advance by 1 to {_MAX_ADVANCE_SLOTS} slots at once, not {slots}")
    node.clock.advance(slots)
    return get_epoch_info(node, Params([{"commitment": "processed"}]))


def _slots(config: Config) -> int:
    seconds = config.integer("seconds")
    if seconds is not None:
        return -(-seconds * 1000 // SLOT_MS)
    slots = config.integer("slots")
    return 1 if slots is None else slots


def pause_clock(node: Node, params: Params) -> Any:
    """Stop closing slots; transactions go on landing in the open one."""
    node.pause_clock(True)
    return get_epoch_info(node, Params([{"commitment": "processed"}]))


def resume_clock(node: Node, params: Params) -> Any:
    """Close slots again, from here on."""
    node.pause_clock(False)
    return get_epoch_info(node, Params([{"commitment": "processed"}]))


async def reset_network(node: Node, params: Params) -> Any:
    """Forget the chain and begin another one."""
    await node.reset()
    return with_context(node, None)


def state_hash(node: Node, params: Params) -> Any:
    """SHA-256 over every account, the open slot and the newest blockhash, in hex."""
    return {
        "entry": node.journal.appended_seq,
        "hash": node.bank.state_hash().hex(),
        "slot": node.bank.slot,
        "tip": str(Pubkey.from_bytes(node.bank.tip.blockhash)),
    }


METHODS = {
    "surfnet_setAccount": set_account,
    "surfnet_timeTravel": time_travel,
    "surfnet_advanceClock": advance_clock,
    "surfnet_pauseClock": pause_clock,
    "surfnet_resumeClock": resume_clock,
    "surfnet_resetNetwork": reset_network,
    "quantdesk_stateHash": state_hash,
}
