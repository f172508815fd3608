"""The directory that holds all of an embedded stack: made, locked, and given its secret keys."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from domain.errors import ConfigurationError
from runtime.keyring import new_key


def prepare(data_dir: Path) -> None:
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(_unusable(data_dir, str(error))) from error
    if not os.access(data_dir, os.R_OK | os.W_OK | os.X_OK):
        raise ConfigurationError(_unusable(data_dir, "no permission"))


@contextmanager
def locked(data_dir: Path) -> Iterator[None]:
    """One stack per directory. The kernel drops the lock of a dead process, so none is ever stale."""
    with (data_dir / "lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ConfigurationError(_taken(data_dir)) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def running_stack(data_dir: Path) -> int | None:
    """The process id of the stack that holds the lock, or None."""
    file = data_dir / "lock"
    if not file.exists():
        return None
    with file.open() as held:
        try:
            fcntl.flock(held, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return int(held.read() or 0) or None
    return None


def secret_keys(data_dir: Path) -> list[str]:
    """The keys of this stack, drawn at its first start and kept for as long as its data."""
    file = data_dir / "keys"
    if not file.exists():
        draft = file.with_suffix(".new")
        draft.unlink(missing_ok=True)
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as output:
            output.write(f"{new_key()}\n")
        draft.replace(file)
    return [key for line in file.read_text().splitlines() if (key := line.strip())]


def _taken(data_dir: Path) -> str:
    pid = (data_dir / "lock").read_text() or "unknown"
    return (
        f"A stack is already running on {data_dir} (process {pid})."
        " Stop it with `./holdfast down`, or give this one another HOLDFAST_DATA_DIR."
    )


def _unusable(data_dir: Path, reason: str) -> str:
    return (
        f"Cannot use the data directory {data_dir}: {reason}."
        f" Give it to yourself (sudo chown -R $USER {data_dir}), or choose another HOLDFAST_DATA_DIR."
    )
