"""Describes the exchange and all its limits."""

from quantdesk.domain.units import scaled_text
from quantdesk.gateway.clock import ClockMs
from quantdesk.gateway.config import GatewayConfig
from quantdesk.gateway.exchange.schemas import (
    Collateral,
    Exchange,
    ExchangeAccounts,
    ExchangeStatus,
    FeeTier,
    Limits,
    RestLimits,
    RouteLimit,
    SocketLimits,
    Sponsorship,
    TradingLimits,
)
from quantdesk.gateway.exchange.state import ExchangeState, ExchangeView, node_away
from quantdesk.gateway.freshness import Freshness
from quantdesk.gateway.markets.endpoints import MAX_BOOK_DEPTH
from quantdesk.gateway.markets.views import rate, usdc
from quantdesk.gateway.requests import DEFAULT_PAGE, MAX_PAGE
from quantdesk.gateway.transactions.intents import INTENTS, NOT_AVAILABLE_YET
from quantdesk.gateway.transactions.programs import MAX_TRANSACTION_BYTES
from quantdesk.infra.solana import SolanaError, SolanaRpc
from quantdesk.program.instructions import MAX_BATCH
from quantdesk.program.layouts import Exchange as ChainExchange

PAUSE_BITS = ("trading", "withdrawals", "admission", "liquidation")
MAX_POSITIONS = 8
MAX_ORDERS_PER_SIDE = 64
MAX_NOTIONAL_ATOMS = 2**53
_UNCAPPED = 2**63
_NOBODY = "11111111111111111111111111111111"


class ExchangeService:
    """Answers `GET /v1/exchange`."""

    def __init__(
        self,
        config: GatewayConfig,
        rpc: SolanaRpc,
        state: ExchangeState,
        freshness: Freshness,
        clock: ClockMs,
    ) -> None:
        self._config = config
        self._rpc = rpc
        self._state = state
        self._fresh = freshness
        self._clock = clock
        self._genesis: str | None = None

    async def describe(self, min_slot: int | None) -> Exchange:
        """Everything that is not a market."""
        await self._fresh.reach(min_slot)
        view = await self._state.current()
        chain, venue, now = view.exchange, self._state.addresses, self._clock()
        paused = paused_words(chain, now // 1_000)
        return Exchange(
            cluster=self._config.cluster,
            chain=self._config.chain,
            genesis_hash=await self._genesis_hash(),
            program_id=str(venue.program),
            exchange_id=chain.id,
            accounts=ExchangeAccounts(
                exchange=str(venue.exchange),
                ledger=str(venue.ledger),
                event_authority=str(venue.event_authority),
                admin=str(chain.admin),
                guardian=None if str(chain.guardian) == _NOBODY else str(chain.guardian),
            ),
            collaterals=_collaterals(view, now),
            fee_tiers=_fee_tiers(chain),
            limits=self._limits(chain),
            timelock_s=chain.timelock_s,
            status=status_word(chain, paused),
            paused=paused,
            deficit=usdc(chain.deficit),
            insurance=usdc(chain.insurance),
            fees_collected=usdc(chain.fees_collected),
            withdraw_rest_until_ms=chain.withdraw_rest_until * 1_000 or None,
            traders=chain.active_slots,
            trader_capacity=chain.slot_capacity,
            event_seq=str(chain.event_seq),
            instructions=list(INTENTS),
            not_available_yet=list(NOT_AVAILABLE_YET),
            offers=Sponsorship(
                faucet=self._config.faucet is not None,
                development_wallet=self._config.cluster == "localnet",
            ),
            server_ms=now,
            slot=view.slot,
            age_ms=max(0, now - view.seen_ms),
        )

    async def _genesis_hash(self) -> str:
        if self._genesis is None:
            try:
                self._genesis = str(await self._rpc.get_genesis_hash())
            except SolanaError as error:
                raise node_away(error) from error
        return self._genesis

    def _limits(self, chain: ChainExchange) -> Limits:
        config, stream = self._config, self._config.stream
        classes = [
            RouteLimit(
                route_class=name,
                requests=limit.requests,
                per_seconds=limit.per_seconds,
                description=limit.description,
            )
            for name, limit in (config.rate_limits or {}).items()
        ]
        return Limits(
            rest=RestLimits(
                max_body_bytes=config.max_body_bytes,
                max_page_size=MAX_PAGE,
                default_page_size=DEFAULT_PAGE,
                max_book_depth=MAX_BOOK_DEPTH,
                min_slot_wait_ms=config.min_slot_wait_ms,
                classes=classes,
            ),
            websocket=SocketLimits(
                max_message_bytes=stream.max_message_bytes,
                max_subscriptions=stream.max_subscriptions,
                max_connections_per_address=stream.max_connections_per_address,
                messages_per_second=stream.messages_per_second,
                resume_messages=stream.resume_messages,
                slow_reader_bytes=stream.slow_reader_bytes,
                slow_reader_ms=stream.slow_reader_ms,
                idle_timeout_ms=round(2_000 * stream.ping_interval_s),
            ),
            trading=TradingLimits(
                max_orders_per_batch=MAX_BATCH,
                max_positions=MAX_POSITIONS,
                max_orders_per_side=MAX_ORDERS_PER_SIDE,
                min_account_equity=usdc(slot_price(chain)),
                max_position_notional=usdc(MAX_NOTIONAL_ATOMS),
                max_transaction_bytes=MAX_TRANSACTION_BYTES,
            ),
        )


def paused_words(chain: ChainExchange, unix: int) -> list[str]:
    """Names of what is paused now."""
    bits = chain.pauses(unix)
    return [name for bit, name in enumerate(PAUSE_BITS) if bits >> bit & 1]


def status_word(chain: ChainExchange, paused: list[str]) -> ExchangeStatus:
    """The exchange in one word."""
    if not chain.opened:
        return "initialising"
    return "paused" if paused else "open"


def slot_price(chain: ChainExchange) -> int:
    """Equity that a slot costs now: doubles at each quarter of occupancy. Quote atoms."""
    quarter = min(3, chain.active_slots * 4 // chain.slot_capacity) if chain.slot_capacity else 0
    return chain.min_slot_equity << quarter


def _collaterals(view: ExchangeView, now_ms: int) -> list[Collateral]:
    made = []
    for asset, row in zip(view.assets, view.exchange.collaterals, strict=True):
        made.append(
            Collateral(
                index=asset.index,
                asset=asset.symbol,
                mint=str(row.mint),
                vault=str(row.vault),
                decimals=row.decimals,
                initial_weight=rate(row.initial_weight),
                maintenance_weight=rate(row.maintenance_weight),
                price=_token_price(row.price, row.decimals),
                price_ms=row.publish_ms or None,
                is_stale=asset.index > 0 and row.is_stale(now_ms),
                pending_price=_token_price(row.pending_price, row.decimals),
                deposit_cap=None if row.deposit_cap >= _UNCAPPED else asset.text(row.deposit_cap),
                total_deposits=asset.text(row.total_deposits),
            )
        )
    return made


def _token_price(price: int, decimals: int) -> str | None:
    """Quote for a whole token, from quote atoms per 1e6 smallest units."""
    return scaled_text(price * 10**decimals, 12) if price else None


def _fee_tiers(chain: ChainExchange) -> list[FeeTier]:
    made = []
    for place, tier in enumerate(chain.fee_tiers):
        if place and not (tier.min_volume or tier.maker or tier.taker):
            continue
        made.append(
            FeeTier(
                min_volume=usdc(tier.min_volume), maker_rate=rate(tier.maker), taker_rate=rate(tier.taker)
            )
        )
    return made
