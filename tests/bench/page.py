"""Renders docs/performance.md from the findings of one run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from tests.bench.findings import Cell, Findings, Table

OPENING = """\
# Performance

Written by `make bench`; every figure on this page comes from one run on one machine, and stands beside
the same work done without Holdfast, measured minutes before or after with the same servers. Load
generator, API, worker, simulator, PostgreSQL and Temporal share the cores named below, so these are
figures for comparing, not for sizing a cluster. Milliseconds are marked ms; *bare* is the baseline."""


@dataclass(frozen=True, kw_only=True)
class About:
    """One run: what was asked for, when, and where."""

    command: str
    at: datetime
    seconds: float
    machine: Mapping[str, str]

    @property
    def table(self) -> Table:
        """For readers who want to compare."""
        run = {
            "command": f"`{self.command}`",
            "date": f"{self.at:%Y-%m-%d %H:%M} UTC",
            "took": f"{self.seconds:.0f} s",
            **self.machine,
        }
        return Table("The run", ("what", "value"), tuple(run.items()))


def page(findings: Sequence[Findings], about: About) -> str:
    """The whole page, in Markdown."""
    parts = [OPENING, _table(about.table), *(_section(each) for each in findings)]
    return "\n\n".join(parts) + "\n"


def with_section(page: str, findings: Findings, about: About) -> str:
    """The page with this section, of a run of its own, in the place of the one before or at the end."""
    own = replace(findings, tables=(*findings.tables, about.table))
    opening, *sections = page.rstrip("\n").split("\n\n## ")
    others = [each for each in sections if each.partition("\n")[0] != findings.title]
    at = next((n for n, each in enumerate(sections) if each not in others), len(others))
    others.insert(at, _section(own).removeprefix("## "))
    return "\n\n## ".join([opening, *others]) + "\n"


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
