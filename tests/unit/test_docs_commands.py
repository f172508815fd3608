"""Every command of ours that a page, a manifest or a settings file names can be typed like that."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import typer
import yaml

from runtime.cli import app

ROOT: Final = Path(__file__).parents[2]
PAGES: Final = [
    *sorted(ROOT.glob("*.md")),
    *sorted(ROOT.glob("docs/**/*.md")),
    *sorted(ROOT.glob("deploy/**/*.y*ml")),
    *(ROOT / name for name in (".env.example", "docker-compose.yml")),
]
# What stands for something of the reader's, and something that could stand there.
STAND_INS: Final = {
    "CONVERSATION_ID": "01a1fb89-c94c-7187-9eab-3195e312f341",
    "FOLDER": "docs",
    "histories": "docs",
    "docs/scenarios/$name.yaml": "docs/scenarios/the_window_closes.yaml",
}
_ASSIGNED = r"(?:[A-Z_]+=\S+ )*"
_TYPED = re.compile(rf"^[ #]*{_ASSIGNED}\./holdfast (.+)$", re.MULTILINE)
_QUOTED = re.compile(rf"`{_ASSIGNED}(?:\./)?holdfast ([a-z][^`]*)`")
_SHELL = frozenset({">", "|", "&&", ";"})


def named_in(text: str) -> Iterator[list[str]]:
    """The arguments of each command."""
    yield from map(_arguments, (*_TYPED.findall(text), *_QUOTED.findall(text)))


def to_type(text: str) -> Iterator[list[str]]:
    """Of those that are more than spoken of by their name."""
    yield from map(_arguments, _TYPED.findall(text))
    yield from (each for each in map(_arguments, _QUOTED.findall(text)) if command_of(each)[1])


def _arguments(line: str) -> list[str]:
    words = shlex.split(line, comments=True)
    end = next((place for place, word in enumerate(words) if word in _SHELL), len(words))
    return [STAND_INS.get(word, word) for word in words[:end]]


def command_of(arguments: list[str]) -> tuple[Any, list[str]]:
    """Ours, and what is left for it. Raises what somebody would read who typed it."""
    command: Any = typer.main.get_command(app)
    while arguments and hasattr(command, "resolve_command"):
        context = typer.Context(command)
        _, command, arguments = command.resolve_command(context, arguments)
    return command, arguments


def parsed(arguments: list[str]) -> str:
    """The command that would run."""
    command, rest = command_of(arguments)
    command.make_context(command.name, rest)
    return str(command.name)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_that_is_named_can_be_typed(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    for arguments in to_type(page.read_text()):
        assert parsed(arguments), arguments


def test_the_commands_of_containers_can_be_typed() -> None:
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"].values()
    commands = [each["command"] for each in services if each.get("image") == "holdfast"]
    typed = [parsed(command[3:]) for command in commands if command[:3] == ["python", "-m", "runtime"]]

    assert sorted(typed) == ["migrate", "promote", "serve"]
    assert [command for command in commands if command[1] != "-m"] == [["python", "worker.py"]]
    assert 'CMD ["python", "-m", "runtime", "serve"]' in (ROOT / "Dockerfile").read_text()


def test_a_command_that_is_not_there_would_be_noticed() -> None:
    assert [*to_type("`holdfast keys`\n  HOLDFAST_A=$B ./holdfast replay FOLDER  # all")] == [
        ["replay", "docs"]
    ]
    for wrong in (["nothing"], ["keys", "nothing"], ["resume", "--all"], ["timeline"]):
        with pytest.raises(Exception, match=r"(?i)no such|missing"):
            parsed(wrong)


def test_pages_name_every_command() -> None:
    named = {command_of(each)[0].name for page in PAGES for each in named_in(page.read_text())}
    ours = {each.name or each.callback.__name__ for each in app.registered_commands if each.callback}

    assert ours <= named
