"""What `/ready` asks of the node."""

from __future__ import annotations

import json
from typing import Any, cast

from quantdesk.gateway.status.checks import Parts, checks_of
from quantdesk.infra.solana import SolanaRpc


class Node:
    """Answers reads; whether it is healthy the test says."""

    def __init__(self, health: dict[str, Any]) -> None:
        self.health = health

    async def post(self, content: bytes) -> tuple[int, bytes]:
        call = json.loads(content)
        answer = self.health if call["method"] == "getHealth" else {"result": 5}
        return 200, json.dumps({"jsonrpc": "2.0", "id": call["id"], **answer}).encode()

    async def close(self) -> None:
        pass


async def asked(health: dict[str, Any]) -> str | None:
    rpc = SolanaRpc("http://node", transport=Node(health))
    nothing = cast(Any, None)
    return await checks_of(Parts(nothing, rpc, nothing, nothing, cast(Any, _NoMikey())))["rpc"]()


class _NoMikey:
    async def reachable(self) -> str | None:
        return None


async def test_a_node_that_answers_but_takes_nothing_is_not_ready_and_says_why() -> None:
    reason = await asked({"error": {"code": -32005, "message": "Node is unhealthy: disk is full"}})
    assert reason is not None
    assert "disk is full" in reason
    assert await asked({"result": "ok"}) is None
