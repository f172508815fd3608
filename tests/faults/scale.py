"""How much of everything: short in every test run, long for half a night (`make faults SCALE=long`)."""

import os
from typing import Final

IS_ASKED_FOR: Final = "SCALE" in os.environ
IS_LONG: Final = os.environ.get("SCALE") == "long"
PATIENCE: Final = 3600 if IS_LONG else 240
"""Seconds that one scenario has, shared among its parts; with their ends it may take twice that."""


def scaled(short: int, long: int) -> int:
    """The number for this run."""
    return long if IS_LONG else short
