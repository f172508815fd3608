"""The stand-in for LINE, as the official SDK and a customer's phone see it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from linebot.v3.messaging import (
    ApiClient,
    ApiException,
    Configuration,
    ImageMessage,
    MarkMessagesAsReadByTokenRequest,
    MessagingApi,
    MessagingApiBlob,
    PushMessageRequest,
    ReplyMessageRequest,
    ShowLoadingAnimationRequest,
    TextMessage,
    ValidateMessageRequest,
)

from domain.ids import new_id
from simulator.line.webhooks import REDELIVERED_AFTER_SECONDS
from tests.contract import line_samples as line
from tests.contract.simulated_line import befriend, furnish, say
from tests.contract.simulated_twilio import IN_A_HURRY, Application, Simulator, serve


@contextmanager
def an_sdk(simulator: Simulator, token: str = line.TOKEN) -> Iterator[ApiClient]:
    with ApiClient(Configuration(host=simulator.url, access_token=token)) as client:
        yield client


@pytest.fixture
def sdk(bot: Simulator) -> Iterator[MessagingApi]:
    with an_sdk(bot) as client:
        yield MessagingApi(client)


def a_push(text: str = "once") -> PushMessageRequest:
    return PushMessageRequest(to=line.CUSTOMER, messages=[TextMessage(text=text)])


def refused(caught: pytest.ExceptionInfo[ApiException]) -> tuple[int, dict[str, Any]]:
    return caught.value.status, json.loads(caught.value.body)


def the_event(application: Application) -> dict[str, Any]:
    (event,) = json.loads(application.to("/line")[-1].body)["events"]
    found: dict[str, Any] = event
    return found


def test_the_sdk_finds_its_way(bot: Simulator, sdk: MessagingApi) -> None:
    assert sdk.get_bot_info().user_id == line.BOT
    assert sdk.get_profile(line.CUSTOMER).display_name == "Taro"
    assert sdk.get_message_quota().type == "none"
    assert sdk.get_webhook_endpoint().active
    sdk.show_loading_animation(ShowLoadingAnimationRequest(chatId=line.CUSTOMER, loadingSeconds=20))


def test_the_sdk_is_told_of_a_repeated_key(bot: Simulator, sdk: MessagingApi) -> None:
    wanted, key = a_push(), str(new_id())
    first = sdk.push_message_with_http_info(wanted, x_line_retry_key=key)
    assert first.headers["x-line-request-id"]
    with pytest.raises(ApiException) as caught:
        sdk.push_message(wanted, x_line_retry_key=key)
    assert caught.value.status == 409
    assert caught.value.headers["x-line-accepted-request-id"]
    sent = json.loads(caught.value.body)["sentMessages"]
    assert sent[0]["id"] == first.data.sent_messages[0].id


def test_the_sdk_is_told_what_is_wrong(bot: Simulator, sdk: MessagingApi) -> None:
    wanted = a_push("x" * 5001)
    with pytest.raises(ApiException) as caught:
        sdk.push_message(wanted)
    details = json.loads(caught.value.body)["details"]
    assert (caught.value.status, details[0]["property"]) == (400, "messages[0].text")


def test_a_key_outlives_the_stand_in(application: Application, tmp_path: Path) -> None:
    settings = IN_A_HURRY.model_copy(update={"data_file": tmp_path / "world.json"})
    key = str(new_id())
    with serve(settings) as simulator:
        furnish(simulator, application)
        befriend(simulator)
        with an_sdk(simulator) as client:
            first = MessagingApi(client).push_message(a_push(), x_line_retry_key=key)
    with (
        serve(settings) as simulator,
        an_sdk(simulator) as client,
        pytest.raises(ApiException) as caught,
    ):
        MessagingApi(client).push_message(a_push(), x_line_retry_key=key)
    status, said = refused(caught)
    assert (status, said["sentMessages"][0]["id"]) == (409, first.sent_messages[0].id)


def test_a_reply_takes_no_key_and_a_token_once(
    bot: Simulator, application: Application, sdk: MessagingApi
) -> None:
    say(bot)
    token = the_event(application)["replyToken"]
    reply = ReplyMessageRequest(replyToken=token, messages=[TextMessage(text="hello")])
    keyed = bot.http.post(
        "/v2/bot/message/reply",
        json=reply.to_dict(),
        headers={"Authorization": f"Bearer {line.TOKEN}", "X-Line-Retry-Key": str(new_id())},
    )
    assert keyed.status_code == 400
    sdk.reply_message(reply)
    with pytest.raises(ApiException) as caught:
        sdk.reply_message(reply)
    assert refused(caught) == (400, {"message": "Invalid reply token"})


def test_a_message_is_marked_as_read(
    bot: Simulator, application: Application, sdk: MessagingApi
) -> None:
    message_id = say(bot)
    token = the_event(application)["message"]["markAsReadToken"]
    sdk.mark_messages_as_read_by_token(MarkMessagesAsReadByTokenRequest(markAsReadToken=token))
    (message,) = bot.ask("thread", provider="line", business=line.BOT, customer=line.CUSTOMER)[
        "messages"
    ]
    assert (message["message_id"], message["seen"]) == (message_id, True)


def test_a_video_is_prepared_first(bot: Simulator) -> None:
    message_id = say(bot, type="video")
    with an_sdk(bot) as client:
        blobs = MessagingApiBlob(client)
        states = [
            blobs.get_message_content_transcoding_by_message_id(message_id).status for _ in range(2)
        ]
        assert states == ["processing", "succeeded"]
        assert blobs.get_message_content(message_id)


def test_a_picture_that_cannot_be_fetched_is_shown_broken(bot: Simulator, sdk: MessagingApi) -> None:
    url = "https://127.0.0.1:1/picture.jpg"
    image = ImageMessage(originalContentUrl=url, previewImageUrl=url)
    sdk.push_message(PushMessageRequest(to=line.CUSTOMER, messages=[image]))
    bot.wait_until(lambda: bool(bot.ask("outbox")["deliveries"]))
    (delivery,) = bot.ask("outbox")["deliveries"]
    assert (delivery["kind"], delivery["media_count"]) == ("image", 0)


def test_message_objects_are_validated_without_sending(bot: Simulator, sdk: MessagingApi) -> None:
    sdk.validate_push(ValidateMessageRequest(messages=[TextMessage(text="fine")]))
    with pytest.raises(ApiException) as caught:
        sdk.validate_push(ValidateMessageRequest(messages=[TextMessage(text=" ")]))
    assert refused(caught)[1]["details"][0]["property"] == "messages[0].text"
    assert bot.ask("state")["counts"]["messages"] == 0


def test_somebody_elses_token_opens_nothing(bot: Simulator) -> None:
    for token in ("wrong", "stateless.1234567890.99999999999.forged", "a.b.c.d"):
        with an_sdk(bot, token) as client, pytest.raises(ApiException) as caught:
            MessagingApi(client).push_message(a_push())
        assert caught.value.status == 401


def test_redelivery_ends_at_last(bot: Simulator, application: Application) -> None:
    furnish(bot, application, redelivery="on")
    application.answer = (503, "text/plain", "")
    say(bot)

    def is_over() -> bool:
        bot.control("clock", {"advance_seconds": 200})
        return bot.ask("state")["counts"]["under_way"] == 0

    bot.wait_until(is_over)
    assert len(application.to("/line")) == 1 + len(REDELIVERED_AFTER_SECONDS)
