"""The data directory: version, lock, keys and secrets."""

from __future__ import annotations

import fcntl
import os
import secrets
from pathlib import Path
from types import TracebackType

import msgspec
from solders.keypair import Keypair

LAYOUT = "1"


class DataDirError(RuntimeError):
    """A data directory that cannot be used: says why and what to do."""


class DataDir:
    """Paths and secrets of one box. Opening makes what is missing and never changes what is there."""

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()

    def open(self) -> DataDir:
        """Create or check the directory. Raises DataDirError for one of another version."""
        for folder in (self.root, self.keys, self.secrets):
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o700)
        self.logs.mkdir(exist_ok=True)
        version = self.root / "version"
        if not version.exists():
            write_atomically(version, LAYOUT.encode())
        found = version.read_text().strip()
        if found != LAYOUT:
            raise DataDirError(
                f"{self.root} has data of version {found!r}, this QuantDesk needs {LAYOUT!r}: "
                "use the QuantDesk that made it, another --data-dir, or `quantdesk reset`"
            )
        return self

    @property
    def keys(self) -> Path:
        return self.root / "keys"

    @property
    def secrets(self) -> Path:
        return self.root / "secrets"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def localnet(self) -> Path:
        return self.root / "localnet"

    @property
    def store(self) -> Path:
        return self.root / "store.sqlite"

    @property
    def deployment(self) -> Path:
        return self.root / "deployment.json"

    def keypair(self, name: str) -> Keypair:
        """The key called ``name`` (Solana's JSON form, mode 0600), made when absent."""
        path = self.keys / f"{name}.json"
        if not path.exists():
            write_atomically(path, msgspec.json.encode(list(bytes(Keypair()))))
        try:
            return Keypair.from_bytes(bytes(msgspec.json.decode(path.read_bytes(), type=list[int])))
        except (msgspec.DecodeError, ValueError) as error:
            raise DataDirError(f"{path} is not a Solana key file: {error}") from error

    def secret(self, name: str) -> str:
        """The random secret called ``name`` (mode 0600), made when absent."""
        path = self.secrets / name
        if not path.exists():
            write_atomically(path, secrets.token_urlsafe(32).encode())
        return path.read_text().strip()

    def lock(self) -> DataDirLock:
        """Hold the directory against a second start, until the process ends."""
        return DataDirLock(self.root / "lock")


class DataDirLock:
    """An advisory lock that the kernel drops with the process, however it dies."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None

    def __enter__(self) -> DataDirLock:
        file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = os.read(file, 32).decode().strip() or "unknown"
            os.close(file)
            raise DataDirError(
                f"{self._path.parent} is in use by another QuantDesk (pid {holder}); "
                "stop that one, or give this one its own --data-dir and --port-offset"
            ) from None
        os.ftruncate(file, 0)
        os.write(file, str(os.getpid()).encode())
        self._file = file
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None


def write_atomically(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Write a whole file or nothing: a crash leaves the old one."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    file = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(file, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    fresh.replace(path)
