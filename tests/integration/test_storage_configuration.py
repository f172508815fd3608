"""Configuration on a real PostgreSQL: versions, references, and nothing in use is ever removed."""

from datetime import timedelta

import pytest

from domain.channels import ChannelName
from domain.configuration import Agent, Approval, Organization, Role, Template, TemplateTranslation
from domain.conversations import State
from domain.errors import Conflict, InvalidInput, NotFound, StaleVersion, StillInUse
from domain.ids import new_id
from domain.ports import CloseRequest, Projection
from domain.timers import TimerPolicy
from storage.accounts import Accounts
from storage.agents import Agents
from storage.conversations import Conversations
from storage.database import Database
from storage.endpoints import Endpoints
from storage.organization import Organizations
from storage.queues import Queues
from storage.templates import Templates
from storage.workstreams import Workstreams
from tests.fakes import FakeBox
from tests.integration.house import House, a_queue, an_account, an_agent, now


async def test_what_was_created_is_read_back_the_same(house: House) -> None:
    db = house.db
    assert await Accounts(db, FakeBox()).get(house.account.account_id) == house.account
    assert await Endpoints(db).get(house.endpoint.endpoint_id) == house.endpoint
    assert await Workstreams(db).get(house.workstream.workstream_id) == house.workstream
    assert await Queues(db).get(house.queue.queue_id) == house.queue
    assert await Agents(db).get(house.alice.agent_id) == house.alice
    assert house.queue.member_ids == (house.alice.agent_id,)
    assert house.workstream.timers == TimerPolicy()


async def test_a_change_counts_the_version_up_and_the_second_of_two_is_refused(house: House) -> None:
    queues = Queues(house.db)
    members = (house.bob.agent_id,)
    renamed = house.queue.model_copy(update={"name": "Sales", "member_ids": members})

    changed = await queues.update(renamed, expected_version=1)
    with pytest.raises(StaleVersion) as refusal:
        await queues.update(house.queue, expected_version=1)

    assert (changed.version, changed.name, changed.member_ids) == (2, "Sales", members)
    assert refusal.value.details == {"version": 2}
    assert await queues.get(house.queue.queue_id) == changed


async def test_every_resource_can_be_changed(house: House) -> None:
    db = house.db
    box = FakeBox()
    account = house.account.model_copy(update={"enabled": False, "settings": {"a": "b"}})
    endpoint = house.endpoint.model_copy(update={"language": "de"})
    workstream = house.workstream.model_copy(
        update={"timers": TimerPolicy(wrap_up_capacity=timedelta(minutes=3))}
    )
    agent = house.alice.model_copy(update={"roles": (Role.ADMIN, Role.SUPERVISOR)})

    assert (await Accounts(db, box).update(account, 1)).settings == {"a": "b"}
    assert (await Endpoints(db).update(endpoint, 1)).language == "de"
    assert (await Workstreams(db).update(workstream, 1)).timers == workstream.timers
    assert (await Agents(db).update(agent, 1)).roles == agent.roles


async def test_lists_come_in_pages(house: House) -> None:
    agents = Agents(house.db)
    first, cursor = await agents.listing(None, 1)
    second, end = await agents.listing(cursor, 1)
    assert first + second == [house.alice, house.bob]
    assert end is None


async def test_what_does_not_exist_is_not_found(house: House) -> None:
    queues = Queues(house.db)
    with pytest.raises(NotFound):
        await queues.get(new_id())
    with pytest.raises(NotFound):
        await queues.delete(new_id())
    with pytest.raises(NotFound):
        await queues.update(a_queue("Nowhere"), 1)


async def test_names_addresses_and_emails_are_taken_once(house: House) -> None:
    with pytest.raises(Conflict) as queue:
        await Queues(house.db).create(a_queue("SUPPORT"))
    with pytest.raises(Conflict) as agent:
        await Agents(house.db).create(an_agent("alice"))
    twin = house.endpoint.model_copy(update={"endpoint_id": new_id()})
    with pytest.raises(Conflict) as endpoint:
        await Endpoints(house.db).create(twin)

    fields = [refusal.value.details["field"] for refusal in (queue, agent, endpoint)]
    assert fields == ["name", "email", "address"]


