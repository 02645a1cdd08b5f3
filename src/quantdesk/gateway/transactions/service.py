"""Builds, previews, relays and looks up transactions."""

import asyncio
import itertools
import json
import secrets
from base64 import b64encode
from collections import OrderedDict
from typing import Any

import httpx
from sqlalchemy import Row

from quantdesk.gateway.accounts.holdings import after_events
from quantdesk.gateway.accounts.service import AccountService
from quantdesk.gateway.auth.service import parse_key
from quantdesk.gateway.clock import ClockMs
from quantdesk.gateway.exchange.state import ExchangeState, node_away
from quantdesk.gateway.markets.board import Board
from quantdesk.gateway.orders.schemas import PreviewReply, ProgramError
from quantdesk.gateway.problems import NotFound, Refused
from quantdesk.gateway.stored import Stored
from quantdesk.gateway.transactions import repository
from quantdesk.gateway.transactions.decoding import decode, wire_values
from quantdesk.gateway.transactions.fees import PriorityFees
from quantdesk.gateway.transactions.intents import Setting, instructions_for
from quantdesk.gateway.transactions.previews import preview_view
from quantdesk.gateway.transactions.programs import SignedTransaction, read_signed
from quantdesk.gateway.transactions.reading import ChainReader, Reading
from quantdesk.gateway.transactions.relay import Pending, Relay, wait_until
from quantdesk.gateway.transactions.schemas import (
    BuildRequest,
    BuiltTransaction,
    ChainEvent,
    PlaceOrder,
    SendRequest,
    Simulation,
    TransactionReply,
)
from quantdesk.gateway.transactions.simulation import (
    Outcome,
    failure_view,
    program_error,
    signers_of,
    simulate,
    unsigned,
)
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
from quantdesk.program.events import Event, decode_payload, event_json
from quantdesk.program.instructions import TraderKey, compute_budget

MAX_UNITS = 1_400_000
UNIT_MARGIN_PERCENT = 15
UNIT_MARGIN = 2_000
DISTINCT_BUILDS = 2_048
"""Builds of one blockhash differ in their unit limit: two alike orders are two transactions."""
SIGNATURE_LAMPORTS = 5_000
WAIT_S = 20.0
BLOCKHASH_LIFE = 150
_KNOWN_BLOCKHASHES = 4_096


