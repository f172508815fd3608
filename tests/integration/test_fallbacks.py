"""Who cannot be reached over RCS is answered over another channel: once, and only by policy."""

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import LiteralString

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.delivery import DeliveryActivities, DeliveryOutcome
from application.fallbacks import FallbackPolicy
from domain.channels import Capabilities, ChannelName
from domain.configuration import Account, Endpoint, Workstream
from domain.conversations import MailKind
from domain.errors import OutcomeUnknown, OutsideServiceWindow, RecipientUnreachable
from domain.ids import AccountId, MessageId, new_id
from domain.messages import (
    AuthorKind,
    DeliveryStatus,
    OutboundMessage,
    Receipt,
    Sender,
    StatusReported,
    Text,
)
from domain.suggestions import Reply
from domain.views import ConversationView, DeliveryView
from storage.callbacks import DeliveryReports
from storage.database import Database
from storage.diversions import Diversions
from storage.endpoints import Endpoints
from storage.intake import Intake as IntakeStore
from storage.mailbox import Mailbox
from storage.messages import Messages
from storage.organization import Organizations
from storage.outbox import Outbox
from storage.provider_names import ProviderNames
from storage.workstreams import Workstreams
from tests.fakes import FakeChannel, FakeConversations
from tests.integration.house import an_account, now
from tests.integration.notices import sets
from tests.shop import NUMBER, Shop, a_message, an_outbound, open_shop

PHONE = "+4915112345678"
RCS = Capabilities(text_limit=3072, idempotent_send=True)
WHATSAPP_NUMBER = "whatsapp:+14150000000"


@dataclass
class Providers:
    """Both providers; each does as it is told, and remembers what it took."""

    faults: dict[AccountId, Exception] = field(default_factory=dict)
    taken: list[tuple[AccountId, MessageId]] = field(default_factory=list)
    has_keys: bool = False

    async def send(self, account_id: AccountId, message: OutboundMessage) -> Receipt:
        if account_id in self.faults:
            raise self.faults[account_id]
        self.taken.append((account_id, message.message_id))
        return Receipt(provider_message_id=f"out-{message.message_id}")

    async def find_sent(self, account_id: AccountId, message: OutboundMessage, since: object) -> None:
        return None

    async def takes_keys(self, account_id: AccountId) -> bool:
        return self.has_keys

    async def reserve(self, endpoint_id: object) -> timedelta:
        return timedelta()

    async def slow_down(self, endpoint_id: object, pause: timedelta) -> None: ...

    async def report_error(self, account_id: AccountId, message: str) -> None: ...

    async def report_success(self, account_id: AccountId) -> None: ...


@dataclass
class Two:
    """A shop on RCS that also has a WhatsApp number; Alice wrote to both."""

    shop: Shop
    whatsapp: Account
    number: Endpoint
    providers: Providers
    activities: DeliveryActivities
    conversation: ConversationView

    async def replies(self, text: str = "Hi", **override: object) -> MessageId:
        content = Text(text=text)
        return await an_outbound(self.shop, self.conversation, content=content, **override)

    async def attempt(self, message_id: MessageId) -> DeliveryOutcome | ApplicationError:
        try:
            return await ActivityEnvironment().run(self.activities.deliver_message, message_id)
        except ApplicationError as error:
            return error

    async def deliver(self, message_id: MessageId) -> DeliveryOutcome:
        """As Temporal would: again, as long as another attempt is asked for."""
        for _ in range(5):
            outcome = await self.attempt(message_id)
            if isinstance(outcome, DeliveryOutcome):
                return outcome
        raise AssertionError("it never ended")

    async def shown(self, message_id: MessageId) -> DeliveryView:
        delivery = (await Messages(self.shop.database).get(message_id)).delivery
        assert delivery is not None
        return delivery

    async def falls_back(self) -> None:
        await sets(self.shop, fallback_endpoint_ids=(self.number.endpoint_id,))

    async def writes_to_the_number(self, address: str = f"whatsapp:{PHONE}") -> MessageId:
        store = IntakeStore(self.shop.database)
        front = await store.endpoint(self.whatsapp.account_id, WHATSAPP_NUMBER)
        assert front is not None
        phone = address.rpartition(":")[2]
        event = a_message(900, sender=Sender(address=address, phone=phone))
        event = event.model_copy(update={"endpoint_address": WHATSAPP_NUMBER})
        return (await store.receive(front, event, timedelta(hours=24))).message_id


