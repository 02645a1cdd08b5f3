"""The index price: one vote a source, the median of the fresh ones."""

from quantdesk.ingestion.prices.index import IndexPrice, PriceIndex

__all__ = ["IndexPrice", "PriceIndex"]
