"""People of the benchmarks: what cannot be done yet is repeated, as the same request, for a while."""

from uuid import UUID

import httpx2
import pytest

from domain.ids import new_id
from tests.bench import people
from tests.bench.people import People

CONVERSATION = new_id()
BUSY = (503, {"code": "temporarily_unavailable"})
UNDER_WAY = (409, {"code": "conflict"})
DONE = (200, {"state": "wrap_up"})


class Desk:
    """An API that gives these answers, the last one for ever."""

    def __init__(self, *answers: tuple[int, dict[str, str]]) -> None:
        self._answers = list(answers)
        self.keys: list[str] = []

    def people(self) -> People:
        client = httpx2.AsyncClient(base_url="http://api", transport=httpx2.MockTransport(self.answer))
        return People(client, client, "+14155238886")

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        self.keys.append(request.headers["Idempotency-Key"])
        status, body = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        return httpx2.Response(status, json=body)


@pytest.fixture(autouse=True)
def without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people, "PAUSE", 0)


async def test_a_request_is_repeated_with_its_key_until_it_is_done() -> None:
    desk = Desk(*[BUSY] * 20, UNDER_WAY, DONE)
    assert await desk.people().act(CONVERSATION, "end") == {"state": "wrap_up"}
    assert len(desk.keys) == 22
    assert len({UUID(key) for key in desk.keys}) == 1


async def test_what_stays_busy_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people, "BUSY_FOR", 0.05)
    with pytest.raises(httpx2.HTTPStatusError, match="503"):
        await Desk(BUSY).people().act(CONVERSATION, "end")


async def test_a_refusal_is_told_at_once() -> None:
    desk = Desk((409, {"code": "refused"}), DONE)
    with pytest.raises(httpx2.HTTPStatusError, match="409"):
        await desk.people().act(CONVERSATION, "end")
    assert len(desk.keys) == 1
