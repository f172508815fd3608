"""What the programs of the stack print, one bounded file each.

A program writes to its file directly, so it keeps running, and keeps its last words, when we die.
The price: a line written in the very moment of rotation may be lost.
"""

import os
import shutil
from pathlib import Path
from typing import Final

MAX_BYTES: Final = 10 * 1024 * 1024
_LAST_LINES: Final = 15
_TAIL_BYTES: Final = 8 * 1024


class LogFile:
    """One program's output: the current file, and the one before it."""

    def __init__(self, directory: Path, name: str, max_bytes: int = MAX_BYTES) -> None:
        self.path = directory / f"{name}.log"
        self._max_bytes = max_bytes

    def open(self) -> int:
        """A file descriptor for a program's output. Whoever opens it closes it."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def bound(self) -> None:
        """Begin anew when the file has grown too large. The program need not know: it appends."""
        if self.path.exists() and self.path.stat().st_size > self._max_bytes:
            shutil.copy(self.path, self.path.with_suffix(".log.1"))
            os.truncate(self.path, 0)

    def last_lines(self) -> str:
        """The end of the file, for people to read why a program did not start."""
        if not self.path.exists():
            return ""
        with self.path.open("rb") as file:
            file.seek(max(0, self.path.stat().st_size - _TAIL_BYTES))
            lines = file.read().decode(errors="replace").splitlines()
        return "\n".join(lines[-_LAST_LINES:])
