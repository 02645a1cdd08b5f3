"""Health and readiness."""

from pydantic import Field

from quantdesk.gateway.wire import UnixMs, Wire


class Health(Wire):
    """The process is alive."""

    status: str = Field(examples=["ok"])
    version: str
    started_ms: UnixMs


class Dependency(Wire):
    """One thing that the gateway needs."""

    name: str = Field(examples=["bus"])
    ok: bool
    reason: str | None = Field(description="Why not; null when ok.")
    since_ms: UnixMs | None = Field(description="Since when it is in this state.")


class Ready(Wire):
    """Whether every dependency answers."""

    ready: bool
    dependencies: list[Dependency]
