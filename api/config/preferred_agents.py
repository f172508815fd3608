"""/config/v1/contacts/{id}/preferred-agents: whom a customer likes best."""

from api.config.routing import config_router
from api.dependencies import ConfigReader, ConfigWriter, UseConfiguration
from application.configuration.preferred_agents import Preference
from domain.ids import ContactId

router = config_router("/config/v1/contacts/{contact_id}/preferred-agents", "contacts")


@router.get("")
async def get(
    contact_id: ContactId, _caller: ConfigReader, configuration: UseConfiguration
) -> Preference:
    """At most three. The first is asked first."""
    return await configuration.preferred_agents.get(contact_id)


@router.put("")
async def put(
    contact_id: ContactId,
    wanted: Preference,
    caller: ConfigWriter,
    configuration: UseConfiguration,
) -> Preference:
    """Replace them; an empty list: whoever comes."""
    return await configuration.preferred_agents.put(caller, contact_id, wanted)
