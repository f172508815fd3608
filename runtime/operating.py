"""What an operator does to a deployment from the command line."""

from typing import Final
from uuid import UUID

from pydantic import SecretStr

from application.configuration.agents import NewAgent
from application.passwords import Passwords
from domain.configuration import Caller, Role, Scope
from domain.errors import NotFound
from runtime import config_services, search_attributes, versions
from runtime.settings import Settings
from runtime.temporal import connect
from runtime.wiring import open_application
from storage.database import open_database
from storage.mailbox import Mailbox

_CALLER: Final = Caller(name="command line", scopes=frozenset(Scope))


async def make_admin(settings: Settings, *, name: str, email: str, password: SecretStr) -> None:
    """Let in the first person who can administer; the others are made through the config API.

    Raises Conflict when somebody signs in with this e-mail address already.
    """
    client = await connect(settings, lazy=True)
    async with open_application(settings, client) as application:
        configuration = config_services.configuration(
            config_services.Surroundings(
                database=application.database,
                accounts=application.accounts,
                channels=application.channels,
                directories=application.channels,
                passwords=Passwords(),
                public_url=settings.public_url,
            )
        )
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
