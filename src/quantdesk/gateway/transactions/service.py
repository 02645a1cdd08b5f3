"""Builds and previews transactions: unsigned, decoded, simulated with the real program."""

import asyncio
import contextlib
import itertools
import secrets
from base64 import b64encode
from dataclasses import dataclass, replace

from solders.instruction import Instruction

from quantdesk.domain.orders import OrderId
from quantdesk.gateway.accounts.holdings import after_events
from quantdesk.gateway.accounts.service import AccountService
from quantdesk.gateway.auth.service import parse_key
from quantdesk.gateway.clock import ClockMs
from quantdesk.gateway.exchange.state import ExchangeState, ExchangeView
from quantdesk.gateway.markets.board import Board
from quantdesk.gateway.orders import repository as order_rows
from quantdesk.gateway.orders.schemas import PreviewReply, ProgramError
from quantdesk.gateway.problems import NotFound, Problem, Refused
from quantdesk.gateway.stored import Stored
from quantdesk.gateway.transactions.blockhashes import Blockhashes
from quantdesk.gateway.transactions.decoding import decode, event_view
from quantdesk.gateway.transactions.fees import PriorityFees
from quantdesk.gateway.transactions.intents import exactly_one_id, instructions_for
from quantdesk.gateway.transactions.previews import order_error, preview_view
from quantdesk.gateway.transactions.reading import ChainReader, Reading
from quantdesk.gateway.transactions.refusals import order_errors, refused, remedy_for, with_remedy
from quantdesk.gateway.transactions.remedy import Remedy
from quantdesk.gateway.transactions.schemas import (
    BuildRequest,
    BuiltTransaction,
    ConvertCollateral,
    ModifyOrder,
    MoveFunds,
    PlaceOrder,
    Simulation,
)
from quantdesk.gateway.transactions.setting import RestingOrder, Setting
from quantdesk.gateway.transactions.simulation import (
    Outcome,
    signers_of,
    simulate,
    unsigned,
)
from quantdesk.infra.solana import SolanaError, SolanaRpc
from quantdesk.program.addresses import Addresses, token_account
from quantdesk.program.instructions import TraderKey, compute_budget

MAX_UNITS = 1_400_000
UNIT_MARGIN_PERCENT = 15
UNIT_MARGIN = 2_000
DISTINCT_BUILDS = 2_048
"""Builds of one blockhash differ in their unit limit: two alike orders are two transactions."""
SIGNATURE_LAMPORTS = 5_000


@dataclass(frozen=True, slots=True)
class Tried:
    """What a request means on the chain as it is, and what it would do there."""

    setting: Setting
    reading: Reading
    asked: list[Instruction]
    outcome: Outcome