class TransactionService:
    """Everything of `/v1/tx` and `/v1/preview`."""

    def __init__(
        self,
        *,
        rpc: SolanaRpc,
        venue: Addresses,
        state: ExchangeState,
        board: Board,
        stored: Stored,
        accounts: AccountService,
        relay: Relay,
        clock: ClockMs,
    ) -> None:
        self._rpc = rpc
        self._venue = venue
        self._state = state
        self._board = board
        self._stored = stored
        self._accounts = accounts
        self._relay = relay
        self._clock = clock
        self._reader = ChainReader(rpc, venue)
        self._fees = PriorityFees(rpc, venue, clock)
        self._blockhashes: OrderedDict[str, int] = OrderedDict()
        self._builds = itertools.count(secrets.randbelow(DISTINCT_BUILDS))

    async def build(self, name: str, body: BuildRequest) -> BuiltTransaction:
        """An unsigned transaction for one request, decoded and simulated. Raises Problem."""
        setting, reading = await self._setting(body)
        asked = instructions_for(name, setting, body)
        price = await self._fees.price(body.priority_fee)
        trial = [*compute_budget(units=MAX_UNITS, micro_lamports=price), *asked]
        wire = unsigned(trial, setting.fee_payer, reading.blockhash.blockhash)
        outcome = await simulate(self._rpc, self._venue, wire)
        limit = distinct_limit(unit_limit(outcome), next(self._builds))
        final = [*compute_budget(units=limit, micro_lamports=price), *asked]
        wire = unsigned(final, setting.fee_payer, reading.blockhash.blockhash)
        self._remember(reading)
        signers = signers_of(wire)
        return BuiltTransaction(
            id=secrets.token_hex(8),
            transaction=_base64(wire),
            signers=signers,
            fee_payer=str(setting.fee_payer),
            instructions=[decode(each, self._venue.program, setting.view) for each in final],
            simulation=self._simulation(setting, outcome),
            unit_limit=limit,
            priority_fee=price,
            network_fee=SIGNATURE_LAMPORTS * len(signers) + -(-price * limit // 1_000_000),
            blockhash=reading.blockhash.blockhash,
            last_valid_block_height=reading.blockhash.last_valid_block_height,
            slot=outcome.slot,
            age_ms=0,
        )

    async def _setting(self, body: BuildRequest) -> tuple[Setting, Reading]:
        owner = parse_key(body.wallet)
        signer = parse_key(body.signer, "signer") if body.signer else owner
        payer = parse_key(body.fee_payer, "fee_payer") if body.fee_payer else signer
        view, reading = await asyncio.gather(self._state.current(), self._reader.read(owner, body.sub))
        trader = TraderKey(owner, body.sub, signer=signer if signer != owner else None)
        setting = Setting(
            venue=self._venue,
            view=view,
            board=self._board,
            holdings=reading.holdings,
            trader=trader,
            fee_payer=payer,
        )
        return setting, reading

    def _simulation(self, setting: Setting, outcome: Outcome) -> Simulation:
        before = self._accounts.margin(setting.view, setting.holdings)
        after = None
        if outcome.error is None:
            after = self._accounts.margin(setting.view, after_events(setting.holdings, outcome.events))
        return Simulation(
            ok=outcome.error is None,
            error=outcome.error,
            logs=outcome.logs,
            units=outcome.units,
            before=before,
            after=after,
            events=[event_view(event) for event in outcome.events],
        )

    def _remember(self, reading: Reading) -> None:
        self._blockhashes[reading.blockhash.blockhash] = reading.blockhash.last_valid_block_height
        while len(self._blockhashes) > _KNOWN_BLOCKHASHES:
            self._blockhashes.popitem(last=False)

    async def preview(self, body: PlaceOrder) -> PreviewReply:
        """The order run by the program. Raises Refused with the program's error name."""
        setting, reading = await self._setting(body)
        asked = instructions_for("place-order", setting, body)
        wire = unsigned(
            [*compute_budget(units=MAX_UNITS), *asked], setting.fee_payer, reading.blockhash.blockhash
        )
        outcome = await simulate(self._rpc, self._venue, wire)
        if outcome.error is not None:
            raise refused_by_program(outcome.error)
        return preview_view(self._accounts, setting, body, outcome)

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
        last_valid = await self._last_valid(signed.blockhash)
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
            async with self._stored.write() as connection:
                is_new = await repository.add(connection, self._stored.store, relayed)
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
        async with self._stored.read() as connection:
            row = await repository.find(connection, signature)
            events = await repository.events_of(connection, signature)
        if events or (row is not None and row.state in {"confirmed", "failed", "expired"}):
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
            raise refused_by_program(failure, signed.signature) from error
        except RpcError as error:
            failure = ProgramError(
                code="NodeRefused", number=error.code, message=error.message, instruction_index=None
            )
            await self._note_refused(signed.signature, failure)
            raise refused_by_program(failure, signed.signature) from error
        except (NodeAway, NodeRefused, AnswerMalformed) as error:
            if _was_not_sent(error):
                await self._note_refused(signed.signature, None)
                raise node_away(error) from error

    async def _note_refused(self, signature: str, failure: ProgramError | None) -> None:
        text = json.dumps(failure.model_dump()) if failure else None
        async with self._stored.write() as connection:
            await repository.finish(
                connection, signature, repository.UNSENT, slot=None, error=text, now_ms=self._clock()
            )

    async def _last_valid(self, blockhash: str) -> int:
        known = self._blockhashes.get(blockhash)
        if known is not None:
            return known
        try:
            height = await self._rpc.get_block_height("confirmed")
        except (NodeAway, NodeRefused, AnswerMalformed, RpcError) as error:
            raise node_away(error) from error
        return height + BLOCKHASH_LIFE

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
        async with self._stored.read() as connection:
            row = await repository.find(connection, signature)
            events = await repository.events_of(connection, signature)
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


def unit_limit(outcome: Outcome) -> int:
    """What the simulation used and a margin; the most there is when it failed."""
    if outcome.error is not None or not outcome.units:
        return MAX_UNITS
    return outcome.units * (100 + UNIT_MARGIN_PERCENT) // 100 + UNIT_MARGIN


def distinct_limit(units: int, build: int) -> int:
    """At least `units`, and another limit than any of the DISTINCT_BUILDS builds before and after."""
    steps = min(-(-units // DISTINCT_BUILDS), MAX_UNITS // DISTINCT_BUILDS - 1)
    return steps * DISTINCT_BUILDS + build % DISTINCT_BUILDS


def refused_by_program(error: ProgramError, signature: str | None = None) -> Refused:
    """A program's refusal as a problem; its code is the IDL name."""
    return Refused(error.message, code=error.code, value=error.number, signature=signature)


def event_view(event: Event) -> ChainEvent:
    """A decoded event on the wire."""
    return ChainEvent(name=event.name, event_seq=str(event.seq), data=wire_values(event_json(event)))


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


def _was_not_sent(error: BaseException) -> bool:
    cause = error.__cause__
    return isinstance(cause, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout)


def _base64(wire: bytes) -> str:
    return b64encode(wire).decode()
