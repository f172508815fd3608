"""What a benchmark returns: plain values, and the few figures that are made of many."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

Cell: TypeAlias = str | int | float | None


@dataclass(frozen=True)
class Table:
    """Figures side by side; `caption` says what they are of."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class Findings:
    """One benchmark: what was asked, how it was measured, what was found."""

    title: str
    how: str
    tables: tuple[Table, ...]
    remarks: tuple[str, ...] = ()


def quantile(values: Sequence[float], part: float) -> float:
    """The smallest of the values that so great a part of them does not exceed."""
    return sorted(values)[math.ceil(part * len(values)) - 1]


def spread(seconds: Sequence[float]) -> tuple[float, float, float]:
    """p50, p99 and the longest, in milliseconds."""
    return 1000 * quantile(seconds, 0.5), 1000 * quantile(seconds, 0.99), 1000 * max(seconds)


def share(ours: float, bare: float) -> str:
    """One figure as a percentage of another."""
    return f"{100 * ours / bare:.0f} %" if bare else "-"
