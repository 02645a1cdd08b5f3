"""Admin, guardian, pause."""

from __future__ import annotations

from model import money
from model.exact import require
from model.state import Call, Event, State, instruction

NOBODY = bytes(32)
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
    """Another guardian."""
    require(state.exchange.admin == call.signer, "NotAuthorised")
    require(call.guardian != NOBODY, "ParameterOutOfBounds")
    state.exchange.guardian = call.guardian
    return told(state)


@instruction
def set_pause(state: State, call: Call) -> Event:
    """The guardian adds, the admin also lifts; after trading or liquidation was lifted all rest a minute."""
    exchange, bits = state.exchange, call.paused
    require(bits & ~BY_HAND == 0, "ParameterOutOfBounds")
    lifted = exchange.paused & BY_HAND & ~bits
    guardian = call.signer == exchange.guardian and not lifted
    require(guardian or call.signer == exchange.admin, "NotAuthorised")
    exchange.paused = bits | (exchange.paused & ~BY_HAND)
    if lifted & (money.TRADING | money.LIQUIDATION):
        exchange.resume_at = call.unix + 60
    told = {"paused": exchange.paused, "resume_at": exchange.resume_at, "by": call.signer}
    return "PauseSet", told
