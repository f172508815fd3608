"""The widget's modules as the two files that browsers load: what every page needs, and the panel.

Many small modules read well, but each would be asked for and compressed on its own. So they are
put one after the other, each in a function of its own; nothing in them is rewritten but imports and
exports, which therefore have one form only: `import { a } from './b.js';` and `export` before
function, class or const.
"""

import posixpath
import re
from collections.abc import Iterator, Mapping
from typing import Final

MAIN: Final = "main.js"
PANEL: Final = "views/panel.js"
PANEL_FILE: Final = "panel.js"
_IMPORT: Final = re.compile(r"^import \{(.+)\} from '(.+)';$", re.MULTILINE)
_EXPORT: Final = re.compile(r"^export ((?:async )?(?:function|class|const) (\w+))", re.MULTILINE)
_COMMENT: Final = re.compile(r"^\s*(/\*\*.*?\*/|//[^\n]*)\n", re.MULTILINE | re.DOTALL)
_INDENT: Final = re.compile(r"^\s+", re.MULTILINE)
_LOAD_PANEL: Final = "import('./views/panel.js')"


def start_file(sources: Mapping[str, str], release: str) -> str:
    """Runs by itself. `release`: the folder beside it in which the rest is found."""
    here = f"const HERE = new URL('widget/{release}/', import.meta.url);\n"
    load = f"import(new URL('{PANEL_FILE}', HERE)).then(({{ default: fill }}) => fill(modules))"
    body = "".join(_wrapped(name, sources[name]) for name in closure(sources, MAIN))
    body = body.replace("import.meta.url", "HERE").replace(_LOAD_PANEL, load)
    return f"{here}const modules = {{}};\n{body}"


def panel_file(sources: Mapping[str, str]) -> str:
    """Adds its modules to those of the start, and hands back what the panel exports."""
    known = set(closure(sources, MAIN))
    more = [name for name in closure(sources, PANEL) if name not in known]
    body = "".join(_wrapped(name, sources[name]) for name in more)
    return f"export default (modules) => {{\n{body}return modules['{PANEL}'];\n}};\n"


def closure(sources: Mapping[str, str], name: str) -> list[str]:
    """A module and all that it imports, each after what it needs itself."""
    found: dict[str, None] = {}
    _follow(sources, name, found)
    return list(found)


def _follow(sources: Mapping[str, str], name: str, found: dict[str, None]) -> None:
    if name not in found:
        for imported in _imports(name, sources[name]):
            _follow(sources, imported, found)
        found[name] = None


def _imports(name: str, source: str) -> Iterator[str]:
    for _, path in _IMPORT.findall(source):
        yield _resolved(name, path)


def _resolved(name: str, path: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), path))


def _wrapped(name: str, source: str) -> str:
    """In a function, so that its names are its own."""
    exported = ", ".join(found for _, found in _EXPORT.findall(source))
    body = _IMPORT.sub(
        lambda found: f"const {{{found[1]}}} = modules['{_resolved(name, found[2])}'];", source
    )
    body = _INDENT.sub("", _COMMENT.sub("", _EXPORT.sub(r"\1", body)))
    return f"modules['{name}'] = (() => {{\n{body}return {{ {exported} }};\n}})();\n"
