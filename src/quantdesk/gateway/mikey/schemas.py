"""MIKEY's bodies as the gateway documents them; MIKEY owns their meaning."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from quantdesk.gateway.wire import Request, Sub, UnixMs, Wallet


class ParseRequest(Request):
    """Words of a trader."""

    text: str = Field(min_length=1, max_length=2_000)
    wallet: Wallet | None = None
    sub: Sub = 0
    market: str | None = Field(default=None, description="The market on screen: what `this` means.")


class Span(BaseModel):
    """Which words gave which field."""

    model_config = ConfigDict(extra="allow")
    start: int
    end: int
    field: str


class ParseReply(BaseModel):
    """What MIKEY understood."""

    model_config = ConfigDict(extra="allow")
    kind: Literal["ticket", "question", "answer", "refused"]
    actions: list[dict[str, Any]] = Field(default_factory=list)
    ticket_id: str | None = None
    expires_at_ms: UnixMs | None = None
    text: str
    choices: list[Any] = Field(default_factory=list)
    spans: list[Span] = Field(default_factory=list)