@pytest.fixture
async def two(database: Database, tmp_path: Path, conversations: FakeConversations) -> Two:
    channel = FakeChannel(name=ChannelName.RCS, capabilities=RCS)
    shop = await open_shop(database, tmp_path, channel, conversations)
    whatsapp, number = await a_number(shop)
    providers = Providers()
    channels = {ChannelName.RCS: channel, ChannelName.WHATSAPP: FakeChannel()}
    policy = FallbackPolicy(Diversions(database), Organizations(database), channels)
    activities = DeliveryActivities(
        outbox=Outbox(database),
        provider=providers,
        slots=providers,
        health=providers,
        fallbacks=policy,
    )
    store = IntakeStore(database)
    front = await store.endpoint(shop.account.account_id, NUMBER)
    assert front is not None
    event = a_message(1, sender=Sender(address=PHONE, phone=PHONE))
    await store.receive(front, event, None)
    [conversation] = await shop.running()
    providers.faults[shop.account.account_id] = RecipientUnreachable("No RCS on this phone.")
    return Two(shop, whatsapp, number, providers, activities, conversation)


async def a_number(shop: Shop) -> tuple[Account, Endpoint]:
    whatsapp = await shop.accounts.create(an_account("Beside"))
    workstream = await Workstreams(shop.database).create(
        Workstream(
            workstream_id=new_id(),
            name="Beside",
            channel=ChannelName.WHATSAPP,
            fallback_queue_id=shop.queue.queue_id,
            created_at=now(),
            updated_at=now(),
        )
    )
    number = Endpoint(
        endpoint_id=new_id(),
        account_id=whatsapp.account_id,
        channel=ChannelName.WHATSAPP,
        name="Beside",
        address=WHATSAPP_NUMBER,
        workstream_id=workstream.workstream_id,
        created_at=now(),
        updated_at=now(),
    )
    return whatsapp, await Endpoints(shop.database).create(number)


async def test_a_reply_leaves_over_the_other_channel_once_and_says_so(two: Two) -> None:
    await two.falls_back()
    await two.writes_to_the_number()
    message_id = await two.replies()
    assert (await two.deliver(message_id)).status is DeliveryStatus.ACCEPTED
    assert (await two.deliver(message_id)).status is DeliveryStatus.ACCEPTED
    assert two.providers.taken == [(two.whatsapp.account_id, message_id)]
    shown = await two.shown(message_id)
    assert shown.via is ChannelName.WHATSAPP
    assert (shown.status, shown.error_code) == (DeliveryStatus.ACCEPTED, None)


async def test_inv3_a_worker_that_dies_after_the_turn_goes_on_where_it_was(two: Two) -> None:
    await two.falls_back()
    await two.writes_to_the_number()
    message_id = await two.replies()
    assert isinstance(await two.attempt(message_id), ApplicationError)
    two.providers.faults.clear()  # reachable again; the turn stays
    assert (await two.deliver(message_id)).status is DeliveryStatus.ACCEPTED
    assert two.providers.taken == [(two.whatsapp.account_id, message_id)]


async def test_without_the_policy_it_fails_as_ever(two: Two) -> None:
    await two.writes_to_the_number()
    message_id = await two.replies()
    outcome = await two.deliver(message_id)
    assert (outcome.status, outcome.code) == (DeliveryStatus.FAILED, "recipient_unreachable")
    shown = await two.shown(message_id)
    assert shown.via is None
    assert shown.error_text == "No RCS on this phone."


async def test_somebody_who_never_wrote_there_is_not_written_to_there(two: Two) -> None:
    await two.falls_back()
    await two.writes_to_the_number("whatsapp:+4915199999999")
    assert (await two.deliver(await two.replies())).status is DeliveryStatus.FAILED
    assert two.providers.taken == []


async def test_inv4_the_window_of_the_other_channel_counts(two: Two) -> None:
    await two.falls_back()
    await two.writes_to_the_number()
    await two.shop.database.execute(
        "UPDATE conversations SET window_expires_at = now() - interval '1 second'"
        " WHERE window_expires_at IS NOT NULL"
    )
    assert (await two.deliver(await two.replies())).status is DeliveryStatus.FAILED
    assert two.providers.taken == []


async def test_inv4_a_window_that_closes_after_the_turn_is_noticed(two: Two) -> None:
    await two.falls_back()
    await two.writes_to_the_number()
    message_id = await two.replies()
    await two.attempt(message_id)
    await two.shop.database.execute(
        "UPDATE conversations SET window_expires_at = now() WHERE window_expires_at IS NOT NULL"
    )
    outcome = await two.deliver(message_id)
    assert (outcome.status, outcome.code) == (DeliveryStatus.FAILED, None)
    assert two.providers.taken == []


async def test_what_is_too_long_for_the_other_channel_fails_with_the_first_reason(two: Two) -> None:
    await two.falls_back()
    await two.writes_to_the_number()
    message_id = await two.replies("x" * 21)
    assert (await two.deliver(message_id)).status is DeliveryStatus.FAILED
    assert (await two.shown(message_id)).error_text == "No RCS on this phone."


