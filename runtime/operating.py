"""What an operator does to a deployment from the command line."""

from datetime import datetime
from typing import Final
from uuid import UUID

from pydantic import SecretStr

from application.configuration.agents import NewAgent
from application.passwords import Passwords
from application.whole_lists import whole
from domain.configuration import Caller, Role, Scope
from domain.errors import ConfigurationError, NotFound
from domain.ids import AccountId
from domain.values import Value
from runtime import search_attributes, versions
from runtime.keyring import Keyring
from runtime.settings import Settings
from runtime.temporal import connect
from runtime.wiring import SecretBox, open_application, open_configuration
from storage.accounts import Accounts
from storage.database import Database, open_database
from storage.mailbox import Mailbox

SECRETS_AT_A_TIME: Final = 100
"""As many rows are locked at once; an account that sets its secret waits for no more than that."""

_CALLER: Final = Caller(name="command line", scopes=frozenset(Scope))


class _Clock(Value):
    now: datetime


async def make_admin(settings: Settings, *, name: str, email: str, password: SecretStr) -> None:
    """Let in the first person who can administer; the others are made through the config API.

    Raises Conflict when somebody signs in with this e-mail address already.
    """
    client = await connect(settings, lazy=True)
    async with open_application(settings, client) as application:
        configuration = open_configuration(settings, application, Passwords())
        draft = NewAgent(name=name, email=email, roles=(Role.ADMIN,), password=password)
        await configuration.agents.create(_CALLER, draft)


async def promote(settings: Settings) -> None:
    """Make our search attributes known, and let new conversations begin on this build."""
    client = await connect(settings)
    await search_attributes.register(client)
    if await versions.is_versioning_offered(client):
        await versions.promote(client, settings.build_id)


async def resume(settings: Settings, conversation_id: UUID | None) -> int:
    """Have running conversations taken up again: after a restore, or when a workflow was lost."""
    async with open_database(settings.database_url.get_secret_value()) as database:
        count = await Mailbox(database).count_on(conversation_id)
    if conversation_id is not None and count == 0:
        raise NotFound("There is no such conversation, or it is closed: nothing needs to be resumed.")
    return count


async def reseal(settings: Settings) -> int:
    """Seal every stored secret with the first key; say how many. A second run finds them all again.

    Raises ConfigurationError when the key of one of them is missing; those before it are resealed.
    """
    async with open_database(settings.database_url.get_secret_value(), max_size=2) as database:
        accounts = Accounts(database, SecretBox(Keyring.of(settings)))
        started = await _clock(database)
        total = 0
        while resealed := await accounts.reencrypt(started, SECRETS_AT_A_TIME):
            total += resealed
    return total


async def unreadable(settings: Settings) -> list[str]:
    """The names of accounts with a secret that none of our keys opens: one of them is lost."""
    async with open_database(settings.database_url.get_secret_value(), max_size=2) as database:
        accounts = Accounts(database, SecretBox(Keyring.of(settings)))
        return [
            account.name
            for account in await whole(accounts.listing)
            if not await _can_be_opened(accounts, account.account_id)
        ]


async def _can_be_opened(accounts: Accounts, account_id: AccountId) -> bool:
    try:
        await accounts.credentials(account_id)
    except ConfigurationError:
        return False
    return True


async def _clock(database: Database) -> datetime:
    """PostgreSQL's, which stamps what is sealed: with ours, which may differ, some would be missed."""
    [clock] = await database.rows(_Clock, "SELECT clock_timestamp() AS now")
    return clock.now
