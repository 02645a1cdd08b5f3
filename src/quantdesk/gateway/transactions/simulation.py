"""Runs a transaction with the real program without landing it; what happened is read from its events."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from solders.hash import Hash
from solders.instruction import Instruction
from solders.message import Message
from solders.pubkey import Pubkey
from solders.signature import Signature
from solders.transaction import Transaction, VersionedTransaction

from quantdesk.gateway.exchange.state import node_away
from quantdesk.gateway.orders.schemas import ProgramError
from quantdesk.gateway.problems import Refused
from quantdesk.gateway.transactions.programs import MAX_TRANSACTION_BYTES
from quantdesk.infra.solana import AnswerMalformed, NodeAway, NodeRefused, RpcError, SolanaRpc
from quantdesk.infra.solana.wire import Simulation
from quantdesk.program.addresses import Addresses
from quantdesk.program.errors import Failure, explain
from quantdesk.program.events import Event, simulated_events

_OUR_WORDS = {
    "AccountNotFound": "The fee payer has no SOL on this cluster: the network fee cannot be paid.",
    "InsufficientFundsForFee": "The fee payer has too little SOL for the network fee.",
    "BlockhashNotFound": "The blockhash is not known or has expired: build the transaction anew.",
    "AlreadyProcessed": "This transaction was processed already.",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a simulation said."""

    error: ProgramError | None
    logs: list[str]
    units: int
    events: list[Event]
    slot: int


def unsigned(instructions: Sequence[Instruction], fee_payer: Pubkey, blockhash: str) -> bytes:
    """A legacy transaction with empty signatures. Raises Refused when it is over the network's size."""
    message = Message.new_with_blockhash(list(instructions), fee_payer, Hash.from_string(blockhash))
    empty = [Signature.default()] * message.header.num_required_signatures
    wire = bytes(Transaction.populate(message, empty))
    if len(wire) > MAX_TRANSACTION_BYTES:
        raise Refused(
            f"The transaction would have {len(wire)} bytes.",
            code="transaction_too_large",
            value=len(wire),
            expected=f"at most {MAX_TRANSACTION_BYTES} bytes: fewer orders at once",
        )
    return wire


def signers_of(wire: bytes) -> list[str]:
    """Keys that must sign."""
    message = VersionedTransaction.from_bytes(wire).message
    return [str(key) for key in message.account_keys[: message.header.num_required_signatures]]


async def simulate(rpc: SolanaRpc, venue: Addresses, wire: bytes) -> Outcome:
    """Run `wire` against the newest state. Raises DependencyAway."""
    try:
        answer = await rpc.simulate(wire, replace_blockhash=True, commitment="processed")
    except (NodeAway, NodeRefused, AnswerMalformed) as error:
        raise node_away(error) from error
    except RpcError as error:
        raise Refused(f"The node refuses to simulate: {error}.", code="simulation_refused") from error
    return outcome(answer.value, wire, venue, answer.context.slot)


def outcome(simulation: Simulation, wire: bytes, venue: Addresses, slot: int) -> Outcome:
    """Read a simulation's answer."""
    message = VersionedTransaction.from_bytes(wire).message
    keys = [str(key) for key in message.account_keys]
    programs = [keys[each.program_id_index] for each in message.instructions]
    calls = [call for group in simulation.inner_instructions or [] for call in group.instructions]
    return Outcome(
        error=program_error(simulation.err, programs, str(venue.program)),
        logs=list(simulation.logs or []),
        units=simulation.units_consumed or 0,
        events=simulated_events(calls, venue) if simulation.err is None else [],
        slot=slot,
    )


def program_error(err: Any, programs: Sequence[str], program_id: str) -> ProgramError | None:
    """Solana's error as a named one; None for none."""
    if err is None:
        return None
    return failure_view(explain(err, programs, program_id))


def failure_view(failure: Failure) -> ProgramError:
    """A named failure on the wire, in our words where Solana's say little."""
    return ProgramError(
        code=failure.name,
        number=failure.code,
        message=_OUR_WORDS.get(failure.name, failure.message),
        instruction_index=failure.instruction,
    )


def refused_by_program(error: ProgramError, signature: str, blockhash: str | None = None) -> Refused:
    """A refusal of a sent transaction as a problem; its code is the IDL name."""
    if error.code == "BlockhashNotFound" and blockhash is not None:
        return Refused(
            error.message,
            code=error.code,
            field="transaction",
            value=blockhash,
            expected="a blockhash of the last 150 blocks",
            signature=signature,
        )
    return Refused(error.message, code=error.code, value=error.number, signature=signature)
