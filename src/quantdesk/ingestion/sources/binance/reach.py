"""Whether Binance can be reached from here; asked once, when ``auto`` decides. Does not import ccxt."""

from __future__ import annotations

import httpx
import structlog

from quantdesk.ingestion.config import BinanceConfig

REST_URL = "https://api.binance.com/api/v3"
TIMEOUT_S = 4.0
_log = structlog.get_logger(__name__)


async def binance_answers(config: BinanceConfig) -> bool:
    """Whether a real quote comes back within `TIMEOUT_S`: a proxy's refusal page is no answer."""
    url = f"{config.rest_url or REST_URL}/ticker/bookTicker"
    symbol = next(iter(config.symbols.values())).replace("/", "")
    try:
        async with httpx.AsyncClient(timeout=TIMEOUT_S, trust_env=True) as client:
            reply = await client.get(url, params={"symbol": symbol})
            reply.raise_for_status()
            answered = reply.json().get("symbol") == symbol
    except (httpx.HTTPError, ValueError, AttributeError) as error:
        _log.info("Binance does not answer", url=url, error=f"{type(error).__name__}: {error}")
        return False
    return bool(answered)
