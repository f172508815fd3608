"""The docs speak of what is there: links, make targets, dependencies, settings and tests."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
LINK = re.compile(r"""\]\(([^()\s]+)\)|\bsrc="([^"]+)\"""")
MAKE = re.compile(r"^make ([a-z]+)|`make ([a-z]+)[^`]*`", re.MULTILINE)
VARIABLE = re.compile(r"\bHOLDFAST_[A-Z][A-Z0-9_]*[A-Z0-9]\b")
TEST = re.compile(r"`(test_inv\d+_\w+)`")
PACKAGE = re.compile(r"^[A-Za-z0-9-]+")


@pytest.fixture(params=PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def page(request: pytest.FixtureRequest) -> Path:
    found: Path = request.param
    return found


def test_every_relative_link_leads_somewhere(page: Path) -> None:
    links = [link or image for link, image in LINK.findall(page.read_text())]

    assert [link for link in links if "://" not in link and not _leads_somewhere(page, link)] == []


def test_every_make_target_exists(page: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {first or second for first, second in MAKE.findall(page.read_text())}

    assert named <= targets


def test_every_setting_is_in_the_example(page: Path) -> None:
    known = set(VARIABLE.findall((ROOT / ".env.example").read_text()))

    assert set(VARIABLE.findall(page.read_text())) <= known


def test_every_test_that_a_page_names_exists(page: Path) -> None:
    tests = "\n".join(file.read_text() for file in ROOT.glob("tests/**/test_*.py"))

    assert [name for name in TEST.findall(page.read_text()) if f"def {name}(" not in tests] == []


def test_every_dependency_has_its_row() -> None:
    rows = re.findall(r"^\| `([^`]+)`", (ROOT / "docs/dependencies.md").read_text(), re.MULTILINE)

    assert sorted(rows) == sorted(set(_dependencies()))


def test_every_promise_has_a_test() -> None:
    architecture = (ROOT / "docs/architecture.md").read_text()

    assert {int(number) for number in re.findall(r"`test_inv(\d+)_", architecture)} == set(range(1, 13))


def test_every_setting_of_the_compose_file_is_in_the_example() -> None:
    known = set(VARIABLE.findall((ROOT / ".env.example").read_text()))

    assert set(VARIABLE.findall((ROOT / "docker-compose.yml").read_text())) <= known


def _leads_somewhere(page: Path, link: str) -> bool:
    path, _, heading = link.partition("#")
    target = (page.parent / path).resolve() if path else page
    return target.exists() and (not heading or heading in _headings(target))


def _headings(page: Path) -> set[str]:
    """As GitHub names them: lower case, spaces as hyphens, without punctuation."""
    found = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in found}


def _dependencies() -> Iterator[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups = project["dependency-groups"].values()
    for each in [*project["project"]["dependencies"], *(item for group in groups for item in group)]:
        if isinstance(each, str) and (name := PACKAGE.match(each)):
            yield name[0]
