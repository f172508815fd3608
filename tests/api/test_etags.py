"""Two admins at once: the second one is told, and overwrites nothing."""

import asyncio
from typing import Any

import httpx2
import pytest


@pytest.fixture
async def path(admin: httpx2.AsyncClient) -> str:
    answer = await admin.post("/config/v1/queues", json={"name": "Support"})
    return str(answer.headers["location"])


async def rename(client: httpx2.AsyncClient, path: str, tag: str | None) -> httpx2.Response:
    headers: dict[str, Any] = {"If-Match": tag} if tag else {}
    return await client.patch(path, json={"name": f"Renamed {tag}"}, headers=headers)


async def test_a_change_without_if_match_is_refused(admin: httpx2.AsyncClient, path: str) -> None:
    assert (await rename(admin, path, None)).status_code == 428
    assert (await admin.delete(path)).status_code == 428


@pytest.mark.parametrize(
    "tag", ['"2"', '"0"', '"999999999999999999999"', "1", "*", 'W/"1"', '"1", "2"']
)
async def test_a_tag_that_is_not_todays_is_stale(
    admin: httpx2.AsyncClient, path: str, tag: str
) -> None:
    assert (await rename(admin, path, tag)).status_code == 412
    assert (await admin.get(path)).json()["name"] == "Support"


async def test_a_stale_delete_removes_nothing(admin: httpx2.AsyncClient, path: str) -> None:
    await rename(admin, path, '"1"')

    assert (await admin.delete(path, headers={"If-Match": '"1"'})).status_code == 412
    assert (await admin.get(path)).status_code == 200


async def test_the_tag_of_an_answer_allows_the_next_change(
    admin: httpx2.AsyncClient, path: str
) -> None:
    tag = (await admin.get(path)).headers["etag"]
    tag = (await rename(admin, path, tag)).headers["etag"]

    assert (await rename(admin, path, tag)).status_code == 200


async def test_of_many_changes_at_once_exactly_one_wins(admin: httpx2.AsyncClient, path: str) -> None:
    answers = await asyncio.gather(*(rename(admin, path, '"1"') for _ in range(5)))

    assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412, 412]
    assert (await admin.get(path)).json()["version"] == 2
