"""The simulator's faults: each does what it says, and nothing is taken that should not be."""

from pathlib import Path
from random import Random
from typing import Any

import httpx2
import pytest
from twilio.rest import Client

from tests.contract.simulated_twilio import (
    BUSINESS,
    CUSTOMER,
    IN_A_HURRY,
    Application,
    Simulator,
    serve,
)


def test_a_lost_answer_closes_the_connection_and_the_message_goes_out(
    simulator: Simulator, application: Application
) -> None:
    simulator.say()
    simulator.faults(answer_lost=1)
    with pytest.raises(httpx2.RemoteProtocolError):
        simulator.post_message(Body="once")
    application.wait_until(lambda: "delivered" in application.statuses())
    assert simulator.delivered() == ["once"]


def test_an_error_after_taking_still_delivers(simulator: Simulator, application: Application) -> None:
    simulator.say()
    simulator.faults(taken_with_error=1)
    assert simulator.post_message(Body="once").json()["code"] == 20500
    application.wait_until(lambda: "delivered" in application.statuses())
    assert simulator.delivered() == ["once"]


def test_a_message_posted_twice_is_delivered_twice_and_the_outbox_shows_it(
    simulator: Simulator, application: Application
) -> None:
    simulator.say()
    for _ in range(2):
        simulator.post_message(Body="again")
    application.wait_until(lambda: application.statuses().count("delivered") == 2)
    assert simulator.delivered() == ["again", "again"]


@pytest.mark.parametrize(
    ("plan", "status", "code"),
    [
        ({"rate_limited": 1, "retry_after_seconds": 7}, 429, 20429),
        ({"server_error": 1}, 503, 20503),
        ({"token_revoked": True}, 401, 20003),
    ],
)
def test_a_refused_message_was_not_taken(
    simulator: Simulator, twilio: Client, plan: dict[str, object], status: int, code: int
) -> None:
    simulator.faults(**plan)
    answer = simulator.post_message()
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers.get("retry-after") == ("7" if status == 429 else None)
    simulator.faults()
    assert twilio.messages.list() == []


def test_latency_delays_the_answer(simulator: Simulator) -> None:
    simulator.faults(latency_ms=150, jitter_ms=20)
    assert simulator.post_message().elapsed.total_seconds() >= 0.15


def test_while_down_nothing_is_answered_and_what_piled_up_is_sent_afterwards(
    simulator: Simulator, application: Application
) -> None:
    simulator.faults(down=True)
    with pytest.raises(httpx2.RemoteProtocolError):
        simulator.post_message()
    assert simulator.say(text="while down")["outcome"] == "under_way"
    assert application.hits == []
    simulator.faults()
    application.wait_until(lambda: len(application.hits) == 1)
    assert application.hits[0].params["Body"] == "while down"


def test_a_duplicate_webhook_is_the_same_message_again(
    simulator: Simulator, application: Application
) -> None:
    simulator.faults(duplicate_inbound=1)
    simulator.say()
    first, second = application.to("/messages")
    assert first.params == second.params


def test_a_reordered_webhook_is_overtaken_by_the_next(
    simulator: Simulator, application: Application
) -> None:
    simulator.faults(reorder_inbound=1, hold_seconds=30)
    assert simulator.say(text="first")["outcome"] == "held"
    simulator.faults()
    simulator.say(text="second")
    application.wait_until(lambda: len(application.hits) == 2)
    assert [hit.params["Body"] for hit in application.hits] == ["second", "first"]


def test_a_reordered_webhook_nobody_overtakes_goes_out_by_itself(
    simulator: Simulator, application: Application
) -> None:
    simulator.faults(reorder_inbound=1, hold_seconds=0.05)
    simulator.say(text="alone")
    application.wait_until(lambda: len(application.hits) == 1)


def test_an_early_callback_arrives_before_the_answer(
    simulator: Simulator, application: Application
) -> None:
    simulator.say()
    simulator.faults(early_callbacks=1)
    answer = simulator.post_message()
    seen = application.statuses()
    assert seen[:1] == ["sent"]
    assert answer.json()["status"] == "queued"
    application.wait_until(lambda: "read" in application.statuses())
    assert application.statuses() == ["sent", "delivered", "read"]


