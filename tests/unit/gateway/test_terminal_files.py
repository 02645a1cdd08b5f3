"""The served terminal: what is cached, what is compressed, what is a page."""

from __future__ import annotations

import gzip
from pathlib import Path

import httpx
import pytest

from quantdesk.gateway.problems import DependencyAway, NotFound
from quantdesk.gateway.terminal.files import TerminalFiles


@pytest.fixture
def built(tmp_path: Path) -> Path:
    root = tmp_path / "dist"
    (root / "assets").mkdir(parents=True)
    (root / "index.html").write_text("<!doctype html>")
    (root / "assets" / "app-1a2b.js").write_text("let a = 1")
    (root / "assets" / "app-1a2b.js.gz").write_bytes(gzip.compress(b"let a = 1"))
    (tmp_path / "secret.txt").write_text("secret")
    return root


def client(root: Path | None) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(TerminalFiles(root)), base_url="http://localhost")


async def test_pages_of_the_application_get_the_index_with_a_content_security_policy(built: Path) -> None:
    async with client(built) as http:
        for path in ("/", "/trade/SOL-PERP", "/portfolio"):
            answer = await http.get(path)
            assert (answer.status_code, answer.text) == (200, "<!doctype html>")
            assert answer.headers["cache-control"] == "no-cache"
            policy = answer.headers["content-security-policy"]
            assert "script-src 'self';" in policy
            assert "frame-ancestors 'none'" in policy


async def test_hashed_files_are_kept_for_ever_and_sent_compressed(built: Path) -> None:
    async with client(built) as http:
        answer = await http.get("/assets/app-1a2b.js", headers={"accept-encoding": "gzip"})
        plain = await http.get("/assets/app-1a2b.js", headers={"accept-encoding": "identity"})
    assert answer.text == plain.text == "let a = 1"
    assert answer.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-type"].startswith("text/javascript")


async def test_an_unchanged_file_is_not_sent_again(built: Path) -> None:
    async with client(built) as http:
        etag = (await http.get("/")).headers["etag"]
        assert (await http.get("/", headers={"if-none-match": etag})).status_code == 304


@pytest.mark.parametrize("path", ["/assets/none.js", "/..%2fsecret.txt", "/../secret.txt", "/favicon.ico"])
async def test_a_file_that_is_not_there_is_404_and_nothing_outside_is_served(built: Path, path: str) -> None:
    async with client(built) as http:
        with pytest.raises(NotFound):
            await http.get(path)


async def test_without_a_build_it_says_how_to_get_one() -> None:
    async with client(None) as http:
        with pytest.raises(DependencyAway) as caught:
            await http.get("/")
    assert caught.value.code == "terminal_not_built"