async def test_a_reference_to_nothing_is_refused(house: House) -> None:
    with pytest.raises(InvalidInput):
        await Queues(house.db).create(a_queue("Sales", new_id()))
    with pytest.raises(InvalidInput):
        await Workstreams(house.db).update(
            house.workstream.model_copy(update={"fallback_queue_id": new_id()}), 1
        )
    other_channel = house.endpoint.model_copy(update={"channel": ChannelName.LINE, "address": "x"})
    with pytest.raises(InvalidInput):
        await Endpoints(house.db).update(other_channel, 1)


async def test_inv12_what_other_configuration_needs_is_not_removed(house: House) -> None:
    with pytest.raises(StillInUse):
        await Queues(house.db).delete(house.queue.queue_id)
    with pytest.raises(StillInUse):
        await Workstreams(house.db).delete(house.workstream.workstream_id)
    with pytest.raises(StillInUse):
        await Accounts(house.db, FakeBox()).delete(house.account.account_id)


async def test_inv12_what_a_running_conversation_needs_is_not_removed(house: House) -> None:
    received = await house.receive("SM1")
    conversations, endpoints, agents = Conversations(house.db), Endpoints(house.db), Agents(house.db)
    await conversations.project(
        Projection(
            conversation_id=received.conversation_id,
            revision=1,
            state=State.ACTIVE,
            at=now(),
            agent_id=house.alice.agent_id,
        )
    )
    with pytest.raises(StillInUse):
        await endpoints.delete(house.endpoint.endpoint_id)
    with pytest.raises(StillInUse):
        await agents.delete(house.alice.agent_id)

    await conversations.close(
        CloseRequest(conversation_id=received.conversation_id, handled=1, at=now(), reason="x")
    )
    await endpoints.delete(house.endpoint.endpoint_id)
    await agents.delete(house.alice.agent_id)

    view = await conversations.get(received.conversation_id)
    assert (view.endpoint_name, view.agent_name) == ("Main number", "Alice")


async def test_what_was_removed_is_gone_and_its_name_is_free(house: House) -> None:
    agents, queues = Agents(house.db), Queues(house.db)
    await agents.delete(house.bob.agent_id)

    with pytest.raises(NotFound):
        await agents.get(house.bob.agent_id)
    assert await agents.by_email("bob@example.com") is None
    assert [agent.name for agent in (await agents.listing(None, 10))[0]] == ["Alice"]
    with pytest.raises(InvalidInput):
        await queues.create(a_queue("Sales", house.bob.agent_id))
    assert (await agents.create(an_agent("Bob"))).agent_id != house.bob.agent_id


async def test_an_agent_is_found_by_email_and_signs_in_with_a_hash(house: House) -> None:
    agents = Agents(house.db)
    alice = await agents.by_email("ALICE@example.com")
    assert isinstance(alice, Agent)
    assert await agents.password_hash(alice.agent_id) is None
    await agents.set_password_hash(alice.agent_id, "hash")
    assert await agents.password_hash(alice.agent_id) == "hash"


async def test_templates_keep_their_translations_in_order(house: House) -> None:
    at = now()
    template = Template(
        template_id=new_id(),
        account_id=house.account.account_id,
        name="hello",
        default_language="en",
        translations=(
            TemplateTranslation(
                language="en", text="Hi {{1}}", content_sid="HX1", approval=Approval.APPROVED
            ),
            TemplateTranslation(language="de", text="Hallo {{1}}", content_sid="HX2"),
        ),
        variables=("name",),
        created_at=at,
        updated_at=at,
    )
    templates = Templates(house.db)
    assert await templates.create(template) == template
    with pytest.raises(Conflict):
        await templates.create(template.model_copy(update={"template_id": new_id()}))
    await templates.delete(template.template_id)
    assert await templates.listing(None, 10) == ([], None)


