"""Until which block height the blockhashes that we handed out can land."""

from collections import OrderedDict

from quantdesk.gateway.exchange.state import node_away
from quantdesk.infra.solana import SolanaError, SolanaRpc
from quantdesk.infra.solana.wire import LatestBlockhash

LIFE = 150
"""Blocks for which a blockhash is valid."""
_KNOWN = 4_096


class Blockhashes:
    """Remembers the newest; one that we did not hand out is given the longest life that it can have."""

    def __init__(self, rpc: SolanaRpc) -> None:
        self._rpc = rpc
        self._heights: OrderedDict[str, int] = OrderedDict()

    def remember(self, latest: LatestBlockhash) -> None:
        """A transaction was built with it."""
        self._heights[latest.blockhash] = latest.last_valid_block_height
        while len(self._heights) > _KNOWN:
            self._heights.popitem(last=False)

    async def last_valid(self, blockhash: str) -> int:
        """The last block height at which it can land. Raises DependencyAway."""
        known = self._heights.get(blockhash)
        if known is not None:
            return known
        try:
            return await self._rpc.get_block_height("confirmed") + LIFE
        except SolanaError as error:
            raise node_away(error) from error
