"""`.env.example` and the settings page of the docs, written from the settings themselves."""

from __future__ import annotations

from pydantic import SecretStr

from quantdesk.bootstrap.settings import PREFIX, Settings, known_names


def _default(name: str) -> str:
    value = Settings.model_fields[name].default
    if value is None or isinstance(value, SecretStr):
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def env_example() -> str:
    """The text of `.env.example`: every setting, its meaning and default, nothing switched on."""
    lines = ["# Every setting of QuantDesk. Copy to .env and uncomment what you change.", ""]
    for env, name in known_names().items():
        lines += [f"# {Settings.model_fields[name].description}", f"#{env}={_default(name)}", ""]
    return "\n".join(lines)


def settings_page() -> str:
    """The text of docs/reference/settings.md."""
    lines = [
        "# Settings",
        "",
        "Environment variables, `.env` in the working directory, or flags of `quantdesk up`; flags win.",
        f"An unknown `{PREFIX}*` name is an error that suggests the nearest one.",
        "",
        "| name | default | meaning |",
        "|---|---|---|",
    ]
    for env, name in known_names().items():
        default = _default(name)
        lines.append(
            f"| `{env}` | {f'`{default}`' if default else ''} | {Settings.model_fields[name].description} |"
        )
    return "\n".join([*lines, ""])
