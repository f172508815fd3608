"""The widget as it is served: small, kept by browsers, readable from every page; and its languages."""

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI

from api import widget_files

WIDGET = Path(__file__).parents[2] / "widget"
TEXTS = sorted(WIDGET.glob("texts/*.json"))
# What a page loads before anybody chats: the script and one language.
AT_THE_START = 25_000
COMPRESSED = {"Accept-Encoding": "gzip"}


@pytest.fixture
async def shop() -> AsyncIterator[httpx2.AsyncClient]:
    app = FastAPI()
    app.include_router(widget_files.router)
    transport = httpx2.ASGITransport(app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://chat.example") as client:
        yield client


async def test_what_every_page_loads_is_less_than_25_kb(shop: httpx2.AsyncClient) -> None:
    start = await shop.get("/widget.js", headers=COMPRESSED)
    texts = await _part(shop, "texts/ko.json", **COMPRESSED)
    total = int(start.headers["Content-Length"]) + int(texts.headers["Content-Length"])
    assert total < AT_THE_START


async def test_a_part_of_this_release_is_kept_for_good(shop: httpx2.AsyncClient) -> None:
    panel = await _part(shop, "panel.js")
    assert panel.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert panel.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert (await shop.get("/widget/older/panel.js")).headers["Cache-Control"] == "public, no-cache"


async def test_pages_of_other_origins_may_read_it(shop: httpx2.AsyncClient) -> None:
    for path in ("/widget.js", "/widget/any/texts/ar.json"):
        answer = await shop.get(path)
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"


async def test_who_has_it_is_not_sent_it_again(shop: httpx2.AsyncClient) -> None:
    first = await shop.get("/widget.js")
    again = await shop.get("/widget.js", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("path", ["main.js", "%2e%2e/pyproject.toml", "texts/xx.json", ""])
async def test_nothing_else_is_served(shop: httpx2.AsyncClient, path: str) -> None:
    with pytest.raises(widget_files.NotFound):
        await _part(shop, path)


async def test_nothing_is_left_to_import(shop: httpx2.AsyncClient) -> None:
    for answer in (await shop.get("/widget.js"), await _part(shop, "panel.js")):
        assert not re.search(r"^(import|export) (?!default)", answer.text, re.MULTILINE)


def test_nothing_builds_markup_or_code_from_text() -> None:
    forbidden = re.compile(
        r"innerHTML|outerHTML|insertAdjacentHTML|\beval\(|new Function|style=|\.cssText"
    )
    for file in WIDGET.rglob("*.js"):
        assert not forbidden.search(file.read_text()), file.name


@pytest.mark.parametrize("file", TEXTS, ids=lambda file: file.stem)
def test_every_language_says_everything(file: Path) -> None:
    english = json.loads((WIDGET / "texts/en.json").read_text())
    texts = json.loads(file.read_text())
    assert texts.keys() == english.keys()
    for name, text in texts.items():
        assert _gaps(text) == _gaps(english[name]), name
        assert text.strip(), name


def test_there_are_the_languages_that_the_widget_names() -> None:
    named = re.search(r"LANGUAGES = \[(.+)\]", (WIDGET / "texts.js").read_text())
    assert named is not None
    assert sorted(re.findall(r"'(\w+)'", named[1])) == [file.stem for file in TEXTS]


def _gaps(text: str) -> set[str]:
    return set(re.findall(r"\{\w+\}", text))


async def _part(shop: httpx2.AsyncClient, path: str, **headers: str) -> httpx2.Response:
    return await shop.get(f"/widget/{widget_files.this_release()}/{path}", headers=headers)
