"""Reads a scenario's YAML; what is wrong with it is told with its line and its step."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from domain.errors import InvalidInput
from runtime.simulate.scenario import Scenario

_LARGEST: Final = 256 * 1024
_STEPS: Final = "steps"


def read_scenario(file: Path) -> Scenario:
    """The scenario in this file. Raises InvalidInput, which names every line that is wrong."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{file} cannot be read: {error}") from error
    if len(text) > _LARGEST:
        raise InvalidInput(f"{file} is larger than {_LARGEST // 1024} KB: that is no scenario.")
    return parse_scenario(text, str(file))


def parse_scenario(text: str, name: str) -> Scenario:
    """The scenario in this text; `name` is for messages."""
    try:
        root = yaml.compose(text, yaml.SafeLoader)
        raw = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise InvalidInput(f"{name}, line {line}: this is not YAML: {error.problem}") from error
    except yaml.YAMLError as error:
        raise InvalidInput(f"{name}: this is not YAML.") from error
    try:
        return Scenario.model_validate(raw)
    except ValidationError as error:
        found = [_told(name, root, each) for each in error.errors(include_url=False)]
        raise InvalidInput("\n".join(found)) from None


def _told(name: str, root: yaml.Node | None, error: ErrorDetails) -> str:
    path = error["loc"]
    place = f"{name}, line {_line(root, path)}"
    if path[:1] == (_STEPS,) and len(path) > 1:
        place += f", step {int(path[1]) + 1}"
    field = path[-1] if path and isinstance(path[-1], str) and path[-1] != _STEPS else ""
    message = error["msg"].removeprefix("Value error, ")
    return f"{place}: {field + ': ' if field else ''}{message}"


def _line(node: yaml.Node | None, path: Sequence[int | str]) -> int:
    """Of the innermost thing on this path that the file has."""
    line = 1
    for part in path:
        if node is None:
            break
        line = node.start_mark.line + 1
        node = _child(node, part)
    return node.start_mark.line + 1 if node is not None else line


def _child(node: yaml.Node, part: int | str) -> yaml.Node | None:
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        found: yaml.Node = node.value[part]
        return found
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == part), None)
    return None
