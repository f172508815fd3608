"""The page that explains the API: complete, and with nothing from elsewhere."""

import json
import re

from fastapi import FastAPI

from api.examples import example_of
from application.configuration.accounts import NewAccount
from tests.api.conftest import Http


async def test_the_page_shows_every_path(http: Http, app: FastAPI) -> None:
    text = (await http.anonymous().get("/docs")).text

    assert not [path for path in app.openapi()["paths"] if f"<code>{path}</code>" not in text]


async def test_the_page_loads_nothing_and_runs_nothing(http: Http) -> None:
    answer = await http.anonymous().get("/docs")

    without_examples = re.sub(r"<pre>[^<]*</pre>", "", answer.text)
    assert not re.search(r"<script|src=|https?://", without_examples)
    assert answer.headers["content-security-policy"].startswith(
        "default-src 'none'; style-src 'sha256-"
    )


def test_the_example_of_an_account_is_one_that_an_admin_could_send(app: FastAPI) -> None:
    example = example_of({"$ref": "#/components/schemas/NewAccount"}, app.openapi())

    assert NewAccount.model_validate(json.loads(json.dumps(example))).channel == "whatsapp"


def test_a_schema_that_contains_itself_ends() -> None:
    circle = {"type": "object", "properties": {"inner": {"$ref": "#/components/schemas/Circle"}}}

    assert example_of(circle, {"components": {"schemas": {"Circle": circle}}}) is not None
