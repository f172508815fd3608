"""The Twilio SDK, one client per account, on the shared pool and at the configured addresses."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from twilio.base.exceptions import TwilioException
from twilio.rest import Client

from channels.exchange import Timeouts
from channels.twilio.account import account_sid, owner_of, rest_auth
from channels.twilio.transport import AccountTransport, TwilioPool, origin
from channels.watching import Watch, unwatched
from domain.configuration import Credentials
from domain.errors import OutcomeUnknown

API_URL: Final = "https://api.twilio.com"
CONTENT_URL: Final = "https://content.twilio.com"
# TWILIO_EDGE and TWILIO_REGION would rewrite the hosts. Not empty: the SDK reads os.environ then.
_ENVIRONMENT: Final = {"TWILIO_EDGE": "", "TWILIO_REGION": ""}


class TwilioClients:
    """Hands out SDK clients.

    The base addresses belong to the deployment, not to an account: who may edit an account but
    not read its secrets could otherwise have them sent to a host of their own.
    """

    def __init__(
        self,
        *,
        api_url: str = API_URL,
        content_url: str = CONTENT_URL,
        timeouts: Timeouts | None = None,
        watch: Watch = unwatched,
    ) -> None:
        self.api_url = api_url.rstrip("/")
        self._content_url = content_url.rstrip("/")
        origins = frozenset({origin(api_url), origin(content_url)})
        self._pool = TwilioPool(timeouts or Timeouts(), origins=origins, watch=watch)

    def for_account(self, credentials: Credentials) -> Any:  # noqa: ANN401 - the SDK is untyped
        """A client of one account."""
        user, password = rest_auth(credentials)
        client = Client(
            user,
            password,
            account_sid(credentials),
            http_client=AccountTransport(self._pool, credentials.settings),
            environment=_ENVIRONMENT,
        )
        client.api.base_url = self.api_url
        client.content.base_url = self._content_url
        return client

    def messages(self, credentials: Credentials, address: str) -> Any:  # noqa: ANN401 - as above
        """The Messages resource of the account that owns an endpoint, callable with a sid."""
        sid = owner_of(credentials, address)
        return self.for_account(credentials).api.v2010.accounts(sid).messages

    async def close(self) -> None:
        """Let go of all connections."""
        await self._pool.close()


@contextmanager
def reading() -> Iterator[None]:
    """An answer the SDK cannot read says nothing about what was done."""
    try:
        yield
    except (TwilioException, ValueError, LookupError, TypeError, AttributeError) as error:
        raise OutcomeUnknown("Twilio's answer cannot be read. Holdfast finds out.") from error
