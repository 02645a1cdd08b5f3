"""Whether a venue's message may be believed, and why not."""

from quantdesk.ingestion.quality.quotes import QuoteCheck
from quantdesk.ingestion.quality.trades import TradeCheck

__all__ = ["QuoteCheck", "TradeCheck"]
