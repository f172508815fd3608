"""A workflow that is lost, or older than its database, strands nobody."""

from typing import Any

from domain import commands
from domain.conversations import ConversationStart, KnownState, MailKind, State
from tests.builders import ALICE
from tests.workflows.story import Story


def seen_by_postgres(story: Story, state: State, **known: Any) -> ConversationStart:
    """What the dispatcher would say of the conversation."""
    last = story.world.read_model.projections[-1]
    facts = {"agent_id": last.agent_id, "last_inbound_at": story.start.opened_at} | known
    return story.start.model_copy(
        update={"known": KnownState(state=state, revision=last.revision, **facts)}
    )


async def test_a_terminated_conversation_goes_on_where_it_was(story: Story) -> None:
    await story.customer_writes()
    await story.order(commands.Pick)
    await story.handle.terminate("somebody clicked")
    story.start = seen_by_postgres(story, State.ACTIVE)
    await story.customer_writes()
    status = await story.until_handled(2)
    assert (status.state, status.agent_id) == (State.ACTIVE, ALICE)
    assert story.world.read_model.reclaimed == 1
    sent = await story.order(commands.Send)
    await story.until(lambda: sent in story.world.provider.sent, "its agent can answer")


async def test_its_projections_count_on(story: Story) -> None:
    await story.customer_writes()
    await story.order(commands.Pick)
    await story.handle.terminate("somebody clicked")
    story.start = seen_by_postgres(story, State.ACTIVE)
    await story.customer_writes()
    await story.order(commands.End)
    revisions = [projection.revision for projection in story.world.read_model.projections]
    assert revisions == sorted(set(revisions))


async def test_its_timers_run_again(story: Story) -> None:
    await story.customer_writes()
    await story.order(commands.Pick)
    await story.order(commands.End)
    await story.handle.terminate("somebody clicked")
    story.start = seen_by_postgres(story, State.WRAP_UP)
    await story.provider_reports(MailKind.RESTORED, await story.now())
    assert set((await story.until_handled(2)).deadlines) == {"wrap_up_close"}


async def test_positions_that_count_on_after_a_restore_are_followed(story: Story) -> None:
    await story.customer_writes(times=5)
    await story.order(commands.Pick)
    shown = len(story.world.read_model.projections)
    story.position = 1_000_003  # the backup knew three messages; then the positions leapt
    await story.provider_reports(MailKind.RESTORED, await story.now())
    await story.customer_writes()
    await story.order(commands.End)
    await story.order(commands.CloseSession)
    await story.handle.result()
    assert story.world.read_model.closed[0].handled == 1_000_005
    assert story.world.read_model.projections[shown].state is State.ACTIVE
