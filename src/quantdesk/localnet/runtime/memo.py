"""The memo of a transaction, as `getSignaturesForAddress` shows it."""

from __future__ import annotations

from solders.pubkey import Pubkey

from quantdesk.localnet.runtime.wire import WireTransaction

_MEMO_PROGRAMS = frozenset(
    Pubkey.from_string(text)
    for text in (
        "Memo1UhkJRfHyvLMcVucJwxXeuD728EqVDDwQDxFMNo",
        "MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr",
    )
)


def memo_of(wire: WireTransaction) -> str | None:
    """`[length] text` of each memo instruction, joined by `; `; None without one."""
    memos = []
    for instruction in wire.body.instructions:
        if (
            instruction.program_id_index < len(wire.keys)
            and wire.keys[instruction.program_id_index] in _MEMO_PROGRAMS
        ):
            data = bytes(instruction.data)
            memos.append(f"[{len(data)}] {data.decode(errors='replace')}")
    return "; ".join(memos) or None
