"""One real gateway for the whole folder; tests that take its dependencies away start their own."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from gateway_ground import GatewayGround, Trader, gateway_ground
from quantdesk.gateway.config import StreamLimits

LIMITS = StreamLimits(slow_reader_bytes=65_536, slow_reader_ms=1_500, resume_messages=16)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def ground() -> AsyncIterator[GatewayGround]:
    async with gateway_ground(stream=LIMITS, rate_limits=None) as made:
        yield made


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def maker(ground: GatewayGround) -> Trader:
    """Somebody with money and no orders."""
    return await ground.trader().funded()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def taker(ground: GatewayGround) -> Trader:
    """Somebody else."""
    return await ground.trader().funded()
