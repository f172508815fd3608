"""/config/v1/accounts/{account_id}: whether it is ready, how it is doing, what the provider lists.

These POSTs ask the provider and may be repeated at will: they need no `Idempotency-Key`.
"""

from fastapi import APIRouter

from api.config.schemas import AccountShown, Checks, NewAcknowledgement
from api.dependencies import ConfigReader, ConfigWriter, UseConfiguration
from api.errors import PROBLEMS
from application.configuration.privacy import PrivacyNotice
from application.configuration.provider_questions import AccountHealth, RegisteredWebhook
from application.configuration.templates import SyncReport
from domain.ids import AccountId

router = APIRouter(prefix="/config/v1/accounts", tags=["accounts"], responses=PROBLEMS)


@router.get("/{account_id}/verification")
async def known_checks(
    account_id: AccountId, _caller: ConfigReader, configuration: UseConfiguration
) -> Checks:
    """Say whether the account is ready, as far as we know."""
    return Checks.of(await configuration.verification.known(account_id))


@router.post("/{account_id}/verification")
async def live_checks(
    account_id: AccountId, _caller: ConfigWriter, configuration: UseConfiguration
) -> Checks:
    """Say whether the account is ready, asking the provider too."""
    return Checks.of(await configuration.verification.live(account_id))


@router.post("/{account_id}/templates/sync")
async def sync_templates(
    account_id: AccountId, caller: ConfigWriter, configuration: UseConfiguration
) -> SyncReport:
    """Copy all templates and their approval from the provider."""
    return await configuration.templates.sync(caller, account_id)


@router.get("/{account_id}/health")
async def health(
    account_id: AccountId, _caller: ConfigReader, configuration: UseConfiguration
) -> AccountHealth:
    """Say how the account is doing, with what the provider says of its quota."""
    return await configuration.provider.health(account_id)


@router.post("/{account_id}/webhook")
async def register_webhook(
    account_id: AccountId, caller: ConfigWriter, configuration: UseConfiguration
) -> RegisteredWebhook:
    """Have the provider call us, where it can be told so."""
    return await configuration.provider.register_webhook(caller, account_id)


@router.get("/{account_id}/privacy-acknowledgement")
async def privacy(
    account_id: AccountId, _caller: ConfigReader, configuration: UseConfiguration
) -> PrivacyNotice:
    """Show where customers' data goes, and who acknowledged that."""
    return await configuration.accounts.privacy(account_id)


@router.post("/{account_id}/privacy-acknowledgement")
async def acknowledge(
    account_id: AccountId,
    read: NewAcknowledgement,
    caller: ConfigWriter,
    configuration: UseConfiguration,
) -> AccountShown:
    """Acknowledge that customers' data leaves for the provider, and enable the account."""
    view = await configuration.accounts.acknowledge(
        caller, account_id, read.version, enable=read.enable
    )
    return AccountShown.of(view)
