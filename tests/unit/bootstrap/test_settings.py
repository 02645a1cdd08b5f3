"""Settings: one source, clear refusals, no secret shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from quantdesk.bootstrap.settings import Settings, SettingsError, load_settings
from quantdesk.bootstrap.settings_page import env_example, settings_page

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(autouse=True)
def _own_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_an_unknown_setting_is_refused_with_the_nearest_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUANTDESK_RCP_URL", "http://example.invalid")
    with pytest.raises(
        SettingsError, match="unknown setting QUANTDESK_RCP_URL; did you mean QUANTDESK_RPC_URL"
    ):
        load_settings()


def test_an_unknown_setting_in_the_env_file_is_refused_too(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("export QUANTDESK_FEEED=live\n")
    with pytest.raises(SettingsError, match="QUANTDESK_FEED"):
        load_settings()


def test_a_wrong_value_names_the_setting_the_value_and_the_choices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUANTDESK_FEED", "fake")
    with pytest.raises(
        SettingsError, match=r"QUANTDESK_FEED is 'fake': .*'auto', 'live', 'replay' or 'simulated'"
    ):
        load_settings()


def test_a_flag_wins_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUANTDESK_PORT_OFFSET", "100")
    assert load_settings().port_offset == 100
    assert load_settings(port_offset=200).port_offset == 200


def test_a_secret_is_shown_by_neither_settings_nor_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUANTDESK_JWT_SECRET", "hunter2-hunter2")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-hunter2")
    settings = load_settings()
    assert "hunter2" not in repr(settings) + str(settings) + settings.model_dump_json()
    assert settings.openai_api_key is not None
    assert settings.openai_api_key.get_secret_value() == "sk-hunter2"


def test_every_setting_has_a_meaning_and_stands_in_both_pages() -> None:
    for name, field in Settings.model_fields.items():
        assert field.description, name
        env = str(field.validation_alias or f"QUANTDESK_{name.upper()}")
        assert f"#{env}=" in env_example()
        assert f"`{env}`" in settings_page()


def test_the_committed_pages_are_the_generated_ones() -> None:
    assert (ROOT / ".env.example").read_text() == env_example()
    assert (ROOT / "docs/reference/settings.md").read_text() == settings_page()
