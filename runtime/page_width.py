"""How wide the command line writes."""

import os
from collections.abc import Mapping
from typing import Final

# So wide that ids and addresses stay whole in every table, to be found with grep.
UNBROKEN: Final = 240


def page_width(*, is_terminal: bool, environment: Mapping[str, str] = os.environ) -> int | None:
    """None: as wide as the terminal is. What goes to a file or a program has no edge."""
    return None if is_terminal or environment.get("COLUMNS") else UNBROKEN
