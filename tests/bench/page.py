"""Renders docs/performance.md from the findings of one run."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from tests.bench.findings import Cell, Findings, Table

OPENING = """\
# Performance

Written by `make bench`; every figure on this page comes from one run on one machine, and stands beside
the same work done without Holdfast, measured minutes before or after with the same servers. Load
generator, API, worker, simulator, PostgreSQL and Temporal share the cores named below, so these are
figures for comparing, not for sizing a cluster. Milliseconds are marked ms; *bare* is the baseline."""


def page(
    findings: Sequence[Findings],
    *,
    command: str,
    at: datetime,
    seconds: float,
    machine: Mapping[str, str],
) -> str:
    """The whole page, in Markdown."""
    run = {
        "command": f"`{command}`",
        "date": f"{at:%Y-%m-%d %H:%M} UTC",
        "took": f"{seconds:.0f} s",
        **machine,
    }
    about = Table("The run", ("what", "value"), tuple(run.items()))
    parts = [OPENING, _table(about), *(_section(each) for each in findings)]
    return "\n\n".join(parts) + "\n"


def section(findings: Findings) -> str:
    """One benchmark alone, for the terminal."""
    return _section(findings)


def _section(findings: Findings) -> str:
    tables = [_table(table) for table in findings.tables]
    remarks = "\n".join(f"- {remark}" for remark in findings.remarks)
    parts = (f"## {findings.title}", findings.how, *tables, remarks)
    return "\n\n".join(part for part in parts if part)


def _table(table: Table) -> str:
    lines = [
        f"**{table.caption}**\n",
        _line(table.head),
        _line(tuple(_alignment(column) for column in zip(*table.rows, strict=True))),
        *(_line(tuple(_text(cell) for cell in row)) for row in table.rows),
    ]
    return "\n".join(lines)


def _alignment(column: Sequence[Cell]) -> str:
    """Words to the left, figures to the right."""
    words = all(isinstance(cell, str) and not cell.endswith(" %") for cell in column)
    return "---" if words else "---:"


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _text(cell: Cell) -> str:
    match cell:
        case None:
            return "-"
        case float() if abs(cell) < 10:
            return f"{cell:.2f}"
        case float() if abs(cell) < 100:
            return f"{cell:.1f}"
        case float() | int():
            return f"{cell:,.0f}"
        case _:
            return cell
