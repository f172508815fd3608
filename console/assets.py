"""The console's own files for browsers, at addresses that change with their content."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Final

from console import paths

FOLDER: Final = Path(__file__).parent / "static"


@cache
def address(name: str) -> str:
    """A browser may keep what is there for as long as it likes: a new release has another address."""
    digest = hashlib.sha256((FOLDER / name).read_bytes()).hexdigest()[:12]
    return f"{paths.ASSETS}/{name}?{digest}"
