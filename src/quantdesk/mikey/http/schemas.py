"""Request bodies. Unknown fields are refused, so that a misspelt one never silently does nothing."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

WALLET = r"^[1-9A-HJ-NP-Za-km-z]{32,44}$"
SYMBOL = r"^[A-Z0-9]{1,11}-PERP$"
MAX_TEXT = 2_000

Wallet = Annotated[str, StringConstraints(pattern=WALLET)]
Symbol = Annotated[str, StringConstraints(pattern=SYMBOL)]


class Request(BaseModel):
    """Base of every body."""

    model_config = ConfigDict(extra="forbid")


class ParseRequest(Request):
    """Words of a trader; ``market`` is the one on the screen, meant by "this"."""

    text: str = Field(min_length=1, max_length=MAX_TEXT)
    wallet: Wallet | None = None
    sub: Annotated[int, Field(ge=0, le=255)] = 0
    market: Symbol | None = None


class ConfirmRequest(Request):
    """The wallet that confirms; it must be the one that is signed in."""

    wallet: Wallet | None = None


class ChatMessage(Request):
    """One turn of a conversation."""

    role: Literal["user", "assistant"]
    content: str = Field(max_length=MAX_TEXT)


class ChatRequest(Request):
    """A conversation (the last message counts), or one text."""

    text: str | None = Field(default=None, min_length=1, max_length=MAX_TEXT)
    messages: list[ChatMessage] = Field(default_factory=list, max_length=50)
    wallet: Wallet | None = None
    sub: Annotated[int, Field(ge=0, le=255)] = 0
    market: Symbol | None = None
