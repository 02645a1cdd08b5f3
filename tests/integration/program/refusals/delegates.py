"""What a delegate may not do."""

from __future__ import annotations

from collections.abc import Callable

from integration.program.exchange import Exchange, Result, delegate_terms, order
from integration.program.refusals.rows import Act, reaches


def _bidding_for_an_owner(exchange: Exchange, lots: int, **terms: int) -> Callable[[], Result]:
    owner, bot = exchange.funded(1, 1_000), exchange.vm.fund(99)
    granting = exchange.build(
        "set_delegate",
        {"terms": delegate_terms(bot.pubkey(), **terms)},
        trader=owner.address,
        owner=owner.key.pubkey(),
    )
    exchange.ok(exchange.run(granting, signers=[owner.key]))
    more = {"book": exchange.book(0), "trader": owner.address, "signer": bot.pubkey()}
    bid = exchange.build("place_order", {"market": 0} | order("Bid", 14_900, lots), **more)
    return lambda: exchange.run(bid, signers=[bot])


@reaches("DelegateLimit")
def _(exchange: Exchange) -> Act:
    return _bidding_for_an_owner(exchange, lots=100)


@reaches("DelegateExpired")
def _(exchange: Exchange) -> Act:
    act = _bidding_for_an_owner(exchange, lots=50, expires=exchange.vm.unix + 5)
    exchange.vm.advance(seconds=5)
    return act
