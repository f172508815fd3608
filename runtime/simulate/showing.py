"""A simulation as text and as a Mermaid sequence diagram."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from domain.errors import InvalidInput
from runtime.simulate.scene import CONVERSATION, CUSTOMER, Line, clock

_ESCAPES: Final = {"#": "#35;", ";": "#59;", "<": "#lt;", ">": "#gt;", "\n": " "}
_NOTES: Final = ("state", "timer", "notice")


def as_text(title: str, lines: Sequence[Line]) -> str:
    """One line for each thing that happened; its columns are aligned."""
    who = max(len(line.who) for line in lines)
    return "\n".join([title, "", *(_row(line, who) for line in lines)])


def as_mermaid(title: str, lines: Sequence[Line]) -> str:
    """The same as a diagram, see https://mermaid.js.org/syntax/sequenceDiagram.html ."""
    return "\n".join(
        ["---", f"title: {_quoted(title)}", "---", "sequenceDiagram", *_diagram(lines), ""]
    )


def save(file: Path, diagram: str) -> None:
    """Raises InvalidInput when that is not possible."""
    try:
        file.write_text(diagram, encoding="utf-8")
    except OSError as error:
        raise InvalidInput(f"The diagram cannot be written: {error}") from error


def _row(line: Line, width: int) -> str:
    text = " ".join(line.text.split())
    return f"{clock(line.after):>10}  {line.who:<{width}}  {line.kind:<8}  {text}"


def _diagram(lines: Sequence[Line]) -> Iterator[str]:
    people = dict.fromkeys((CUSTOMER, CONVERSATION, *(line.who for line in lines)))
    aliases = {name: f"p{number}" for number, name in enumerate(people)}
    yield from (f"    participant {alias} as {name}" for name, alias in aliases.items())
    for line in lines:
        source, text = aliases[line.who], f"{clock(line.after)} {_escaped(line.text)}"
        if line.kind in _NOTES or line.towards is None:
            yield f"    Note over {source}: {text}"
        else:
            arrow = "--x" if line.kind == "refusal" else "->>"
            yield f"    {source}{arrow}{aliases[line.towards]}: {text}"


def _escaped(text: str) -> str:
    return "".join(_ESCAPES.get(character, character) for character in text)


def _quoted(title: str) -> str:
    return '"' + " ".join(title.split()).replace("\\", "").replace('"', "'") + '"'
