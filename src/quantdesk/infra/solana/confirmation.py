"""Send a signed transaction until it landed, failed or can no longer land."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from quantdesk.infra.solana.errors import NodeAway, RpcError, TransactionExpired, TransactionFailed
from quantdesk.infra.solana.rpc import SolanaRpc
from quantdesk.infra.solana.wire import Commitment, SignatureStatus

REBROADCAST_S = 2.0
_RANK: dict[Commitment, int] = {"processed": 0, "confirmed": 1, "finalized": 2}


@dataclass(frozen=True, slots=True)
class Landed:
    """A transaction that succeeded in ``slot`` and reached the commitment asked for."""

    signature: str
    slot: int


async def send_and_confirm(
    rpc: SolanaRpc,
    transaction: bytes,
    last_valid_block_height: int,
    *,
    commitment: Commitment = "confirmed",
    skip_preflight: bool = False,
    poll_s: float = 0.2,
) -> Landed:
    """Send ``transaction`` (signed, wire bytes) and rebroadcast it until its fate is known.

    Raises ``PreflightFailed`` (nothing was sent), ``TransactionFailed``, ``TransactionExpired``; ``NodeAway``
    only from the first send: later absences are waited out, for the transaction may have landed.
    """
    signature = await rpc.send_transaction(transaction, skip_preflight=skip_preflight)
    return await confirm(
        rpc, transaction, signature, last_valid_block_height, commitment=commitment, poll_s=poll_s
    )


async def confirm(
    rpc: SolanaRpc,
    transaction: bytes,
    signature: str,
    last_valid_block_height: int,
    *,
    commitment: Commitment = "confirmed",
    poll_s: float = 0.2,
) -> Landed:
    """The second half of ``send_and_confirm``, for a transaction that was sent already."""
    clock = asyncio.get_running_loop().time
    next_send = clock() + REBROADCAST_S
    while True:
        try:
            if (landed := _judge(signature, await _status(rpc, signature), commitment)) is not None:
                return landed
            if clock() >= next_send:
                next_send = clock() + REBROADCAST_S
                await _rebroadcast(rpc, transaction, signature, last_valid_block_height)
        except NodeAway:
            # Not an answer about the transaction: ask until the node is back.
            await asyncio.sleep(poll_s)
        await asyncio.sleep(poll_s)


async def _rebroadcast(rpc: SolanaRpc, transaction: bytes, signature: str, last_valid: int) -> None:
    if await rpc.get_block_height() > last_valid:
        status = await _status(rpc, signature, search_history=True)
        if status is None:
            raise TransactionExpired(signature, last_valid)
        return
    try:
        await rpc.send_transaction(transaction, skip_preflight=True)
    except RpcError:
        # A node may refuse a repeat (already processed, expired): the status decides, not this.
        return


async def _status(rpc: SolanaRpc, signature: str, *, search_history: bool = False) -> SignatureStatus | None:
    return (await rpc.get_signature_statuses([signature], search_history=search_history))[0]


def _judge(signature: str, status: SignatureStatus | None, commitment: Commitment) -> Landed | None:
    if status is None or _RANK[status.confirmation_status or "finalized"] < _RANK[commitment]:
        return None
    if status.err is not None:
        raise TransactionFailed(signature, status.slot, status.err)
    return Landed(signature, status.slot)
