"""Every route of the gateway, in the order in which they are matched."""

from fastapi import APIRouter

from quantdesk.gateway.accounts.endpoints import router as accounts
from quantdesk.gateway.auth.endpoints import router as auth
from quantdesk.gateway.exchange.endpoints import router as exchange
from quantdesk.gateway.faucet.endpoints import router as faucet
from quantdesk.gateway.markets.endpoints import router as markets
from quantdesk.gateway.mikey.endpoints import router as mikey
from quantdesk.gateway.orders.endpoints import router as orders
from quantdesk.gateway.status.endpoints import router as status
from quantdesk.gateway.traders.endpoints import router as traders
from quantdesk.gateway.transactions.endpoints import router as transactions


def routers() -> list[APIRouter]:
    """The HTTP routers; the WebSocket and the terminal's files are added by the app."""
    return [exchange, markets, accounts, traders, orders, transactions, auth, faucet, mikey, status]