@pytest.mark.parametrize(
    ("label", "status"), [("Yes", DeliveryStatus.ACCEPTED), ("Yes, please do", DeliveryStatus.FAILED)]
)
async def test_what_can_be_tapped_counts_as_the_words_it_becomes(
    two: Two, label: str, status: DeliveryStatus
) -> None:
    await two.falls_back()
    await two.writes_to_the_number()
    offered = Text(text="Shall we?", suggestions=(Reply(text=label, payload="y"),))
    message_id = await an_outbound(two.shop, two.conversation, content=offered)
    assert (await two.deliver(message_id)).status is status


async def test_an_opt_out_there_is_kept(two: Two) -> None:
    await two.falls_back()
    await two.writes_to_the_number()
    await two.shop.database.execute(
        "INSERT INTO consents (endpoint_id, address_id, opted_out_at)"
        " SELECT endpoint_id, address_id, now() FROM conversations WHERE channel = 'whatsapp'"
    )
    assert (await two.deliver(await two.replies())).status is DeliveryStatus.FAILED


async def test_inv3_who_looks_up_a_message_there_knows_what_was_diverted_there(two: Two) -> None:
    await two.falls_back()
    written = await two.writes_to_the_number()
    diverted = await two.replies()
    assert (await two.deliver(diverted)).status is DeliveryStatus.ACCEPTED
    names = ProviderNames(two.shop.database)
    assert await names.of_others(written) == {f"out-{diverted}"}
    assert await names.of_others(diverted) == set()


@pytest.mark.parametrize(
    "drained",
    [
        "UPDATE endpoints SET draining_since = now()",
        "UPDATE accounts SET draining_since = now()",
    ],
)
async def test_what_is_drained_is_no_way(two: Two, drained: LiteralString) -> None:
    await two.falls_back()
    await two.writes_to_the_number()
    await two.shop.database.execute(drained)
    assert (await two.deliver(await two.replies())).status is DeliveryStatus.FAILED


async def test_an_endpoint_that_is_off_is_no_way(two: Two) -> None:
    await two.falls_back()
    await two.writes_to_the_number()
    await two.shop.database.execute("UPDATE endpoints SET enabled = false WHERE name = 'Beside'")
    assert (await two.deliver(await two.replies())).status is DeliveryStatus.FAILED


async def test_only_people_and_bots_go_another_way(two: Two) -> None:
    await two.falls_back()
    await two.writes_to_the_number()
    message_id = await two.replies(author=AuthorKind.SYSTEM, author_id=None)
    assert (await two.deliver(message_id)).status is DeliveryStatus.FAILED


async def test_inv3_what_may_have_left_over_rcs_leaves_nowhere_else(two: Two) -> None:
    await two.falls_back()
    await two.writes_to_the_number()
    two.providers.has_keys = True
    two.providers.faults[two.shop.account.account_id] = OutcomeUnknown("No answer.")
    message_id = await two.replies()
    await two.attempt(message_id)
    two.providers.faults[two.shop.account.account_id] = RecipientUnreachable("No RCS.")
    outcome = await two.deliver(message_id)
    assert outcome.status is DeliveryStatus.UNKNOWN
    assert two.providers.taken == []


async def test_a_refusal_of_the_other_channel_fails_the_message_and_nothing_else(two: Two) -> None:
    await two.falls_back()
    await two.writes_to_the_number()
    two.providers.faults[two.whatsapp.account_id] = OutsideServiceWindow("Too late.")
    message_id = await two.replies()
    outcome = await two.deliver(message_id)
    assert (outcome.status, outcome.code) == (DeliveryStatus.FAILED, None)
    assert (await two.deliver(message_id)).code is None


async def test_a_report_of_the_other_channel_is_no_mail_for_this_conversation(two: Two) -> None:
    await two.falls_back()
    await two.writes_to_the_number()
    message_id = await two.replies()
    await two.deliver(message_id)
    report = StatusReported(
        provider_message_id=f"out-{message_id}",
        status=DeliveryStatus.FAILED,
        message_id=message_id,
        error_code="63016",
    )
    reports = DeliveryReports(two.shop.database)
    told = await reports.report(two.whatsapp.account_id, report, mail=MailKind.WINDOW_REFUSED)
    assert told is None
    assert (await two.shown(message_id)).status is DeliveryStatus.FAILED
    pending = await Mailbox(two.shop.database).pending(two.conversation.conversation_id)
    assert pending is not None
    assert [mail.kind for mail in pending.items] == [MailKind.CUSTOMER_WROTE]
