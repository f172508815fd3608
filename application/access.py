"""Who is asking, and what they may do: API keys, sign-ins, sessions."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import Final

from pydantic import Field

from application import tokens
from application.passwords import Passwords
from application.roles import scopes_of
from domain.configuration import Agent, ApiKey, Caller, Scope
from domain.errors import NotAllowed, NotSignedIn, TooManyRequests
from domain.ids import AgentId
from domain.values import Value
from storage.access import ApiKeys, Sessions, SignInAttempts
from storage.agents import Agents

SESSION_LIFETIME: Final = timedelta(hours=12)
LOCK_WINDOW: Final = timedelta(minutes=15)
# One person mistypes a few times; one address may be a whole office behind a router.
TRIES_PER_EMAIL: Final = 5
TRIES_PER_ADDRESS: Final = 50

UNKNOWN_TOKEN: Final = "The token is not known, has expired or was revoked. Sign in again."  # noqa: S105


def now() -> datetime:
    """The clock, where no other is given."""
    return datetime.now(UTC)


def require(caller: Caller, needed: Iterable[Scope]) -> None:
    """Raise NotAllowed unless the caller has every scope that is needed."""
    missing = sorted(frozenset(needed) - caller.scopes)
    if missing:
        names = ", ".join(missing)
        raise NotAllowed(f"This needs the scope {names}. Ask an admin for it.", missing=missing)


def _counted(email: str, address: str) -> dict[str, int]:
    """What failures are counted by, and how many each may have.

    A private address is most likely our own proxy's: locking it would lock everybody out.
    """
    counted = {f"email:{email}": TRIES_PER_EMAIL}
    with suppress(ValueError):
        if ip_address(address).is_global:
            counted[f"address:{address}"] = TRIES_PER_ADDRESS
    return counted


class SignedIn(Value):
    """A new session. The token is told once; only its digest is kept."""

    token: str = Field(repr=False)
    expires_at: datetime
    agent: Agent


class Access:
    """Turns tokens into callers, and passwords into tokens."""

    def __init__(
        self,
        *,
        keys: ApiKeys,
        sessions: Sessions,
        attempts: SignInAttempts,
        agents: Agents,
        passwords: Passwords,
        session_lifetime: timedelta = SESSION_LIFETIME,
        clock: Callable[[], datetime] = now,
    ) -> None:
        self._keys = keys
        self._sessions = sessions
        self._attempts = attempts
        self._agents = agents
        self._passwords = passwords
        self._session_lifetime = session_lifetime
        self._clock = clock

    async def authenticate(self, token: str) -> Caller:
        """The caller behind a token. Raise NotSignedIn when there is none."""
        if len(token) > tokens.MAX_LENGTH or not token.isascii():
            raise NotSignedIn(UNKNOWN_TOKEN)
        if tokens.is_session(token):
            return await self._person(tokens.digest(token))
        return await self._key_holder(tokens.digest(token))

    async def sign_in(self, email: str, password: str, address: str) -> SignedIn:
        """A session for the person with this password; `address` is where they call from."""
        email = email.strip().lower()
        await self._refuse_when_locked(email, address)
        agent = await self._agent_with(email, password)
        if agent is None:
            for subject in _counted(email, address):
                await self._attempts.failed(subject)
            raise NotSignedIn("The e-mail address or the password is wrong.")
        await self._attempts.clear(f"email:{email}")
        return await self._open_session(agent)

    async def sign_out(self, token: str) -> None:
        """End a session at once. A key is not a session: admins revoke keys."""
        await self._sessions.revoke(tokens.digest(token))

    async def agent(self, agent_id: AgentId) -> Agent:
        """The person behind a caller."""
        return await self._agents.get(agent_id)

    async def _person(self, digest: bytes) -> Caller:
        agent = await self._sessions.by_hash(digest)
        if agent is None:
            raise NotSignedIn(UNKNOWN_TOKEN)
        return Caller(name=agent.email, scopes=scopes_of(agent.roles), agent_id=agent.agent_id)

    async def _key_holder(self, digest: bytes) -> Caller:
        key = await self._keys.by_hash(digest)
        if key is None:
            raise NotSignedIn(UNKNOWN_TOKEN)
        return Caller(
            name=f"key {key.name}",
            scopes=await self._scopes_of_key(key),
            agent_id=key.agent_id,
            key_id=key.key_id,
        )

    async def _scopes_of_key(self, key: ApiKey) -> frozenset[Scope]:
        """A key that acts for a person may never do more than that person."""
        if key.agent_id is None:
            return frozenset(key.scopes)
        agent = await self._agents.get(key.agent_id)
        return frozenset(key.scopes) & scopes_of(agent.roles)

    async def _refuse_when_locked(self, email: str, address: str) -> None:
        for subject, tries in _counted(email, address).items():
            if await self._attempts.failures(subject, LOCK_WINDOW) >= tries:
                minutes = int(LOCK_WINDOW.total_seconds() // 60)
                raise TooManyRequests(
                    f"Too many failed sign-ins. Wait {minutes} minutes, then try again.", LOCK_WINDOW
                )

    async def _agent_with(self, email: str, password: str) -> Agent | None:
        agent = await self._agents.by_email(email)
        stored = await self._agents.password_hash(agent.agent_id) if agent else None
        correct = await self._passwords.matches(password, stored)
        return agent if agent and agent.enabled and correct else None

    async def _open_session(self, agent: Agent) -> SignedIn:
        token = tokens.new_session()
        expires_at = self._clock() + self._session_lifetime
        await self._sessions.create(tokens.digest(token), agent.agent_id, expires_at)
        return SignedIn(token=token, expires_at=expires_at, agent=agent)
