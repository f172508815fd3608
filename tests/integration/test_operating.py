"""What an operator does from the command line, against real servers."""

from pathlib import Path

import pytest
from pydantic import SecretStr
from temporalio.testing import WorkflowEnvironment

from domain.configuration import Role
from domain.errors import ConfigurationError, Conflict, NotFound
from domain.ids import new_id
from runtime import operating, versions
from runtime.keyring import Keyring, new_key
from runtime.settings import Settings
from runtime.wiring import SecretBox
from storage.accounts import Accounts
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


async def test_stored_secrets_move_to_the_first_key(
    settings: Settings, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operating, "SECRETS_AT_A_TIME", 2)
    [old], new = settings.secret_keys, SecretStr(new_key())
    account_id = house.account.account_id
    for name in ("a", "b", "c"):
        await accounts_with(house, old).set_secret(
            account_id, name, f"value of {name}", keep_previous=False
        )

    assert await operating.reseal(settings.model_copy(update={"secret_keys": (new, old)})) == 3
    credentials = await accounts_with(house, new).credentials(account_id)
    assert credentials.secrets == {name: (f"value of {name}",) for name in ("a", "b", "c")}


async def test_a_secret_whose_key_is_missing_stays_as_it_is(settings: Settings, house: House) -> None:
    account_id = house.account.account_id
    [old] = settings.secret_keys
    await accounts_with(house, old).set_secret(account_id, "a", "value", keep_previous=False)

    with pytest.raises(ConfigurationError, match="Put the earlier key back"):
        await operating.reseal(settings.model_copy(update={"secret_keys": (SecretStr(new_key()),)}))
    assert (await accounts_with(house, old).credentials(account_id)).secret("a") == "value"


async def test_accounts_whose_key_is_missing_are_named(settings: Settings, house: House) -> None:
    [old], lost = (
        settings.secret_keys,
        settings.model_copy(update={"secret_keys": (SecretStr(new_key()),)}),
    )
    assert await operating.unreadable(lost) == []  # it has no secret yet

    await accounts_with(house, old).set_secret(
        house.account.account_id, "a", "value", keep_previous=False
    )
    assert await operating.unreadable(settings) == []
    assert await operating.unreadable(lost) == [house.account.name]


def accounts_with(house: House, key: SecretStr) -> Accounts:
    """The accounts, for somebody who has this key only."""
    return Accounts(house.db, SecretBox(Keyring([key.get_secret_value()])))