async def test_inv9_a_secret_is_stored_sealed_and_never_shown(house: House) -> None:
    accounts, account_id = Accounts(house.db, FakeBox()), house.account.account_id
    await accounts.set_secret(account_id, "auth_token", "0123456789abcdef", keep_previous=False)

    assert await house.value("SELECT sealed FROM account_secrets") == b"k1:fedcba9876543210"
    status = (await accounts.secret_status(account_id))["auth_token"]
    assert (status.is_set, status.last_four, status.count) == (True, "cdef", 1)
    credentials = await accounts.credentials(account_id)
    assert credentials.secret("auth_token") == "0123456789abcdef"
    assert "0123456789abcdef" not in repr(credentials)


async def test_while_a_secret_is_rotated_the_newest_two_are_valid(house: House) -> None:
    accounts, account_id = Accounts(house.db, FakeBox()), house.account.account_id
    for value in ("first-value-1", "second-value", "third-value-3"):
        await accounts.set_secret(account_id, "auth_token", value, keep_previous=True)
    credentials = await accounts.credentials(account_id)
    assert credentials.secrets == {"auth_token": ("third-value-3", "second-value")}

    await accounts.set_secret(account_id, "auth_token", "short", keep_previous=False)
    assert (await accounts.credentials(account_id)).secrets == {"auth_token": ("short",)}
    assert (await accounts.secret_status(account_id))["auth_token"].last_four == ""

    await accounts.clear_secret(account_id, "auth_token")
    assert await accounts.secret_status(account_id) == {}


async def test_secrets_are_sealed_again_with_the_newest_key(house: House) -> None:
    account_id = house.account.account_id
    accounts = Accounts(house.db, FakeBox("k1"))
    for name in ("a", "b", "c"):
        await accounts.set_secret(account_id, name, f"value of {name}", keep_previous=False)
    started = await house.value("SELECT clock_timestamp()")

    rotated = Accounts(house.db, FakeBox("k2"))
    assert [await rotated.reencrypt(started, 2) for _ in range(3)] == [2, 1, 0]

    assert await house.value("SELECT count(*) FROM account_secrets WHERE sealed LIKE 'k2:%%'") == 3
    assert (await rotated.credentials(account_id)).secret("b") == "value of b"


async def test_an_account_shows_when_its_provider_called_and_what_is_wrong(house: House) -> None:
    accounts, account_id = Accounts(house.db, FakeBox()), house.account.account_id
    await accounts.touch_webhook(account_id)
    await accounts.report_error(account_id, "Twilio says 20003.")
    account = await accounts.get(account_id)
    assert account.last_webhook_at is not None
    assert (account.last_error, account.version) == ("Twilio says 20003.", 1)

    await accounts.touch_webhook(account_id)
    await accounts.report_success(account_id)
    again = await accounts.get(account_id)
    assert (again.last_webhook_at, again.last_error) == (account.last_webhook_at, None)


async def test_removing_an_account_destroys_its_secrets(house: House) -> None:
    accounts = Accounts(house.db, FakeBox())
    account = await accounts.create(an_account("Other"))
    await accounts.set_secret(account.account_id, "auth_token", "x", keep_previous=False)
    await accounts.delete(account.account_id)
    assert await house.value("SELECT count(*) FROM account_secrets") == 0


async def test_there_is_one_organisation(database: Database) -> None:
    organizations = Organizations(database)
    with pytest.raises(NotFound):
        await organizations.get()
    assert await organizations.create_once("Acme")
    assert not await organizations.create_once("Other")
    organization = await organizations.get()
    assert organization.name == "Acme"
    assert (
        organization.attachment_max_bytes == Organization.model_fields["attachment_max_bytes"].default
    )

    wanted = organization.model_copy(update={"attachment_types": ("image/png",)})
    assert (await organizations.update(wanted, 1)).attachment_types == ("image/png",)
    with pytest.raises(StaleVersion):
        await organizations.update(wanted, 1)
