"""What admins change at the same time, or say twice."""

import asyncio
from collections.abc import Sequence
from typing import Any

import httpx2
import pytest

from storage.database import Database
from tests.api.other_channels import FakeLine, at, connect, set_region

WAITING = "SELECT count(*) AS number FROM pg_locks WHERE NOT granted"


@pytest.fixture
def others() -> Sequence[Any]:
    return (FakeLine(),)


async def switch(admin: httpx2.AsyncClient, account: dict[str, Any], *, on: bool) -> httpx2.Response:
    version = (await admin.get(at(account))).json()["version"]
    headers = {"If-Match": f'"{version}"'}
    return await admin.patch(at(account), json={"enabled": on}, headers=headers)


async def test_an_acknowledgement_that_is_repeated_late_enables_nothing(
    admin: httpx2.AsyncClient,
) -> None:
    account = await connect(admin, "line", privacy_acknowledged_version="1")
    assert not (await switch(admin, account, on=False)).json()["enabled"]
    answer = await admin.post(at(account, "/privacy-acknowledgement"), json={"version": "1"})
    assert (answer.status_code, answer.json()["enabled"]) == (200, False)


async def test_an_account_is_not_enabled_while_the_organisation_moves(
    admin: httpx2.AsyncClient, database: Database
) -> None:
    account = await connect(admin, "line", privacy_acknowledged_version="1")
    await switch(admin, account, on=False)
    async with database.transaction():
        await database.execute("UPDATE organizations SET region = 'government'")
        enabling = asyncio.create_task(switch(admin, account, on=True))
        await until_waiting(database, enabling)
    assert (await enabling).status_code == 422


async def test_an_organisation_does_not_move_while_an_account_is_enabled(
    admin: httpx2.AsyncClient, database: Database
) -> None:
    account = await connect(admin, "line", privacy_acknowledged_version="1")
    await switch(admin, account, on=False)
    async with database.transaction():
        await database.execute("SELECT 1 FROM organizations FOR SHARE")
        await database.execute("UPDATE accounts SET enabled = true")
        moving = asyncio.create_task(set_region(admin, "government"))
        await until_waiting(database, moving)
    assert (await moving).status_code == 422


async def test_an_admin_does_not_go_while_the_only_other_one_goes(
    admin: httpx2.AsyncClient, database: Database
) -> None:
    ann, ben = [await an_admin(admin, name) for name in ("Ann", "Ben")]
    both = {"ids": [ann["agent_id"], ben["agent_id"]]}
    await database.execute("UPDATE agents SET enabled = false WHERE agent_id <> ALL (%(ids)s)", both)
    async with database.transaction():
        await database.execute("UPDATE agents SET enabled = false WHERE agent_id = %(agent_id)s", ben)
        going = asyncio.create_task(
            admin.delete(f"/config/v1/agents/{ann['agent_id']}", headers={"If-Match": '"1"'})
        )
        await until_waiting(database, going)
    assert (await going).status_code == 409


async def an_admin(admin: httpx2.AsyncClient, name: str) -> dict[str, Any]:
    draft = {"name": name, "email": f"{name}@example.com", "roles": ["admin"]}
    answer = await admin.post("/config/v1/agents", json=draft)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def until_waiting(database: Database, request: asyncio.Task[httpx2.Response]) -> None:
    """Return once it waits for a lock; one that needs none is done before."""
    async with asyncio.timeout(60):
        while not request.done():
            row = await database.one(WAITING)
            if row is not None and row["number"]:
                return
            await asyncio.sleep(0.01)
