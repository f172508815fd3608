"""What an operator does from the command line, against real servers."""

from pathlib import Path

import pytest
from pydantic import SecretStr
from temporalio.testing import WorkflowEnvironment

from domain.configuration import Role
from domain.errors import Conflict, NotFound
from domain.ids import new_id
from runtime import operating, versions
from runtime.keyring import new_key
from runtime.settings import Settings
from storage.agents import Agents
from tests.integration.house import House


@pytest.fixture
def settings(database_url: str, temporal_dev_server: WorkflowEnvironment, tmp_path: Path) -> Settings:
    """A deployment on this test's database and the session's Temporal server."""
    return Settings(
        database_url=SecretStr(database_url),
        temporal_address=temporal_dev_server.client.service_client.config.target_host,
        secret_keys=(SecretStr(new_key()),),
        media_dir=tmp_path,
        build_id="tested",
    )


async def test_the_first_admin_is_let_in_once(settings: Settings, house: House) -> None:
    person = {"name": "Ann", "email": "ann@example.com"}
    await operating.make_admin(settings, **person, password=SecretStr("correct horse battery"))
    agent = await Agents(house.db).by_email("ann@example.com")
    assert agent is not None
    assert agent.roles == (Role.ADMIN,)
    with pytest.raises(Conflict):
        await operating.make_admin(settings, **person, password=SecretStr("another good password"))


async def test_a_build_becomes_the_one_that_new_conversations_begin_on(
    settings: Settings, temporal_dev_server: WorkflowEnvironment
) -> None:
    assert await versions.is_versioning_offered(temporal_dev_server.client)
    await operating.promote(settings)
    await operating.promote(settings)


async def test_running_conversations_are_taken_up_again(settings: Settings, house: House) -> None:
    received = await house.receive("SM-1")
    assert await operating.resume(settings, None) == 1
    assert await operating.resume(settings, received.conversation_id) == 1
    with pytest.raises(NotFound):
        await operating.resume(settings, new_id())
