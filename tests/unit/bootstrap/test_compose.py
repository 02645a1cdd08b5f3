"""Every service can be composed from the settings alone, and only the composition root knows how."""

from __future__ import annotations

from pathlib import Path

import pytest

from quantdesk.bootstrap import compose
from quantdesk.bootstrap.part import SERVICES, service
from quantdesk.bootstrap.settings import Settings, SettingsError


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path, port_offset=7_000, _env_file=None)


@pytest.mark.parametrize("name", SERVICES)
def test_each_service_is_composed_without_connecting_to_anything(name: str, settings: Settings) -> None:
    made = service(name, settings)
    made.close()


def test_an_unknown_service_is_refused_with_the_known_ones(settings: Settings) -> None:
    with pytest.raises(SettingsError, match="no service is called 'oracel'; there are localnet, indexer"):
        service("oracel", settings)


def test_an_offset_moves_every_default_address(settings: Settings) -> None:
    assert compose.rpc_url(settings) == "http://127.0.0.1:15899"
    assert compose.pubsub_url(settings) == "ws://127.0.0.1:15900"
    assert compose.bus(settings, "test").url == "nats://127.0.0.1:11222"


def test_a_given_bus_gets_no_token_of_this_box(settings: Settings) -> None:
    assert compose.bus_token(settings)
    given = settings.model_copy(update={"bus_url": "nats://cluster:4222"})
    assert compose.bus_token(given) is None
