"""Ports move together, and a taken one is named with its holder."""

from __future__ import annotations

import os
import socket

import pytest

from quantdesk.bootstrap.ports import Ports, PortTaken, require_free


def test_an_offset_moves_every_port() -> None:
    assert {name: port - 100 for name, port in Ports(100).named().items()} == Ports().named()


def test_no_two_parts_share_a_port() -> None:
    named = Ports().named()
    assert len(set(named.values())) == len(named)


def test_a_taken_port_names_its_holder_and_offers_an_offset() -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        offset = holder.getsockname()[1] - Ports().gateway
        if offset < 0:
            pytest.skip("the system gave a port under 3002")
        with pytest.raises(
            PortTaken, match=rf"\(gateway\) is taken by .*pid {os.getpid()}.*--port-offset {offset + 100}"
        ):
            require_free("127.0.0.1", Ports(offset))