class TransactionService:
    """`POST /v1/tx/{instruction}` and `POST /v1/preview/order`."""

    def __init__(
        self,
        *,
        rpc: SolanaRpc,
        venue: Addresses,
        state: ExchangeState,
        board: Board,
        stored: Stored,
        accounts: AccountService,
        blockhashes: Blockhashes,
        clock: ClockMs,
    ) -> None:
        self._rpc = rpc
        self._venue = venue
        self._state = state
        self._board = board
        self._stored = stored
        self._accounts = accounts
        self._blockhashes = blockhashes
        self._reader = ChainReader(rpc, venue)
        self._fees = PriorityFees(rpc, venue, clock)
        self._builds = itertools.count(secrets.randbelow(DISTINCT_BUILDS))

    async def build(self, name: str, body: BuildRequest) -> BuiltTransaction:
        """An unsigned transaction for one request, decoded and simulated. Raises Problem."""
        price = await self._fees.price(body.priority_fee)
        tried = await self._try(name, body, price)
        setting, reading = tried.setting, tried.reading
        limit = distinct_limit(unit_limit(tried.outcome), next(self._builds))
        final = [*compute_budget(units=limit, micro_lamports=price), *tried.asked]
        wire = unsigned(final, setting.fee_payer, reading.blockhash.blockhash)
        self._blockhashes.remember(reading.blockhash)
        outcome = await self._explained(setting, body, tried.outcome)
        signers = signers_of(wire)
        return BuiltTransaction(
            id=secrets.token_hex(8),
            transaction=_base64(wire),
            signers=signers,
            fee_payer=str(setting.fee_payer),
            instructions=[decode(each, self._venue.program, setting.view) for each in final],
            simulation=self._simulation(setting, body, outcome),
            unit_limit=limit,
            priority_fee=price,
            network_fee=SIGNATURE_LAMPORTS * len(signers) + -(-price * limit // 1_000_000),
            blockhash=reading.blockhash.blockhash,
            last_valid_block_height=reading.blockhash.last_valid_block_height,
            slot=outcome.slot,
            age_ms=0,
        )

    async def _try(self, name: str, body: BuildRequest, price: int = 0) -> Tried:
        """A request's instructions and what they would do. Raises Problem.

        What to simulate depends on what the chain says of the trader. It mostly says what it said before: the
        instructions that follow from that are simulated while it is asked, and again if it says otherwise.
        """
        expected = self._expected(name, body)
        running = None if expected is None else asyncio.ensure_future(self._simulated(*expected, price))
        try:
            setting, reading = await self._setting(body)
            if isinstance(body, ModifyOrder):
                setting = replace(setting, resting=await self._resting(setting, body))
            if isinstance(body, ConvertCollateral):
                setting = replace(setting, debtor=await self._debtor(body))
            asked = instructions_for(name, setting, body)
            if running is not None and expected is not None and expected[0] == asked:
                outcome = await running
            else:
                outcome = await self._simulated(asked, setting, reading, price)
        finally:
            if running is not None:
                running.cancel()
                running.add_done_callback(_ignore)
        return Tried(setting, reading, asked, outcome)

    def _expected(self, name: str, body: BuildRequest) -> tuple[list[Instruction], Setting, Reading] | None:
        """The instructions that follow from the last reading of the trader; None where there are none."""
        view, last = self._state.last, self._reader.last(parse_key(body.wallet), body.sub)
        if view is None or last is None or isinstance(body, ModifyOrder | ConvertCollateral):
            return None
        setting = self._set(body, view, last)
        try:
            return instructions_for(name, setting, body), setting, last
        except Problem:
            return None

    async def _simulated(
        self, asked: list[Instruction], setting: Setting, reading: Reading, price: int
    ) -> Outcome:
        trial = [*compute_budget(units=MAX_UNITS, micro_lamports=price), *asked]
        wire = unsigned(trial, setting.fee_payer, reading.blockhash.blockhash)
        return await simulate(self._rpc, self._venue, wire)

    async def _setting(self, body: BuildRequest) -> tuple[Setting, Reading]:
        owner = parse_key(body.wallet)
        view, reading = await asyncio.gather(self._state.current(), self._reader.read(owner, body.sub))
        return self._set(body, view, reading), reading

    def _set(self, body: BuildRequest, view: ExchangeView, reading: Reading) -> Setting:
        owner = parse_key(body.wallet)
        signer = parse_key(body.signer, "signer") if body.signer else owner
        payer = parse_key(body.fee_payer, "fee_payer") if body.fee_payer else signer
        return Setting(
            venue=self._venue,
            view=view,
            board=self._board,
            holdings=reading.holdings,
            trader=TraderKey(owner, body.sub, signer=signer if signer != owner else None),
            fee_payer=payer,
            triggers=reading.triggers,
            delegates=reading.delegates,
            slot=reading.slot,
        )

    async def _debtor(self, body: ConvertCollateral) -> tuple[int, int]:
        """Where the debtor sits in the ledger, as on chain. Raises Refused without a slot."""
        found = (await self._reader.read(parse_key(body.debtor, "debtor"), body.debtor_sub)).holdings
        if found.slot_index is None or found.generation is None:
            raise Refused(
                f"Sub-account {body.debtor_sub} of the debtor has no slot, so it owes nothing.",
                code="debtor_not_active",
                field="debtor",
                value=body.debtor,
                expected="a wallet with an active sub-account",
            )
        return found.slot_index, found.generation

    async def _resting(self, setting: Setting, body: ModifyOrder) -> RestingOrder:
        """The open order that a modification names, as indexed. Raises Malformed, NotFound."""
        named = exactly_one_id(body)
        market = setting.market(body.market).market.index
        for row in await order_rows.all_open(self._stored, body.wallet):
            mine = (row.market, row.sub) == (market, body.sub)
            if mine and named in {("order_id", row.order_id), ("client_id", row.client_id)}:
                return RestingOrder(OrderId.parse(row.order_id), row.resting_lots)
        field, value = named
        raise NotFound(
            f"No open order of this sub-account in {body.market} has {field} {value}.",
            code="unknown_order",
            field=field,
            value=value,
        )

    def _simulation(self, setting: Setting, body: BuildRequest, outcome: Outcome) -> Simulation:
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
            order_errors=order_errors(
                outcome.events, setting, body, self._accounts.valued(setting.view, setting.holdings)
            ),
        )

    async def preview(self, body: PlaceOrder) -> PreviewReply:
        """The order run by the program. Raises Refused with the program's error name."""
        tried = await self._try("place-order", body)
        error = tried.outcome.error or order_error(tried.outcome)
        if error is not None:
            raise refused(error, await self._remedy(error, tried.setting, body))
        return preview_view(self._accounts, tried.setting, body, tried.outcome)

    async def _explained(self, setting: Setting, body: BuildRequest, outcome: Outcome) -> Outcome:
        """The outcome, its error with what would be right."""
        if outcome.error is None:
            return outcome
        error = with_remedy(outcome.error, await self._remedy(outcome.error, setting, body))
        return replace(outcome, error=error)

    async def _remedy(self, error: ProgramError, setting: Setting, body: BuildRequest) -> Remedy | None:
        account = self._accounts.valued(setting.view, setting.holdings)
        held = None
        if isinstance(body, MoveFunds) and error.code == "InsufficientFunds":
            mint = setting.mint(setting.view.asset(body.asset).index)
            with contextlib.suppress(SolanaError):
                source = token_account(setting.trader.owner, mint)
                held = int((await self._rpc.get_token_balance(source, "processed")).amount)
        return remedy_for(error.code, setting, body, account, held)


def unit_limit(outcome: Outcome) -> int:
    """What the simulation used and a margin; the most there is when it failed."""
    if outcome.error is not None or not outcome.units:
        return MAX_UNITS
    return outcome.units * (100 + UNIT_MARGIN_PERCENT) // 100 + UNIT_MARGIN


def distinct_limit(units: int, build: int) -> int:
    """At least `units`, and another limit than any of the DISTINCT_BUILDS builds before and after."""
    steps = min(-(-units // DISTINCT_BUILDS), MAX_UNITS // DISTINCT_BUILDS - 1)
    return steps * DISTINCT_BUILDS + build % DISTINCT_BUILDS


def _ignore(task: asyncio.Future[Outcome]) -> None:
    """What an unneeded simulation ended with; asyncio complains of exceptions that nobody has looked at."""
    if not task.cancelled():
        task.exception()


def _base64(wire: bytes) -> str:
    return b64encode(wire).decode()
