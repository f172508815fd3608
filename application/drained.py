"""Accounts and endpoints that an admin had drained go by themselves, with their last conversation."""

import contextlib
from typing import Final

from application.configuration.accounts import SUBJECT as ACCOUNT
from application.configuration.audit import AuditTrail
from application.configuration.endpoints import SUBJECT as ENDPOINT
from application.configuration.register import Register
from application.configuration.templates import SUBJECT as TEMPLATE
from application.whole_lists import whole
from domain.configuration import Account, Caller, Endpoint
from domain.errors import NotFound, StaleVersion, StillInUse
from storage.accounts import Accounts
from storage.database import Database
from storage.endpoints import Endpoints
from storage.templates import Templates

# An admin decided it, as the entry before in the audit log says.
CALLER: Final = Caller(name="draining", scopes=frozenset())
# It runs on, or somebody decided otherwise a moment ago.
_NOT_NOW: Final = (StillInUse, StaleVersion, NotFound)


class DrainedRemoval:
    """Removes what is drained; what still runs is left alone until the next round."""

    def __init__(
        self,
        *,
        accounts: Accounts,
        endpoints: Endpoints,
        templates: Templates,
        trail: AuditTrail,
        database: Database,
    ) -> None:
        self._database = database
        self._accounts = Register(ACCOUNT, accounts, trail, database)
        self._endpoints = Register(ENDPOINT, endpoints, trail, database)
        self._templates = Register(TEMPLATE, templates, trail, database)

    async def remove(self) -> int:
        """How many accounts and endpoints went."""
        removed = 0
        for account in await whole(self._accounts.listing):
            if account.draining_since:
                removed += await self._remove_account(account)
        for endpoint in await whole(self._endpoints.listing):
            if endpoint.draining_since:
                removed += await self._remove_endpoint(endpoint)
        return removed

    async def _remove_account(self, account: Account) -> int:
        """All of it or nothing: with its endpoints and templates, which running ones still need."""
        account_id = account.account_id
        with contextlib.suppress(*_NOT_NOW):
            async with self._database.transaction():
                for endpoint in await whole(self._endpoints.listing):
                    if endpoint.account_id == account_id:
                        await self._endpoints.delete(CALLER, endpoint.endpoint_id, endpoint.version)
                for template in await whole(self._templates.listing):
                    if template.account_id == account_id:
                        await self._templates.delete(CALLER, template.template_id, template.version)
                await self._accounts.delete(CALLER, account_id, account.version)
            return 1
        return 0

    async def _remove_endpoint(self, endpoint: Endpoint) -> int:
        with contextlib.suppress(*_NOT_NOW):
            await self._endpoints.delete(CALLER, endpoint.endpoint_id, endpoint.version)
            return 1
        return 0
