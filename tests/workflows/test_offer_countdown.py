"""Offers as a conversation lives through them: the countdown, the answers, and what comes between."""

from typing import Any

import pytest

from domain import commands
from domain.conversations import KnownState, MailKind, State
from domain.errors import NotYourConversation, Refused
from domain.ids import OfferId
from domain.offers import OfferPurpose, OfferState, OfferTerms
from domain.timers import Deadline
from tests.builders import ALICE, BOB
from tests.workflows.story import Story


@pytest.fixture
async def waiting(story: Story) -> Story:
    """A customer wrote, and nobody has been asked."""
    await story.customer_writes()
    return story


def fate(story: Story, offer: OfferTerms) -> OfferState | None:
    return story.world.read_model.offers.get(offer.offer_id)


async def settled(story: Story, offer: OfferTerms) -> OfferState:
    await story.until(lambda: fate(story, offer), "the offer is over")
    outcome = fate(story, offer)
    assert outcome is not None
    return outcome


async def answer(
    story: Story,
    kind: type[commands.AnyCommand],
    offer_id: OfferId,
    agent_id: Any = BOB,
) -> None:
    await story.order(kind, offer_id=offer_id, agent_id=agent_id)


async def test_whoever_accepts_has_it(waiting: Story) -> None:
    offer = await waiting.offered()
    await answer(waiting, commands.Accept, offer.offer_id)
    status = await waiting.status()
    assert (status.state, status.agent_id, status.offer) == (State.ACTIVE, BOB, None)
    assert fate(waiting, offer) is OfferState.ACCEPTED
    last = waiting.world.read_model.projections[-1]
    assert (last.agent_id, last.holds_capacity) == (BOB, True)
    assert waiting.world.capacity.taken == []  # the offer has reserved it


async def test_an_answer_that_follows_the_offer_at_once_comes_in_time(story: Story) -> None:
    offer = await story.offered()  # the first thing that this workflow ever hears of
    await answer(story, commands.Accept, offer.offer_id)
    assert (await story.status()).agent_id == BOB


async def test_what_is_declined_waits_for_somebody_else(waiting: Story) -> None:
    offer = await waiting.offered()
    await answer(waiting, commands.Decline, offer.offer_id)
    assert fate(waiting, offer) is OfferState.DECLINED
    assert (await waiting.status()).state is State.OPEN
    again = await waiting.offered(ALICE)
    await answer(waiting, commands.Accept, again.offer_id, ALICE)
    assert (await waiting.status()).agent_id == ALICE


async def test_inv5_what_nobody_answers_runs_out_to_the_second(waiting: Story) -> None:
    offer = await waiting.offered()
    status = await waiting.until_handled(2)
    assert status.deadlines[Deadline.OFFER_COUNTDOWN] == offer.expires_at
    await waiting.pass_time(seconds=100)
    assert fate(waiting, offer) is None
    await waiting.pass_time(seconds=25)
    assert await settled(waiting, offer) is OfferState.TIMED_OUT
    late = waiting.world.read_model.projections[-1].at - offer.expires_at
    assert 0 <= late.total_seconds() < 5
    with pytest.raises(Refused):
        await answer(waiting, commands.Accept, offer.offer_id)


async def test_only_whom_it_is_offered_to_may_have_it(waiting: Story) -> None:
    offer = await waiting.offered()
    await waiting.until_handled(2)
    with pytest.raises(NotYourConversation):
        await waiting.order(commands.Pick)
    with pytest.raises(Refused):
        await answer(waiting, commands.Accept, offer.offer_id, ALICE)
    await waiting.order(commands.Pick, agent_id=BOB)
    assert fate(waiting, offer) is OfferState.ACCEPTED


async def test_an_offer_that_comes_too_late_is_withdrawn(waiting: Story) -> None:
    await waiting.order(commands.Pick)
    offer = await waiting.offered()
    await waiting.until_handled(2)
    assert fate(waiting, offer) is OfferState.WITHDRAWN
    assert (await waiting.status()).agent_id == ALICE


async def test_an_offer_to_whoever_has_just_picked_it_is_accepted(waiting: Story) -> None:
    await waiting.order(commands.Pick)
    offer = await waiting.offered(ALICE)
    await waiting.until_handled(2)
    assert fate(waiting, offer) is OfferState.ACCEPTED


