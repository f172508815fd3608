"""Who gets in, who does not, and what each may do."""

from datetime import timedelta

import pytest
from pydantic import SecretStr

from application import tokens
from application.access import LOCK_WINDOW, TRIES_PER_ADDRESS, TRIES_PER_EMAIL, now, require
from application.configuration.agents import AgentChange
from application.configuration.api_keys import NewApiKey
from application.passwords import Passwords
from application.roles import SCOPES
from application.services import Services
from domain.configuration import Agent, Role, Scope
from domain.errors import NotAllowed, NotSignedIn, TooManyRequests
from runtime import config_services
from storage.database import Database
from tests.api.conftest import PASSWORD, ROOT, everything_in

OUTSIDE, ANOTHER = "8.8.8.8", "9.9.9.9"


async def a_key(services: Services, *scopes: Scope, agent: Agent | None = None) -> str:
    draft = NewApiKey(name="k", scopes=scopes, agent_id=agent.agent_id if agent else None)
    return (await services.configuration.api_keys.create(ROOT, draft)).token


async def test_a_password_opens_a_session_with_the_scopes_of_the_roles(
    services: Services, ann: Agent
) -> None:
    signed_in = await services.access.sign_in(" Ann@Example.com", PASSWORD, OUTSIDE)

    caller = await services.access.authenticate(signed_in.token)

    assert (caller.agent_id, caller.scopes) == (ann.agent_id, SCOPES[Role.AGENT])


async def test_wrong_password_and_unknown_person_are_told_the_same(
    services: Services, ann: Agent
) -> None:
    with pytest.raises(NotSignedIn) as wrong:
        await services.access.sign_in(ann.email, "not the password", OUTSIDE)
    with pytest.raises(NotSignedIn) as unknown:
        await services.access.sign_in("nobody@example.com", PASSWORD, OUTSIDE)

    assert str(wrong.value) == str(unknown.value)


async def test_a_password_of_an_unknown_person_is_checked_against_a_hash_too(
    passwords: Passwords,
) -> None:
    assert not await passwords.matches("nobody has this password", None)


async def test_repeated_failures_lock_the_person_even_for_the_right_password(
    services: Services, ann: Agent
) -> None:
    for _ in range(TRIES_PER_EMAIL):
        with pytest.raises(NotSignedIn):
            await services.access.sign_in(ann.email, "wrong", OUTSIDE)

    with pytest.raises(TooManyRequests) as locked:
        await services.access.sign_in(ann.email, PASSWORD, ANOTHER)

    assert locked.value.retry_after == LOCK_WINDOW


async def test_repeated_failures_lock_the_address_for_everybody(services: Services, ann: Agent) -> None:
    for number in range(TRIES_PER_ADDRESS):
        with pytest.raises(NotSignedIn):
            await services.access.sign_in(f"guess{number}@example.com", "wrong", OUTSIDE)

    with pytest.raises(TooManyRequests):
        await services.access.sign_in(ann.email, PASSWORD, OUTSIDE)
    await services.access.sign_in(ann.email, PASSWORD, ANOTHER)


async def test_a_proxy_of_ours_is_never_locked(services: Services, ann: Agent) -> None:
    for number in range(TRIES_PER_ADDRESS):
        with pytest.raises(NotSignedIn):
            await services.access.sign_in(f"guess{number}@example.com", "wrong", "10.1.2.3")

    await services.access.sign_in(ann.email, PASSWORD, "10.1.2.3")


async def test_a_right_password_forgives_earlier_mistakes(services: Services, ann: Agent) -> None:
    for _ in range(3):
        for _ in range(TRIES_PER_EMAIL - 1):
            with pytest.raises(NotSignedIn):
                await services.access.sign_in(ann.email, "wrong", OUTSIDE)
        await services.access.sign_in(ann.email, PASSWORD, OUTSIDE)


async def test_signing_out_ends_the_session_at_once(services: Services, ann: Agent) -> None:
    token = (await services.access.sign_in(ann.email, PASSWORD, OUTSIDE)).token

    await services.access.sign_out(token)

    with pytest.raises(NotSignedIn):
        await services.access.authenticate(token)


async def test_a_session_ends_by_itself(database: Database, passwords: Passwords, ann: Agent) -> None:
    access = config_services.access(database, passwords, timedelta(seconds=-1))
    token = (await access.sign_in(ann.email, PASSWORD, OUTSIDE)).token

    with pytest.raises(NotSignedIn):
        await access.authenticate(token)


