"""One of Google's APIs as an account calls it: with a token, and once more with a new one."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from channels.exchange import Answer, Exchange
from channels.google import errors
from channels.google.errors import Table
from channels.google.tokens import AccessTokens
from domain.configuration import Credentials
from domain.errors import OutcomeUnknown, ProviderUnavailable

_UNAUTHENTICATED: Final = 401
_CONFLICT: Final = 409


class GoogleApi:
    """Calls of one scope. `table` says what the errors of this API mean."""

    def __init__(self, exchange: Exchange, tokens: AccessTokens, *, scope: str, table: Table) -> None:
        self._exchange = exchange
        self._tokens = tokens
        self._scope = scope
        self._table = table

    async def check(self, credentials: Credentials) -> datetime:
        """Ask whether Google knows the service account, and until when. Raise ChannelError."""
        token = await self._tokens.renew(credentials, self._scope)
        return datetime.fromtimestamp(token.ends_at, UTC)

    async def create(
        self, credentials: Credentials, url: str, query: Mapping[str, str], json: Mapping[str, object]
    ) -> None:
        """Make something that has a name of ours. That it exists already is success."""
        try:
            answer = await self._call(credentials, "POST", url, query, json)
        except OutcomeUnknown as error:
            error.retry_after = timedelta(0)  # the same name makes it the same message
            raise
        taken_before = answer.status == _CONFLICT and errors.code_of(answer) in {"ALREADY_EXISTS", ""}
        if not answer.is_success and not taken_before:
            raise errors.rejection(answer, self._table)

    async def ask(
        self,
        credentials: Credentials,
        method: str,
        url: str,
        query: Mapping[str, str],
        json: Mapping[str, object] | None = None,
    ) -> Answer:
        """Ask what may be asked again. Its error never leaves a message in doubt."""
        try:
            answer = await self._call(credentials, method, url, query, json)
            if not answer.is_success:
                raise errors.rejection(answer, self._table)
        except OutcomeUnknown as error:
            raise ProviderUnavailable(
                str(error), provider_code=error.provider_code, retry_after=error.retry_after or None
            ) from error
        return answer

    async def _call(
        self,
        credentials: Credentials,
        method: str,
        url: str,
        query: Mapping[str, str],
        json: Mapping[str, object] | None,
    ) -> Answer:
        token = await self._tokens.get(credentials, self._scope)
        answer = await self._request(token, method, url, query, json)
        if answer.status != _UNAUTHENTICATED:
            return answer
        # A token may be revoked before its time. What was refused was not taken.
        token = await self._tokens.get(credentials, self._scope, refused=token)
        return await self._request(token, method, url, query, json)

    async def _request(
        self,
        token: str,
        method: str,
        url: str,
        query: Mapping[str, str],
        json: Mapping[str, object] | None,
    ) -> Answer:
        # No path in traces: it names the customer or the conversation.
        return await self._exchange.ask(
            method,
            url,
            shown_path="",
            params=dict(query) or None,
            json=json,
            headers={"Authorization": f"Bearer {token}"},
        )
