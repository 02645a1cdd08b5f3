"""Admin, guardian, pause."""

from __future__ import annotations

from model import money
from model.exact import require
from model.layout import Record
from model.state import Call, Event, State, instruction

NOBODY = bytes(32)
DAY_S = 86_400
REST_APART_S = 600
BY_HAND = money.TRADING | money.WITHDRAWALS | money.ADMISSION | money.LIQUIDATION


def told(state: State) -> Event:
    """Who they are now."""
    exchange = state.exchange
    names = ("admin", "pending_admin", "guardian")
    return "AuthoritiesSet", {name: getattr(exchange, name) for name in names}


@instruction
def propose_authority(state: State, call: Call) -> Event:
    """Names the next admin."""
    require(state.exchange.admin == call.signer, "NotAuthorised")
    state.exchange.pending_admin = call.admin
    return told(state)


@instruction
def accept_authority(state: State, call: Call) -> Event:
    """The named one takes over."""
    named = state.exchange.pending_admin
    require(named not in (NOBODY,) and named == call.signer, "NotAuthorised")
    state.exchange.admin, state.exchange.pending_admin = call.signer, NOBODY
    return told(state)


@instruction
def set_guardian(state: State, call: Call) -> Event:
    """Another guardian, by the guardian; an admin has to queue it once the exchange is open."""
    exchange = state.exchange
    if exchange.guardian != call.signer:
        require(exchange.admin == call.signer, "NotAuthorised")
        require(exchange.opened == 0, "ExchangeAlreadyOpen")
    require(call.guardian != NOBODY, "ParameterOutOfBounds")
    state.exchange.guardian = call.guardian
    return told(state)


def begin_pause(exchange: Record, unix: int) -> None:
    """Withdrawals are paused for what is left of three days in seven."""
    if unix - exchange.withdrawals_paused_since >= 7 * DAY_S:
        exchange.withdrawals_paused_since = unix
    exchange.withdrawals_paused_until = exchange.withdrawals_paused_since + 3 * DAY_S
    require(exchange.withdrawals_paused_until > unix, "PauseUsedUp")


@instruction
def set_pause(state: State, call: Call) -> Event:
    """The guardian adds, the admin also lifts; after trading or liquidation was lifted all rest a minute."""
    exchange, bits = state.exchange, call.paused
    require(bits & ~BY_HAND == 0, "ParameterOutOfBounds")
    were_paused = money.withdrawals_paused(state, call.unix)
    if not were_paused:
        exchange.paused &= ~money.WITHDRAWALS
    lifted = exchange.paused & BY_HAND & ~bits
    guardian = call.signer == exchange.guardian and not lifted
    require(guardian or call.signer == exchange.admin, "NotAuthorised")
    pauses = bool(bits & money.WITHDRAWALS)
    if pauses and not were_paused:
        begin_pause(exchange, call.unix)
    elif were_paused and not pauses:
        exchange.withdrawals_paused_until = call.unix
    exchange.paused = bits | (exchange.paused & ~BY_HAND)
    if lifted & (money.TRADING | money.LIQUIDATION) and call.unix - exchange.resume_at >= REST_APART_S:
        exchange.resume_at = call.unix + 60
    told = {"paused": exchange.paused, "resume_at": exchange.resume_at, "by": call.signer}
    return "PauseSet", told
