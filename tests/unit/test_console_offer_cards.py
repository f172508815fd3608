"""What an agent is offered, in words; and what the title of their page says of it."""

from datetime import timedelta
from typing import Any

import pytest

from console.offer_cards import OfferCard, offer_cards
from console.texts import ENGLISH
from console.titles import title_of
from domain.offers import OfferPurpose
from tests.builders import NOON
from tests.views import ALICE_READS, an_offer


def card(**override: Any) -> OfferCard:
    (found,) = offer_cards([an_offer(**override)], ALICE_READS)
    return found


def test_an_offer_says_who_what_where_and_for_how_long() -> None:
    shown = card()
    assert (shown.name, shown.facts, shown.said) == (
        "Kim Minji",
        "WhatsApp · Support",
        "Where is my parcel?",
    )
    assert [(field.label, field.value) for field in shown.fields] == [("tier", "gold")]
    assert shown.seconds == 111, "the browser counts down from here, never past the end"


@pytest.mark.parametrize(("is_known", "says"), [(True, "Known customer"), (False, "New customer")])
def test_known_and_unknown_customers_are_told_apart(says: str, *, is_known: bool) -> None:
    shown = card(customer_is_known=is_known)
    assert (shown.is_known, shown.standing) == (is_known, says)


def test_a_customer_without_a_name_or_a_message_is_offered_all_the_same() -> None:
    shown = card(customer_name=None, first_message=None, fields={})
    assert (shown.name, shown.said, shown.fields) == ("Customer", "", ())


@pytest.mark.parametrize(
    ("purpose", "by", "says"),
    [
        (OfferPurpose.ASSIGNMENT, None, ""),
        (OfferPurpose.TRANSFER, "Bob", "Transferred by Bob"),
        (OfferPurpose.CONSULT, "Bob", "Bob asks for your help"),
        (OfferPurpose.TRANSFER, None, "Transferred by Agent"),
    ],
)
def test_it_says_who_hands_it_over(purpose: OfferPurpose, by: str | None, says: str) -> None:
    assert card(purpose=purpose, offered_by_name=by).purpose == says


def test_what_may_not_be_declined_says_so() -> None:
    assert card().may_decline
    assert not card(may_decline=False).may_decline


def test_what_ends_first_is_on_top_and_what_is_given_needs_no_answer() -> None:
    soon = an_offer(expires_at=NOON + timedelta(minutes=1))
    late = an_offer(expires_at=NOON + timedelta(minutes=3))
    given = an_offer(accepted=True)
    found = offer_cards([late, given, soon], ALICE_READS)
    assert [each.offer_id for each in found] == [soon.offer_id, late.offer_id]


@pytest.mark.parametrize(
    ("unread", "offered", "title"),
    [
        (0, 0, "Holdfast · Agent console"),
        (3, 0, "(3) Holdfast · Agent console"),
        (3, 1, "1 offered · (3) Holdfast · Agent console"),
    ],
)
def test_the_title_tells_what_waits(unread: int, offered: int, title: str) -> None:
    assert title_of(ENGLISH, unread=unread, offered=offered) == title
