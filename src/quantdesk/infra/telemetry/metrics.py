"""Prometheus registries: one per process, passed to whoever measures."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Info
from prometheus_client.process_collector import ProcessCollector


def process_registry(service: str) -> CollectorRegistry:
    """A registry of its own (not the library's global one) with the process' memory, CPU and files."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    Info("quantdesk_service", "Which service this process is.", registry=registry).info({"service": service})
    return registry
