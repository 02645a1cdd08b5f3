"""From a source's raw events to believed prices and trades on the bus."""

from quantdesk.ingestion.pipeline.market import MarketPipeline
from quantdesk.ingestion.pipeline.publisher import Publisher

__all__ = ["MarketPipeline", "Publisher"]
