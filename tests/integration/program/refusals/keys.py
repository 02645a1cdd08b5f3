"""What the keys that govern may not do."""

from __future__ import annotations

from integration.program.exchange import Exchange
from integration.program.refusals.rows import Act, reaches
from integration.program.scenes import FEES

DAY = 86_400


@reaches("ChangeNotDue")
def _(exchange: Exchange) -> Act:
    exchange.ok(exchange.queue(FEES))
    return lambda: exchange.apply(1)


@reaches("ChangeExpired")
def _(exchange: Exchange) -> Act:
    exchange.ok(exchange.queue(FEES))
    exchange.vm.advance(seconds=8 * DAY + 1)
    return lambda: exchange.apply(1)


@reaches("NoticeTooShort")
def _(exchange: Exchange) -> Act:
    exchange.ok(exchange.queue({"Status": {"market": 0, "status": 4}}))
    exchange.vm.advance(seconds=DAY)
    return lambda: exchange.apply(1)


@reaches("PauseUsedUp")
def _(exchange: Exchange) -> Act:
    pause = exchange.build("set_pause", {"paused": 2}, authority=exchange.admin.pubkey())
    exchange.ok(exchange.run(pause, signers=[exchange.admin]))
    exchange.vm.advance(seconds=3 * DAY)
    return lambda: exchange.run(pause, signers=[exchange.admin])
