"""The Exchange account as last read from the chain; read again when old or told to."""

import asyncio
from dataclasses import dataclass

import structlog
from solders.pubkey import Pubkey

from quantdesk.domain.market import Asset
from quantdesk.gateway.clock import ClockMs
from quantdesk.gateway.problems import DependencyAway, NotFound
from quantdesk.infra.solana import AnswerMalformed, NodeAway, NodeRefused, RpcError, SolanaRpc
from quantdesk.program.addresses import Addresses
from quantdesk.program.errors import AccountInvalid
from quantdesk.program.layouts import Exchange, Market

STALE_MS = 5_000
ASSET_NAMES = ("USDC",)
"""Names of collaterals by index; the chain stores mints only, so others are named by their mint."""
_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class ExchangeView:
    """One reading of the Exchange account."""

    exchange: Exchange
    slot: int
    seen_ms: int
    assets: tuple[Asset, ...]

    def market(self, symbol: str, field: str = "market") -> Market:
        """A market by symbol. Raises NotFound."""
        for market in self.exchange.markets:
            if market.symbol == symbol:
                return market
        known = ", ".join(market.symbol for market in self.exchange.markets)
        raise NotFound(
            f"There is no market {symbol}.",
            code="unknown_market",
            field=field,
            value=symbol,
            expected=f"one of {known}" if known else "the exchange has no markets yet",
        )

    def market_at(self, index: int) -> Market | None:
        """A market by index."""
        return self.exchange.markets[index] if index < len(self.exchange.markets) else None

    def asset(self, name: str, field: str = "asset") -> Asset:
        """A collateral by name. Raises NotFound."""
        for asset in self.assets:
            if asset.symbol in {name, name.upper()}:  # a mint has both cases
                return asset
        raise NotFound(
            f"There is no collateral {name}.",
            code="unknown_asset",
            field=field,
            value=name,
            expected=f"one of {', '.join(asset.symbol for asset in self.assets)}",
        )


class ExchangeState:
    """A cached `ExchangeView`; concurrent readers share one request."""

    def __init__(self, rpc: SolanaRpc, addresses: Addresses, clock: ClockMs) -> None:
        self._rpc = rpc
        self.addresses = addresses
        self._clock = clock
        self._view: ExchangeView | None = None
        self._lock = asyncio.Lock()
        self._told_to_read = False

    @property
    def last(self) -> ExchangeView | None:
        """The last reading, however old."""
        return self._view

    def forget(self) -> None:
        """The account changed: read it at the next chance."""
        self._told_to_read = True

    async def current(self, max_age_ms: int = STALE_MS) -> ExchangeView:
        """A reading at most `max_age_ms` old if the node answers, else the last one with its true age.

        Raises DependencyAway when there never was one.
        """
        if self._is_fresh(max_age_ms):
            assert self._view is not None
            return self._view
        async with self._lock:
            if not self._is_fresh(max_age_ms):
                try:
                    await self._read()
                except NODE_FAILURES as error:
                    if self._view is None:
                        raise node_away(error) from error
                    _log.warning("exchange account not read", error=str(error))
        assert self._view is not None
        return self._view

    def _is_fresh(self, max_age_ms: int) -> bool:
        view = self._view
        return view is not None and not self._told_to_read and self._clock() - view.seen_ms < max_age_ms

    async def _read(self) -> None:
        self._told_to_read = False
        answer = await self._rpc.get_account(self.addresses.exchange)
        if answer.value is None:
            raise DependencyAway(
                f"There is no exchange {self.addresses.exchange_id} on this cluster "
                f"(at {self.addresses.exchange}).",
                code="exchange_missing",
                dependency="exchange",
                retry_after_ms=2_000,
            )
        try:
            exchange = Exchange.decode(answer.value.bytes)
        except AccountInvalid as error:
            raise DependencyAway(
                f"The exchange account does not decode: {error}.",
                code="exchange_unreadable",
                dependency="exchange",
            ) from error
        assets = tuple(
            Asset(index, _asset_name(index, row.mint), row.decimals)
            for index, row in enumerate(exchange.collaterals)
        )
        self._view = ExchangeView(exchange, answer.context.slot, self._clock(), assets)


def _asset_name(index: int, mint: Pubkey) -> str:
    return ASSET_NAMES[index] if index < len(ASSET_NAMES) else str(mint)


NODE_FAILURES = (NodeAway, NodeRefused, RpcError, AnswerMalformed)
"""What reading accounts of the Solana node may raise: `node_away`."""


def node_away(error: Exception) -> DependencyAway:
    """The Solana node does not answer."""
    return DependencyAway(
        f"The Solana node does not answer: {error}.",
        code="rpc_away",
        dependency="rpc",
        retry_after_ms=1_000,
    )
