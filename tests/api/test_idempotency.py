"""The same request twice with one key is one request."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import httpx2
import pytest
from fastapi import FastAPI

from api.idempotency import repeatable_id
from application.idempotency import Answer, Idempotency, KeyedRequest
from application.services import Services
from domain.configuration import Caller, Scope
from domain.errors import Conflict
from storage.database import Database
from storage.idempotency import IdempotencyKeys
from tests.api.conftest import ADMIN, Http

PATH = "/config/v1/queues"
CALLER = Caller(name="k", scopes=frozenset(Scope), key_id=uuid4())


async def create(
    client: httpx2.AsyncClient, key: str, name: str = "Support", path: str = PATH
) -> httpx2.Response:
    return await client.post(path, json={"name": name}, headers={"Idempotency-Key": key})


async def names(client: httpx2.AsyncClient) -> list[str]:
    return [queue["name"] for queue in (await client.get(PATH)).json()["items"]]


async def test_a_repeated_request_is_answered_alike_and_done_once(admin: httpx2.AsyncClient) -> None:
    first, second = await create(admin, "k1"), await create(admin, "k1")

    assert second.status_code == first.status_code == 201
    assert second.json() == first.json()
    assert second.headers["etag"] == first.headers["etag"]
    assert second.headers["location"] == first.headers["location"]
    assert second.headers["content-type"] == first.headers["content-type"]
    assert "idempotency-replayed" not in first.headers
    assert second.headers["idempotency-replayed"] == "true"
    assert await names(admin) == ["Support"]


async def test_another_body_under_the_same_key_is_refused(admin: httpx2.AsyncClient) -> None:
    await create(admin, "k1")

    answer = await create(admin, "k1", "Sales")

    assert answer.status_code == 422
    assert await names(admin) == ["Support"]


async def test_another_path_under_the_same_key_is_refused(admin: httpx2.AsyncClient) -> None:
    await create(admin, "k1")

    answer = await create(admin, "k1", path="/config/v1/agents")

    assert answer.status_code == 422
    assert "Idempotency-Key" in answer.json()["detail"]


async def test_another_key_is_another_request(admin: httpx2.AsyncClient) -> None:
    await create(admin, "k1")

    assert (await create(admin, "k2")).status_code == 409  # the name is taken
    assert (await create(admin, "k2", "Sales")).status_code == 201


async def test_keys_of_different_callers_have_nothing_to_do_with_each_other(
    admin: httpx2.AsyncClient, http: Http
) -> None:
    await create(admin, "k1")

    answer = await create(await http.keyed(*ADMIN), "k1", "Sales")

    assert answer.status_code == 201


async def test_a_refused_request_is_forgotten_and_may_be_corrected(admin: httpx2.AsyncClient) -> None:
    await create(admin, "k0")
    assert (await create(admin, "k1")).status_code == 409

    assert (await create(admin, "k1", "Sales")).status_code == 201


async def test_an_answer_is_not_replayed_to_a_caller_whose_key_was_revoked(
    admin: httpx2.AsyncClient, http: Http, services: Services
) -> None:
    token = await http.key(*ADMIN)
    await create(http.bearing(token), "k1")
    key_id = (await services.access.authenticate(token)).key_id
    await admin.delete(f"/config/v1/api-keys/{key_id}")

    assert (await create(http.bearing(token), "k1")).status_code == 401


async def test_a_scope_is_needed_for_the_first_time_and_no_key_lends_it(http: Http) -> None:
    reader = await http.keyed(Scope.CONFIG_READ)

    assert (await create(reader, "k1")).status_code == 403
    assert (await create(reader, "k1")).status_code == 403


@pytest.mark.parametrize("key", ["", "x" * 256])
async def test_a_key_has_a_sensible_length(admin: httpx2.AsyncClient, key: str) -> None:
    assert (await create(admin, key)).status_code in {400, 422}


async def test_many_at_once_are_done_once(admin: httpx2.AsyncClient) -> None:
    answers = await asyncio.gather(*(create(admin, "k1") for _ in range(5)))

    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.text for answer in answers if answer.status_code == 201}) == 1
    assert await names(admin) == ["Support"]


async def test_a_crash_in_the_middle_leaves_neither_effect_nor_key(
    admin: httpx2.AsyncClient, services: Services, database: Database
) -> None:
    request = KeyedRequest(caller=CALLER, key="k", fingerprint=b"f")

    async def die() -> Answer:
        await database.execute("UPDATE organizations SET name = 'half done'")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await services.idempotency.in_one_transaction(request, die)

    assert (await services.configuration.organization.get()).name == "Test"
    answer = await services.idempotency.in_one_transaction(request, fine)
    assert not answer.replayed


async def fine() -> Answer:
    return Answer(status=202, body="{}")


async def test_a_guarded_request_that_is_still_running_is_a_conflict(services: Services) -> None:
    request = KeyedRequest(caller=CALLER, key="k", fingerprint=b"f")

    async def repeated_meanwhile() -> Answer:
        with pytest.raises(Conflict):
            await services.idempotency.guarded(request, fine)
        return await fine()

    await services.idempotency.guarded(request, repeated_meanwhile)

    assert (await services.idempotency.guarded(request, fine)).replayed


async def test_a_guarded_request_that_failed_may_be_repeated(services: Services) -> None:
    request = KeyedRequest(caller=CALLER, key="k", fingerprint=b"f")

    async def fail() -> Answer:
        raise Conflict("not now")

    with pytest.raises(Conflict):
        await services.idempotency.guarded(request, fail)

    assert not (await services.idempotency.guarded(request, fine)).replayed


async def test_old_answers_are_forgotten(services: Services, database: Database) -> None:
    request = KeyedRequest(caller=CALLER, key="k", fingerprint=b"f")
    await services.idempotency.guarded(request, fine)

    assert await IdempotencyKeys(database).purge(timedelta(seconds=-1)) == 1

    assert not (await Idempotency(IdempotencyKeys(database), database).guarded(request, fine)).replayed


def test_ids_of_a_repeated_request_are_the_same_and_nobody_elses() -> None:
    other = CALLER.model_copy(update={"key_id": uuid4()})

    assert repeatable_id(CALLER, "k") == repeatable_id(CALLER, "k")
    assert repeatable_id(CALLER, "k") != repeatable_id(other, "k")
    assert repeatable_id(CALLER, None) != repeatable_id(CALLER, None)


def test_the_document_names_the_header_where_it_counts(app: FastAPI) -> None:
    posts = {
        path: methods["post"] for path, methods in app.openapi()["paths"].items() if "post" in methods
    }
    naming = {
        path
        for path, post in posts.items()
        if any(each["name"] == "Idempotency-Key" for each in post.get("parameters", []))
    }

    assert {"/config/v1/queues", "/agent/v1/conversations/{conversation_id}/messages"} <= naming
    assert "/config/v1/api-keys" not in naming
