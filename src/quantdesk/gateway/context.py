"""One running gateway: its parts, made once and handed to endpoints."""

import asyncio
import contextlib
from collections import Counter
from dataclasses import dataclass, field

from solders.pubkey import Pubkey

from quantdesk.gateway.accounts.service import AccountService
from quantdesk.gateway.auth.service import AuthService
from quantdesk.gateway.auth.tokens import AccessTokens
from quantdesk.gateway.clock import ClockMs, unix_ms
from quantdesk.gateway.config import GatewayConfig
from quantdesk.gateway.edge.origins import Origins
from quantdesk.gateway.exchange.changes import ChangeService
from quantdesk.gateway.exchange.service import ExchangeService
from quantdesk.gateway.exchange.state import ExchangeState
from quantdesk.gateway.faucet.service import FaucetService
from quantdesk.gateway.freshness import Freshness
from quantdesk.gateway.markets.board import Board
from quantdesk.gateway.markets.service import MarketService
from quantdesk.gateway.metrics import Metrics
from quantdesk.gateway.mikey.service import MikeyProxy
from quantdesk.gateway.orders.service import OrderService
from quantdesk.gateway.status.checks import Parts, checks_of
from quantdesk.gateway.status.service import StatusService
from quantdesk.gateway.stored import Stored
from quantdesk.gateway.stream.accounts import AccountChannel
from quantdesk.gateway.stream.channels import (
    BookChannel,
    CandleChannel,
    ChannelContext,
    Channels,
    LiquidationChannel,
    PriceChannel,
    StatusChannel,
    TickerChannel,
    TradeChannel,
)
from quantdesk.gateway.stream.hub import Hub
from quantdesk.gateway.stream.intake import Intake
from quantdesk.gateway.traders.service import TraderService
from quantdesk.gateway.transactions.blockhashes import Blockhashes
from quantdesk.gateway.transactions.relay import Relay
from quantdesk.gateway.transactions.sending import SendingService
from quantdesk.gateway.transactions.service import TransactionService
from quantdesk.infra.bus import Bus
from quantdesk.infra.solana import SolanaRpc
from quantdesk.infra.store.database import Store
from quantdesk.program.addresses import Addresses


@dataclass(slots=True)
class Gateway:
    """Every part of one gateway process."""

    config: GatewayConfig
    clock: ClockMs
    metrics: Metrics
    origins: Origins
    bus: Bus
    hub: Hub
    board: Board
    exchange: ExchangeService
    changes: ChangeService
    markets: MarketService
    accounts: AccountService
    orders: OrderService
    traders: TraderService
    transactions: TransactionService
    sending: SendingService
    auth: AuthService
    faucet: FaucetService
    mikey: MikeyProxy
    status: StatusService
    intake: Intake
    relay: Relay
    channels: Channels
    rpc: SolanaRpc
    sockets_by_address: Counter[str] = field(default_factory=Counter)

    @contextlib.asynccontextmanager
    async def running(self):  # type: ignore[no-untyped-def]  # FastAPI's lifespan wants this shape
        """Everything that runs beside the requests."""
        loops = (
            self.intake.run(),
            self.hub.run(),
            self.relay.run(),
            self.status.run(),
            self.channels.tickers.run(),
            self.channels.accounts.run(),
            self.channels.status.run(),
        )
        tasks = [asyncio.create_task(loop) for loop in loops]
        try:
            yield
        finally:
            self.hub.close()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self.mikey.close()


def assemble(
    config: GatewayConfig, *, bus: Bus, store: Store, rpc: SolanaRpc, clock: ClockMs = unix_ms
) -> Gateway:
    """Wire the parts. Opens no connection."""
    venue = Addresses(Pubkey.from_string(config.program_id), config.exchange_id)
    metrics, board, stored = Metrics(), Board(), Stored(store)
    state = ExchangeState(rpc, venue, clock)
    fresh = Freshness(board, clock, config.min_slot_wait_ms)
    markets = MarketService(state, board, stored, fresh, clock)
    accounts = AccountService(state, board, stored, fresh, clock)
    auth = AuthService(
        stored,
        AccessTokens(config.jwt_secret, config.access_token_s),
        clock,
        chain=config.chain,
        nonce_s=config.nonce_s,
        refresh_s=config.refresh_token_s,
    )
    mikey = MikeyProxy(config.mikey_url, config.mikey_secret, auth, clock)
    hub = Hub(config.stream, clock, metrics)
    blockhashes = Blockhashes(rpc)
    relay = Relay(rpc, stored, clock, metrics, config.program_id)
    parts = Parts(stored=stored, rpc=rpc, state=state, bus=bus, mikey=mikey)
    status = StatusService(checks_of(parts), state=state, board=board, metrics=metrics, clock=clock)
    channels = _channels(
        ChannelContext(hub, board, state, markets, clock),
        AccountChannel(hub=hub, board=board, state=state, stored=stored, accounts=accounts, clock=clock),
        status,
    )
    intake = Intake(
        bus=bus,
        board=board,
        channels=channels,
        state=state,
        stored=stored,
        clock=clock,
        metrics=metrics,
    )
    intake.on_event.append(relay.on_event)
    return Gateway(
        config=config,
        clock=clock,
        metrics=metrics,
        origins=Origins(config.host, config.ports, config.public_url, config.cors_origins),
        bus=bus,
        hub=hub,
        board=board,
        exchange=ExchangeService(config, rpc, state, fresh, clock),
        changes=ChangeService(rpc, state, stored, fresh, clock),
        markets=markets,
        accounts=accounts,
        orders=OrderService(state, board, stored, fresh),
        traders=TraderService(
            rpc=rpc, state=state, stored=stored, accounts=accounts, freshness=fresh, clock=clock
        ),
        transactions=TransactionService(
            rpc=rpc,
            venue=venue,
            state=state,
            board=board,
            stored=stored,
            accounts=accounts,
            blockhashes=blockhashes,
            clock=clock,
        ),
        sending=SendingService(
            rpc=rpc, venue=venue, stored=stored, relay=relay, blockhashes=blockhashes, clock=clock
        ),
        auth=auth,
        faucet=FaucetService(config.faucet, rpc, state),
        mikey=mikey,
        status=status,
        intake=intake,
        relay=relay,
        channels=channels,
        rpc=rpc,
    )


def _channels(context: ChannelContext, accounts: AccountChannel, status: StatusService) -> Channels:
    channels = Channels(
        books=BookChannel(context),
        trades=TradeChannel(context),
        liquidations=LiquidationChannel(context),
        tickers=TickerChannel(context),
        candles=CandleChannel(context),
        prices=PriceChannel(context),
        accounts=accounts,
        status=StatusChannel(context, status),
    )
    channels.register(context.hub)
    return channels
