"""What can be subscribed to, and the reading of a subscription's parameters."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field

from solders.account import Account
from solders.pubkey import Pubkey

from quantdesk.localnet.rpc.accounts_json import View, view_of
from quantdesk.localnet.rpc.block_json import BlockView
from quantdesk.localnet.rpc.context import check_history_commitment
from quantdesk.localnet.rpc.errors import METHOD_NOT_FOUND, RpcError, invalid_params
from quantdesk.localnet.rpc.filters import parse_filters
from quantdesk.localnet.rpc.methods.history import block_view
from quantdesk.localnet.rpc.params import Config, Params, as_pubkey, as_signature, type_mismatch

FINALIZED = "finalized"


@dataclass(eq=False, slots=True)
class Subscription:
    """One thing that somebody wants to hear of; all who asked for the same share it.

    `only_final` when it speaks of closed blocks only (commitment finalized, the default of a node).
    """

    kind: str
    key: str
    only_final: bool
    address: Pubkey | None = None
    signature: bytes = b""
    view: View = field(default_factory=lambda: View("binary"))
    passes: Callable[[Account], bool] = field(default=lambda account: True)
    block: BlockView | None = None
    wants_received: bool = False
    id: int = 0


def parse_subscription(method: str, params: Params) -> Subscription:
    """The subscription that a `*Subscribe` call asks for.

    Raises:
        RpcError: unknown method, or parameters that cannot be read.
    """
    parser = _PARSERS.get(method)
    if parser is None:
        raise RpcError(METHOD_NOT_FOUND, "Method not found")
    subscription = parser(params)
    subscription.key = f"{method}:{json.dumps(params.values, sort_keys=True)}"
    return subscription


def _only_final(config: Config) -> bool:
    return config.commitment() in (None, FINALIZED)


def _account(params: Params) -> Subscription:
    address, config = as_pubkey(params.text(0, "pubkey")), params.config(1)
    return Subscription("account", "", _only_final(config), address=address, view=view_of(config, "binary"))


def _program(params: Params) -> Subscription:
    address, config = as_pubkey(params.text(0, "pubkey")), params.config(1)
    return Subscription(
        "program",
        "",
        _only_final(config),
        address=address,
        view=view_of(config, "binary"),
        passes=parse_filters(config.fields.get("filters")),
    )


def _logs(params: Params) -> Subscription:
    params.require(1)
    wanted = params.values[0]
    address: Pubkey | None = None
    if isinstance(wanted, dict):
        mentions = wanted.get("mentions")
        if not isinstance(mentions, list):
            raise type_mismatch(wanted, "`all`, `allWithVotes` or `mentions`")
        if len(mentions) != 1:
            raise invalid_params("Invalid Request: Only 1 address supported")
        address = as_pubkey(mentions[0])
    elif wanted not in ("all", "allWithVotes"):
        raise type_mismatch(wanted, "`all`, `allWithVotes` or `mentions`")
    return Subscription("logs", "", _only_final(params.config(1)), address=address)


def _signature(params: Params) -> Subscription:
    signature, config = as_signature(params.text(0, "signature")), params.config(1)
    return Subscription(
        "signature",
        "",
        _only_final(config),
        signature=signature,
        wants_received=config.flag("enableReceivedNotification"),
    )


def _slot(params: Params) -> Subscription:
    return Subscription("slot", "", only_final=False)


def _root(params: Params) -> Subscription:
    return Subscription("root", "", only_final=True)


def _block(params: Params) -> Subscription:
    params.require(1)
    wanted, config = params.values[0], params.config(1)
    address: Pubkey | None = None
    if isinstance(wanted, dict) and "mentionsAccountOrProgram" in wanted:
        address = as_pubkey(wanted["mentionsAccountOrProgram"])
    elif wanted != "all":
        raise type_mismatch(wanted, "`all` or `mentionsAccountOrProgram`")
    check_history_commitment(config)
    view = block_view(config, default_encoding="base64")
    rewards = config.fields.get("showRewards") is True
    shown = BlockView(view.encoding, view.details, rewards, view.max_version or 0)
    return Subscription("block", "", only_final=True, address=address, block=shown)


_PARSERS: dict[str, Callable[[Params], Subscription]] = {
    "accountSubscribe": _account,
    "programSubscribe": _program,
    "logsSubscribe": _logs,
    "signatureSubscribe": _signature,
    "slotSubscribe": _slot,
    "rootSubscribe": _root,
    "blockSubscribe": _block,
}
UNSUBSCRIBES = frozenset(name.replace("Subscribe", "Unsubscribe") for name in _PARSERS)
