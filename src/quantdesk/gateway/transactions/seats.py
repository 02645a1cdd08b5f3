"""Requests about a ledger slot and what it holds, as instructions of the program."""

from solders.instruction import Instruction

from quantdesk.gateway.transactions.schemas import Activate, Park, Realize, SetDeadMan, SettleSlots
from quantdesk.gateway.transactions.setting import Setting, needs_trader, only_owner
from quantdesk.program import instructions as program


def activate(setting: Setting, body: Activate) -> list[Instruction]:
    """Take a slot."""
    only_owner(setting, body)
    needs_trader(setting)
    return [program.activate(setting.venue, setting.trader)]


def park(setting: Setting, body: Park) -> list[Instruction]:
    """Give the slot up; the program lets anyone do it for an account that is idle or too small."""
    needs_trader(setting)
    return [program.park(setting.venue, setting.trader)]


def realize(setting: Setting, body: Realize) -> list[Instruction]:
    """Turn a position's profit into balance."""
    only_owner(setting, body)
    needs_trader(setting)
    return [program.realize(setting.venue, setting.trader, setting.market(body.market).market.index)]


def set_dead_man(setting: Setting, body: SetDeadMan) -> list[Instruction]:
    """Let all orders die past a slot."""
    only_owner(setting, body)
    needs_trader(setting)
    last = setting.slot + body.slots if body.slots else 0
    return [program.set_dead_man(setting.venue, setting.trader, last)]


def settle_slots(setting: Setting, body: SettleSlots) -> list[Instruction]:
    """Bring a settling market nearer to its end."""
    needs_trader(setting)
    return [program.settle_slots(setting.venue, setting.trader, setting.market(body.market).market.index)]