async def test_closing_by_force_withdraws_the_offer(waiting: Story) -> None:
    offer = await waiting.offered()
    await waiting.until_handled(2)
    await waiting.order(commands.ForceClose, as_supervisor=True)
    assert fate(waiting, offer) is OfferState.WITHDRAWN


async def test_nobody_is_asked_where_work_is_assigned(waiting: Story) -> None:
    asked = await waiting.offered(ALICE)
    given = await waiting.offered(accepted=True)
    status = await waiting.until_handled(3)
    assert (status.state, status.agent_id) == (State.ACTIVE, BOB)
    assert fate(waiting, given) is OfferState.ACCEPTED
    assert fate(waiting, asked) is OfferState.WITHDRAWN


async def test_a_transfer_changes_hands_when_it_is_accepted(waiting: Story) -> None:
    await waiting.order(commands.Pick)
    transfer = await waiting.offered(purpose=OfferPurpose.TRANSFER)
    assert (await waiting.until_handled(2)).agent_id == ALICE
    await answer(waiting, commands.Accept, transfer.offer_id)
    status = await waiting.status()
    assert (status.state, status.agent_id) == (State.ACTIVE, BOB)
    with pytest.raises(NotYourConversation):
        await waiting.order(commands.Send)


async def test_a_transfer_that_runs_out_stays_where_it_is(waiting: Story) -> None:
    await waiting.order(commands.Pick)
    transfer = await waiting.offered(purpose=OfferPurpose.TRANSFER)
    await waiting.until_handled(2)
    await waiting.pass_time(minutes=3)
    assert await settled(waiting, transfer) is OfferState.TIMED_OUT
    status = await waiting.status()
    assert (status.state, status.agent_id) == (State.ACTIVE, ALICE)


# -- capacity -----------------------------------------------------------------------------------------


async def test_inv7_whoever_picks_without_capacity_is_refused(waiting: Story) -> None:
    waiting.world.capacity.refusal = "Your capacity is used up."
    with pytest.raises(Refused, match="used up"):
        await waiting.order(commands.Pick)
    assert (await waiting.status()).state is State.OPEN
    waiting.world.capacity.refusal = None
    await waiting.order(commands.Pick)
    [taken] = waiting.world.capacity.taken
    assert (taken.agent_id, taken.forced) == (ALICE, False)


async def test_whose_customer_comes_back_has_them_whatever_their_capacity(waiting: Story) -> None:
    await waiting.order(commands.Pick)
    await waiting.order(commands.CloseSession)
    waiting.world.capacity.refusal = "Your capacity is used up."
    await waiting.order(commands.Pick)
    assert (await waiting.status()).agent_id == ALICE
    assert waiting.world.capacity.taken[-1].forced


# -- a workflow that was lost -------------------------------------------------------------------------


async def lose(story: Story, offer: OfferTerms | None) -> None:
    """Somebody terminates it; what comes next takes it up from where PostgreSQL knows it."""
    await story.handle.terminate("somebody clicked")
    known = KnownState(state=State.OPEN, revision=0, last_inbound_at=story.start.opened_at, offer=offer)
    story.start = story.start.model_copy(update={"known": known})


async def test_an_offer_outlives_the_workflow_that_knew_it(waiting: Story) -> None:
    offer = await waiting.offered()
    await waiting.until_handled(2)
    await lose(waiting, offer)
    await waiting.customer_writes()
    status = await waiting.until_handled(3)
    assert status.offer == offer
    assert status.deadlines[Deadline.OFFER_COUNTDOWN] == offer.expires_at
    await answer(waiting, commands.Accept, offer.offer_id)
    assert (await waiting.status()).agent_id == BOB


async def test_what_was_assigned_before_the_workflow_was_lost_is_assigned(waiting: Story) -> None:
    given = (await waiting.offered()).model_copy(update={"accepted": True})
    await waiting.until_handled(2)
    await lose(waiting, given)
    await waiting.provider_reports(MailKind.RESTORED, await waiting.now())
    status = await waiting.until_handled(3)
    assert (status.state, status.agent_id) == (State.ACTIVE, BOB)
    assert fate(waiting, given) is OfferState.ACCEPTED


async def test_mail_of_an_offer_that_is_known_already_changes_nothing(waiting: Story) -> None:
    offer = await waiting.offered()
    await waiting.until_handled(2)
    await lose(waiting, offer)
    again = await waiting.offered(offer_id=offer.offer_id, expires_at=offer.expires_at)
    status = await waiting.until_handled(3)
    assert status.offer == again
    assert fate(waiting, offer) is None
