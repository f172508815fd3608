"""/config/v1/accounts/{account_id}: whether it is ready, and what the provider lists.

These POSTs ask the provider and may be repeated at will: they need no `Idempotency-Key`.
"""

from fastapi import APIRouter

from api.config.schemas import Checks
from api.dependencies import ConfigReader, ConfigWriter, UseConfiguration
from api.errors import PROBLEMS
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
