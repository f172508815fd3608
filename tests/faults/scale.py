"""How much of everything: short for every test run, long for a night (`make faults SCALE=long`)."""

import os
from typing import Final

IS_LONG: Final = os.environ.get("SCALE", "short") == "long"
PATIENCE: Final = 3600 if IS_LONG else 240
"""Seconds one scenario may take at most, on a machine that others use too."""


def scaled(short: int, long: int) -> int:
    """The number for this run."""
    return long if IS_LONG else short
