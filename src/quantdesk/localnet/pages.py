"""What a GET shows: /health as a Solana node, /ready and /metrics as every QuantDesk service."""

from __future__ import annotations

from quantdesk.localnet.node import Node
from quantdesk.localnet.rpc.envelope import encode_json

Shown = tuple[int, str, bytes]
_TEXT = "text/plain; charset=utf-8"
_JSON = "application/json; charset=utf-8"


class Pages:
    """The pages of one node."""

    def __init__(self, node: Node) -> None:
        self._node = node

    def find(self, path: str) -> Shown | None:
        """The page at `path`, None when there is none."""
        page = {"/health": self._health, "/ready": self._ready, "/metrics": self._metrics}.get(
            path.split("?", maxsplit=1)[0]
        )
        return None if page is None else page()

    def _health(self) -> Shown:
        return 200, _TEXT, b"ok" if self._node.journal.failure is None else b"unknown"

    def _ready(self) -> Shown:
        failure = self._node.journal.failure
        reasons = [] if failure is None else [str(failure)]
        body = {"ready": failure is None, "reasons": reasons, "slot": self._node.bank.slot}
        return (200 if failure is None else 503), _JSON, encode_json(body)

    def _metrics(self) -> Shown:
        node = self._node
        values = {
            "localnet_slot": ("gauge", node.bank.slot),
            "localnet_block_height": ("gauge", node.bank.height),
            "localnet_transactions_total": ("counter", node.bank.transaction_count),
            "localnet_log_entries_total": ("counter", node.journal.appended_seq),
            "localnet_log_committed_total": ("counter", node.journal.committed_seq),
            "localnet_accepting": ("gauge", int(node.journal.failure is None)),
        }
        lines = [f"# TYPE {name} {kind}\n{name} {value}\n" for name, (kind, value) in values.items()]
        return 200, "text/plain; version=0.0.4; charset=utf-8", "".join(lines).encode()