async def test_a_new_password_ends_every_session_and_replaces_the_old_one(
    services: Services, ann: Agent
) -> None:
    token = (await services.access.sign_in(ann.email, PASSWORD, OUTSIDE)).token

    new = SecretStr("another long password")
    await services.configuration.agents.set_password(ROOT, ann.agent_id, new)

    with pytest.raises(NotSignedIn):
        await services.access.authenticate(token)
    with pytest.raises(NotSignedIn):
        await services.access.sign_in(ann.email, PASSWORD, OUTSIDE)
    await services.access.sign_in(ann.email, new.get_secret_value(), OUTSIDE)


async def test_a_disabled_person_loses_sessions_and_keys_at_once(
    services: Services, ann: Agent, boss: Agent
) -> None:
    token = (await services.access.sign_in(ann.email, PASSWORD, OUTSIDE)).token
    key = await a_key(services, Scope.AGENT, agent=ann)

    change = AgentChange(enabled=False)
    await services.configuration.agents.update(ROOT, ann.agent_id, change, ann.version)

    for each in (token, key):
        with pytest.raises(NotSignedIn):
            await services.access.authenticate(each)
    with pytest.raises(NotSignedIn):
        await services.access.sign_in(ann.email, PASSWORD, OUTSIDE)


async def test_new_roles_count_from_the_next_request_on(
    services: Services, ann: Agent, boss: Agent
) -> None:
    token = (await services.access.sign_in(ann.email, PASSWORD, OUTSIDE)).token

    change = AgentChange(roles=(Role.OPERATOR,))
    await services.configuration.agents.update(ROOT, ann.agent_id, change, ann.version)

    assert (await services.access.authenticate(token)).scopes == {Scope.OPERATOR}


async def test_a_key_never_does_more_than_the_person_it_acts_for(
    services: Services, ann: Agent
) -> None:
    key = await a_key(services, Scope.AGENT, Scope.SUPERVISOR, Scope.CONFIG_WRITE, agent=ann)

    assert (await services.access.authenticate(key)).scopes == {Scope.AGENT}


async def test_a_revoked_key_is_closed_at_once(services: Services) -> None:
    made = await services.configuration.api_keys.create(
        ROOT, NewApiKey(name="k", scopes=(Scope.OPERATOR,))
    )

    await services.configuration.api_keys.revoke(ROOT, made.key.key_id)

    with pytest.raises(NotSignedIn):
        await services.access.authenticate(made.token)


async def test_an_expired_key_is_closed(services: Services) -> None:
    draft = NewApiKey(name="k", scopes=(Scope.OPERATOR,), expires_at=now() + timedelta(hours=1))
    token = (await services.configuration.api_keys.create(ROOT, draft)).token

    await services.access._keys._db.execute("UPDATE api_keys SET expires_at = now()")

    with pytest.raises(NotSignedIn):
        await services.access.authenticate(token)


async def test_a_token_that_is_almost_right_is_wrong(services: Services) -> None:
    token = await a_key(services, Scope.OPERATOR)

    for forged in (token.upper(), token[:-1], token + "A", token.replace("hf_", "hfs_")):
        with pytest.raises(NotSignedIn):
            await services.access.authenticate(forged)


@pytest.mark.parametrize("token", ["", "hf_", "hfs_", "hf_x_y", "x" * 10_000, "hf_\x00", "ключ"])
async def test_nonsense_is_no_token(services: Services, token: str) -> None:
    with pytest.raises(NotSignedIn):
        await services.access.authenticate(token)


def test_a_key_carries_256_random_bits_and_says_which_key_it_is() -> None:
    one, other = tokens.new_key(), tokens.new_key()

    start, prefix, secret = one.token.split("_", 2)

    assert (start, prefix) == ("hf", one.prefix)
    assert len(secret) >= 43  # 32 bytes in base64
    assert one.token != other.token


async def test_only_digests_of_tokens_and_hashes_of_passwords_are_stored(
    services: Services, database: Database, ann: Agent
) -> None:
    key = await a_key(services, Scope.OPERATOR)
    session = (await services.access.sign_in(ann.email, PASSWORD, OUTSIDE)).token

    stored = await everything_in(database)

    assert ann.email in stored
    for secret in (key, key.split("_", 2)[2], session, PASSWORD):
        assert secret not in stored


async def test_a_missing_scope_is_named(services: Services) -> None:
    caller = await services.access.authenticate(await a_key(services, Scope.CONFIG_READ))

    with pytest.raises(NotAllowed, match="config:write"):
        require(caller, [Scope.CONFIG_READ, Scope.CONFIG_WRITE])
