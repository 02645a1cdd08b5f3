"""The keepers' tests share one exchange per module."""

from keepers_ground import ground

__all__ = ["ground"]
