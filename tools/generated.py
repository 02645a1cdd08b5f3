"""Write every generated file again, or with --check fail where a committed one has drifted.

python tools/generated.py [--check]
"""

from __future__ import annotations

import difflib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from program_page import program_page

from quantdesk.bootstrap.settings_page import env_example, settings_page

ROOT = Path(__file__).resolve().parents[1]


class ToolMissing(RuntimeError):
    """The tool that writes a file is not on this machine."""


def _output_of(*command: str, cwd: Path = ROOT) -> str:
    if shutil.which(command[0]) is None:
        raise ToolMissing(f"{command[0]} is not installed")
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stdout[-2000:]}{done.stderr[-4000:]}")
    return done.stdout


def _file_of(name: str, *command: str, cwd: Path = ROOT) -> str:
    """What ``command`` writes to the file that it is given as its last argument."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / name
        _output_of(*command, str(out), cwd=cwd)
        return out.read_text()


def openapi() -> str:
    return _file_of("openapi.json", sys.executable, "-m", "quantdesk.gateway.openapi")


def api_types() -> str:
    """TypeScript types of the REST API, from the committed OpenAPI document."""
    if not (ROOT / "web" / "node_modules" / ".bin" / "openapi-typescript").exists():
        raise ToolMissing("web/node_modules is not installed")
    command = ("npx", "openapi-typescript", "../docs/reference/openapi.json", "-o")
    return _file_of("types.ts", *command, cwd=ROOT / "web")


GENERATED: dict[str, Callable[[], str]] = {
    ".env.example": env_example,
    "docs/reference/settings.md": settings_page,
    "docs/reference/program.md": program_page,
    "docs/reference/openapi.json": openapi,
    "web/src/lib/api/types.ts": api_types,
}


def main(check: bool) -> int:
    drifted = 0
    for name, make in GENERATED.items():
        path = ROOT / name
        try:
            fresh = make()
        except ToolMissing as missing:
            if os.environ.get("CI") == "true":
                raise SystemExit(f"{name}: {missing}, and CI must not skip") from None
            print(f"{name}: skipped, {missing}")
            continue
        old = path.read_text() if path.exists() else ""
        if fresh == old:
            continue
        if check:
            drifted += 1
            print(f"{name} has drifted; `make generate` writes it again:")
            print(
                "\n".join(
                    list(difflib.unified_diff(old.splitlines(), fresh.splitlines(), lineterm="", n=0))[:20]
                )
            )
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(fresh)
            print(f"{name} written")
    return 1 if drifted else 0


if __name__ == "__main__":
    raise SystemExit(main("--check" in sys.argv[1:]))