def test_late_callbacks_come_when_the_clock_says_so(
    simulator: Simulator, application: Application
) -> None:
    simulator.say()
    simulator.control("customers", {"phone": CUSTOMER, "reads": "never"})
    simulator.faults(callback_delay_seconds=3600, early_callbacks=0)
    simulator.post_message()
    simulator.wait_until(lambda: simulator.delivered() == ["Hi"])
    assert application.statuses() == []
    simulator.control("clock", {"advance_seconds": 3600})
    application.wait_until(lambda: application.statuses() == ["sent", "delivered"])


def test_callbacks_are_doubled(simulator: Simulator, application: Application) -> None:
    simulator.say()
    simulator.faults(duplicate_callbacks=1)
    simulator.post_message()
    application.wait_until(lambda: application.statuses().count("read") == 2)
    assert application.statuses() == ["sent", "sent", "delivered", "delivered", "read", "read"]


def test_callbacks_are_shuffled(simulator: Simulator, application: Application) -> None:
    simulator.say()
    simulator.faults(seed=_seed_that_holds_only_the_first(), shuffle_callbacks=0.5, hold_seconds=30)
    simulator.post_message()
    application.wait_until(lambda: len(application.statuses()) == 3)
    assert application.statuses()[0] == "delivered"


def test_lost_callbacks_are_on_record(simulator: Simulator, application: Application) -> None:
    simulator.say()
    simulator.faults(lost_callbacks=1)
    sid = simulator.post_message().json()["sid"]
    simulator.wait_until(lambda: len(_losses(simulator, sid)) == 3)
    assert [loss["status"] for loss in _losses(simulator, sid)] == ["sent", "delivered", "read"]
    assert application.statuses() == []


def test_the_same_seed_gives_the_same_run(simulator: Simulator) -> None:
    runs = []
    for _ in range(2):
        simulator.faults(seed=11, server_error=0.5)
        runs.append([simulator.post_message().status_code for _ in range(12)])
    assert runs[0] == runs[1]
    assert set(runs[0]) == {201, 503}


def test_an_unknown_knob_and_an_impossible_rate_are_refused(simulator: Simulator) -> None:
    for plan in ({"gravity": 1}, {"server_error": 1.5}):
        assert simulator.http.put("/control/faults", json=plan).status_code == 422


def test_lists_are_paged(simulator: Simulator, application: Application) -> None:
    for number in range(5):
        simulator.say(text=str(number))
    first = simulator.ask("webhooks", purpose="inbound", limit=3)
    rest = simulator.ask("webhooks", purpose="inbound", limit=3, after=first["next_after"])
    positions = [hit["position"] for hit in first["webhooks"] + rest["webhooks"]]
    assert len(positions) == len(set(positions)) == 5
    assert rest["next_after"] is None
    assert simulator.http.get("/control/outbox", params={"limit": 100_000}).status_code == 422


def test_a_restart_forgets_nothing_and_carries_on(application: Application, tmp_path: Path) -> None:
    settings = IN_A_HURRY.model_copy(update={"data_file": tmp_path / "world.json"})
    with serve(settings) as before:
        before.furnish(application)
        before.say(type="image", text="Look")
        before.control("customers", {"phone": CUSTOMER, "online": False})
        before.post_message(Body="Good night")
        application.wait_until(lambda: application.statuses() == ["sent"])
    with serve(settings) as after:
        thread = after.ask("thread", business=BUSINESS, customer=CUSTOMER)
        assert [message["text"] for message in thread["messages"]] == ["Look", "Good night"]
        media_id = thread["messages"][0]["media"][0]
        assert after.http.get(f"/media/{media_id}").content.startswith(b"\x89PNG")
        after.control("customers", {"phone": CUSTOMER, "online": True})
        application.wait_until(lambda: "delivered" in application.statuses())
        assert after.delivered() == ["Good night"]


def test_no_view_shows_a_token(simulator: Simulator) -> None:
    assert "a-pretended-token" not in simulator.http.get("/control/state").text


def _losses(simulator: Simulator, sid: str) -> list[dict[str, Any]]:
    return simulator.ask("webhooks", message_id=sid)["webhooks"]


def _seed_that_holds_only_the_first() -> int:
    for seed in range(1000):
        die = Random(f"{seed}/shuffle_callbacks")  # noqa: S311
        if [die.random() < 0.5 for _ in range(3)] == [True, False, False]:
            return seed
    raise AssertionError
