"""Relays signed transactions once, waits, and says where any transaction stands."""

import json
from typing import Any

from sqlalchemy import Row

from quantdesk.gateway.clock import ClockMs
from quantdesk.gateway.exchange.state import node_away
from quantdesk.gateway.orders.schemas import ProgramError
from quantdesk.gateway.problems import NotFound
from quantdesk.gateway.stored import Stored
from quantdesk.gateway.transactions import repository
from quantdesk.gateway.transactions.blockhashes import Blockhashes
from quantdesk.gateway.transactions.decoding import event_view
from quantdesk.gateway.transactions.programs import SignedTransaction, read_signed
from quantdesk.gateway.transactions.relay import Pending, Relay, wait_until
from quantdesk.gateway.transactions.schemas import ChainEvent, SendRequest, TransactionReply
from quantdesk.gateway.transactions.simulation import failure_view, program_error, refused_by_program
from quantdesk.infra.solana import (
    AnswerMalformed,
    NodeAway,
    NodeRefused,
    PreflightFailed,
    RpcError,
    SolanaRpc,
)
from quantdesk.program.addresses import Addresses
from quantdesk.program.errors import explain
from quantdesk.program.events import decode_payload

WAIT_S = 20.0
FINAL_STATES = frozenset({"confirmed", "failed", "expired"})


