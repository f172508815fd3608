"""Ticks: every status has its own sign and words, and a doubt is spelled out."""

import pytest

from console.deliveries import Mark, fate_of
from console.texts import ENGLISH
from domain.channels import ChannelName
from domain.messages import DeliveryStatus
from domain.views import DeliveryView


def test_every_status_has_a_sign_and_words() -> None:
    for status in DeliveryStatus:
        assert fate_of(DeliveryView(status=status), ENGLISH).text


@pytest.mark.parametrize(
    ("delivery", "mark", "text", "is_spelled_out"),
    [
        (DeliveryView(status=DeliveryStatus.QUEUED), Mark.CLOCK, "queued", False),
        (DeliveryView(status=DeliveryStatus.ACCEPTED), Mark.TICK, "accepted", False),
        (DeliveryView(status=DeliveryStatus.DELIVERED), Mark.TICKS, "delivered", False),
        (DeliveryView(status=DeliveryStatus.READ), Mark.READ, "read", False),
        (DeliveryView(status=DeliveryStatus.FAILED), Mark.ALERT, "not delivered", True),
        (
            DeliveryView(status=DeliveryStatus.FAILED, error_code="63016"),
            Mark.ALERT,
            "not delivered: error 63016",
            True,
        ),
        (
            DeliveryView(status=DeliveryStatus.FAILED, error_code="63016", error_text="Too late."),
            Mark.ALERT,
            "not delivered: Too late. (error 63016)",
            True,
        ),
        (
            DeliveryView(status=DeliveryStatus.WITHDRAWN, error_text="The window was over."),
            Mark.CROSS,
            "not sent: The window was over.",
            True,
        ),
        (
            DeliveryView(status=DeliveryStatus.SENT, via=ChannelName.WHATSAPP),
            Mark.TICK,
            "sent over WhatsApp",
            True,
        ),
        (
            DeliveryView(status=DeliveryStatus.FAILED, error_text="No.", via=ChannelName.WHATSAPP),
            Mark.ALERT,
            "not delivered: No. (tried over WhatsApp)",
            True,
        ),
    ],
)
def test_a_status_is_told(
    delivery: DeliveryView, mark: Mark, text: str, *, is_spelled_out: bool
) -> None:
    fate = fate_of(delivery, ENGLISH)
    assert (fate.mark, fate.text, fate.is_spelled_out) == (mark, text, is_spelled_out)


def test_inv3_a_doubt_is_shown_never_hidden() -> None:
    unknown = fate_of(DeliveryView(status=DeliveryStatus.UNKNOWN), ENGLISH)
    assert (unknown.text, unknown.is_spelled_out) == ("checking with the provider", True)
    twice = fate_of(DeliveryView(status=DeliveryStatus.SENT, resent_in_doubt=True), ENGLISH)
    assert (twice.text, twice.is_spelled_out) == ("sent, may have arrived twice", True)
