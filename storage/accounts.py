"""Channel accounts: their settings, their health, and their secrets, which nobody ever reads back."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from domain.configuration import Account, Credentials
from domain.ids import AccountId
from storage.account_secrets import AccountSecrets, SecretBox, SecretStatus
from storage.database import Database
from storage.documents import document, storable
from storage.resources import RUNNING_CONVERSATIONS, Resource, Statements
from storage.shelf import Shelf

__all__ = ["Accounts", "SecretBox", "SecretStatus"]

ACCOUNTS: Final = Statements(
    insert="""
        INSERT INTO accounts (account_id, channel, name, settings, enabled,
                              version, created_at, updated_at)
        VALUES (%(id)s, %(channel)s, %(name)s, %(settings)s, %(enabled)s,
                1, %(created_at)s, %(created_at)s)
    """,
    get="""
        SELECT account_id, channel, name, settings, enabled, last_webhook_at, last_error, last_error_at,
               draining_since, version, created_at, updated_at
        FROM accounts WHERE account_id = %(id)s AND deleted_at IS NULL
    """,
    listing="""
        SELECT account_id, channel, name, settings, enabled, last_webhook_at, last_error, last_error_at,
               draining_since, version, created_at, updated_at
        FROM accounts
        WHERE deleted_at IS NULL AND (%(after)s::uuid IS NULL OR account_id > %(after)s)
        ORDER BY account_id LIMIT %(limit)s
    """,
    update="""
        UPDATE accounts
        SET channel = %(channel)s, name = %(name)s, settings = %(settings)s, enabled = %(enabled)s,
            draining_since = %(draining_since)s, version = version + 1, updated_at = now()
        WHERE account_id = %(id)s AND version = %(expected_version)s AND deleted_at IS NULL
    """,
    lock="SELECT 1 FROM accounts WHERE account_id = %(id)s AND deleted_at IS NULL FOR UPDATE",
    delete="""
        UPDATE accounts a SET deleted_at = now(), enabled = false
        WHERE a.account_id = %(id)s
          AND NOT EXISTS (SELECT FROM endpoints e
                          WHERE e.account_id = a.account_id AND e.deleted_at IS NULL)
          AND NOT EXISTS (SELECT FROM templates t
                          WHERE t.account_id = a.account_id AND t.deleted_at IS NULL)
    """,
    in_use={
        RUNNING_CONVERSATIONS: """
            SELECT count(*) AS number FROM conversations c
            JOIN endpoints e ON e.endpoint_id = c.endpoint_id
            WHERE e.account_id = %(id)s AND c.state <> 'closed'
        """,
        "endpoints": """
            SELECT count(*) AS number FROM endpoints WHERE account_id = %(id)s AND deleted_at IS NULL
        """,
        "templates": """
            SELECT count(*) AS number FROM templates WHERE account_id = %(id)s AND deleted_at IS NULL
        """,
    },
    with_it=("DELETE FROM account_secrets WHERE account_id = %(id)s",),
)
# At most once in ten seconds: a burst of webhooks must not queue up behind one row. Each process asks
# its own memory first, so that most webhooks cost no statement for it.
TOUCH_EVERY: Final = timedelta(seconds=10)
TOUCH: Final = """
    UPDATE accounts SET last_webhook_at = now()
    WHERE account_id = %(id)s
      AND (last_webhook_at IS NULL OR last_webhook_at < now() - %(every)s::interval)
"""
REPORT_ERROR: Final = """
    UPDATE accounts SET last_error = %(message)s, last_error_at = now() WHERE account_id = %(id)s
"""
REPORT_SUCCESS: Final = """
    UPDATE accounts SET last_error = NULL, last_error_at = NULL
    WHERE account_id = %(id)s AND last_error IS NOT NULL
"""
_LONGEST_ERROR: Final = 1000  # characters; enough to act on, too few to fill a screen


class Accounts(Resource[Account]):
    """Accounts, with what only operators and adapters need of them."""

    noun = "account"
    sql = ACCOUNTS
    model = Account

    def __init__(self, db: Database, box: SecretBox) -> None:
        super().__init__(db)
        self._secrets = AccountSecrets(db, box)
        self._touched = Shelf[AccountId, None]()

    def identity(self, value: Account) -> UUID:
        return value.account_id

    def parameters(self, value: Account) -> dict[str, object]:
        return {**value.model_dump(), "settings": document(value.settings)}

    async def credentials(self, account_id: AccountId) -> Credentials:
        """Settings and opened secrets, for an adapter only."""
        account = await self.get(account_id)
        return Credentials(
            account_id=account_id,
            channel=account.channel,
            settings=account.settings,
            secrets=await self._secrets.opened(account_id),
        )

    async def set_secret(
        self, account_id: AccountId, name: str, value: str, *, keep_previous: bool
    ) -> None:
        """Set it. `keep_previous`: the newest older value stays valid, until it is set once more."""
        await self.get(account_id)
        await self._secrets.put(account_id, name, value, keep_previous=keep_previous)

    async def clear_secret(self, account_id: AccountId, name: str) -> None:
        await self._secrets.clear(account_id, name)

    async def secret_status(self, account_id: AccountId) -> dict[str, SecretStatus]:
        """What may be shown of the secrets that are set."""
        return await self._secrets.status(account_id)

    async def reencrypt(self, before: datetime, limit: int) -> int:
        """Seal again, with the newest key, what was sealed before then. Repeat until it returns 0."""
        return await self._secrets.reencrypt(before, limit)

    async def touch_webhook(self, account_id: AccountId) -> None:
        if self._touched.find(account_id, TOUCH_EVERY) is None:
            await self._db.execute(TOUCH, {"id": account_id, "every": TOUCH_EVERY})
            self._touched.put(account_id, None)

    async def report_error(self, account_id: AccountId, message: str) -> None:
        facts = {"id": account_id, "message": storable(message)[:_LONGEST_ERROR]}
        await self._db.execute(REPORT_ERROR, facts)

    async def report_success(self, account_id: AccountId) -> None:
        await self._db.execute(REPORT_SUCCESS, {"id": account_id})