class SendingService:
    """`POST /v1/tx/send` and `GET /v1/tx/{signature}`."""

    def __init__(
        self,
        *,
        rpc: SolanaRpc,
        venue: Addresses,
        stored: Stored,
        relay: Relay,
        blockhashes: Blockhashes,
        clock: ClockMs,
    ) -> None:
        self._rpc = rpc
        self._venue = venue
        self._stored = stored
        self._relay = relay
        self._blockhashes = blockhashes
        self._clock = clock

    async def send(self, body: SendRequest) -> TransactionReply:
        """Relay once, wait, answer where it stands. Raises Problem only when it was not relayed."""
        signed = read_signed(body.transaction, self._venue.program)
        pending = self._relay.pending(signed.signature)
        if pending is None:
            taken = await self._take_over(signed)
            if isinstance(taken, TransactionReply):
                return taken
            pending = taken
        await wait_until(pending, body.wait, WAIT_S)
        return self._reply(pending)

    async def _take_over(self, signed: SignedTransaction) -> Pending | TransactionReply:
        """Send it for the first time; the fate of one that was relayed before is answered as it is known."""
        last_valid = await self._blockhashes.last_valid(signed.blockhash)
        now = self._clock()
        pending = self._relay.follow(
            Pending(
                signature=signed.signature,
                wire=signed.wire,
                programs=signed.programs,
                own_instructions=signed.own_instructions,
                last_valid_block_height=last_valid,
                last_sent_ms=now,
            )
        )
        relayed = repository.Relayed(
            signature=signed.signature,
            fee_payer=signed.fee_payer,
            wire=signed.wire,
            blockhash=signed.blockhash,
            last_valid_block_height=last_valid,
            build_id=None,
            created_ms=now,
        )
        try:
            is_new = await repository.add(self._stored, relayed)
            known = None if is_new else await self._settled(signed.signature)
            if known is not None:
                self._relay.forget(signed.signature)
                return known
            await self._first_send(signed)
        except BaseException:
            self._relay.forget(signed.signature)
            raise
        self._relay.sent()
        return pending

    async def _settled(self, signature: str) -> TransactionReply | None:
        """The fate of a transaction that was relayed before; None when it has none yet."""
        row, events = await repository.find(self._stored, signature)
        if events or (row is not None and row.state in FINAL_STATES):
            return _stored_reply(signature, row, events)
        return None

    async def _first_send(self, signed: SignedTransaction) -> None:
        try:
            await self._rpc.send_transaction(signed.wire)
        except PreflightFailed as error:
            failure = program_error(error.err or error.message, signed.programs, str(self._venue.program))
            if failure is not None and failure.code == "AlreadyProcessed":
                return
            failure = failure or ProgramError(
                code="PreflightFailed", number=None, message=error.message, instruction_index=None
            )
            await self._note_refused(signed.signature, failure)
            raise refused_by_program(failure, signed.signature, signed.blockhash) from error
        except RpcError as error:
            failure = ProgramError(
                code="NodeRefused", number=error.code, message=error.message, instruction_index=None
            )
            await self._note_refused(signed.signature, failure)
            raise refused_by_program(failure, signed.signature) from error
        except (NodeAway, NodeRefused, AnswerMalformed) as error:
            if isinstance(error, NodeAway) and error.unsent:
                await self._note_refused(signed.signature, None)
                raise node_away(error) from error

    async def _note_refused(self, signature: str, failure: ProgramError | None) -> None:
        text = json.dumps(failure.model_dump()) if failure else None
        await repository.finish(
            self._stored, signature, repository.UNSENT, slot=None, error=text, now_ms=self._clock()
        )

    def _reply(self, pending: Pending) -> TransactionReply:
        return TransactionReply(
            signature=pending.signature,
            slot=pending.slot,
            state=pending.state,
            error=pending.error,
            events=pending.events,
            age_ms=0,
            last_valid_block_height=pending.last_valid_block_height,
        )

    async def look_up(self, signature: str) -> TransactionReply:
        """Where a transaction stands. Raises NotFound when nobody has heard of it."""
        pending = self._relay.pending(signature)
        if pending is not None:
            return self._reply(pending)
        known = await self._stored_reply(signature)
        if known is not None and (known.state != "unknown" or known.events):
            return known
        on_chain = await self._chain_reply(signature)
        if on_chain is not None:
            return on_chain
        if known is not None:
            return known
        raise NotFound(
            f"No transaction {signature} was relayed here, indexed, or is known to the node.",
            code="unknown_transaction",
            field="signature",
            value=signature,
        )

    async def _stored_reply(self, signature: str) -> TransactionReply | None:
        row, events = await repository.find(self._stored, signature)
        if row is None and not events:
            return None
        return _stored_reply(signature, row, events)

    async def _chain_reply(self, signature: str) -> TransactionReply | None:
        try:
            (status,) = await self._rpc.get_signature_statuses([signature], search_history=True)
        except (NodeAway, NodeRefused, AnswerMalformed) as error:
            raise node_away(error) from error
        except RpcError:
            return None
        if status is None:
            return None
        if status.err is not None:
            failure = explain(status.err)
            return _reply_of(signature, "failed", slot=status.slot, error=failure_view(failure))
        state = "processed" if status.confirmation_status == "processed" else "confirmed"
        return _reply_of(signature, state, slot=status.slot)


def _stored_reply(signature: str, row: Row[Any] | None, events: list[Row[Any]]) -> TransactionReply:
    shown = [event_view(decode_payload(each.name, each.payload)) for each in events]
    if events:
        last_valid = row.last_valid_block_height if row is not None else None
        return _reply_of(signature, "confirmed", slot=events[0].slot, events=shown, last_valid=last_valid)
    assert row is not None
    error = ProgramError(**json.loads(row.error)) if row.error else None
    state = row.state if row.state in {"confirmed", "failed", "expired", "processed"} else "unknown"
    if row.state == repository.UNSENT and error is not None:
        state = "failed"
    return _reply_of(signature, state, slot=row.slot, error=error, last_valid=row.last_valid_block_height)


def _reply_of(
    signature: str,
    state: Any,
    *,
    slot: int | None,
    error: ProgramError | None = None,
    events: list[ChainEvent] | None = None,
    last_valid: int | None = None,
) -> TransactionReply:
    return TransactionReply(
        signature=signature,
        slot=slot,
        state=state,
        error=error,
        events=events or [],
        age_ms=0,
        last_valid_block_height=last_valid,
    )
