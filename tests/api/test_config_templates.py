"""Templates, copied from the provider and typed by hand."""

from typing import Any

import httpx2

from channels.extras import ProviderTemplate
from domain.configuration import Approval
from domain.errors import ProviderUnavailable
from tests.api.whatsapp_account import (
    ACCOUNTS,
    FakeWhatsApp,
    a_listed_template,
    sync,
    templates_of,
)


async def test_templates_are_copied_with_one_translation_per_language(
    admin: httpx2.AsyncClient, account: dict[str, Any], whatsapp: FakeWhatsApp
) -> None:
    whatsapp.listed = [a_listed_template("hello", language) for language in ("ko", "en", "ja")]

    assert await sync(admin, account) == {"created": 1, "updated": 0, "unchanged": 0}

    hello = (await templates_of(admin, account))["hello"]
    assert {each["language"] for each in hello["translations"]} == {"en", "ko", "ja"}
    assert (hello["default_language"], hello["variables"]) == ("en", ["1"])


async def test_copying_twice_changes_nothing(
    admin: httpx2.AsyncClient, account: dict[str, Any], whatsapp: FakeWhatsApp
) -> None:
    whatsapp.listed = [a_listed_template("hello")]
    await sync(admin, account)

    assert await sync(admin, account) == {"created": 0, "updated": 0, "unchanged": 1}


async def test_an_approval_that_changed_is_noticed(
    admin: httpx2.AsyncClient, account: dict[str, Any], whatsapp: FakeWhatsApp
) -> None:
    whatsapp.listed = [a_listed_template("hello")]
    await sync(admin, account)
    whatsapp.listed = [
        a_listed_template("hello", approval=Approval.PAUSED, rejection_reason="complaints")
    ]

    await sync(admin, account)

    translation = (await templates_of(admin, account))["hello"]["translations"][0]
    assert (translation["approval"], translation["rejection_reason"]) == ("paused", "complaints")


async def test_what_the_provider_no_longer_lists_is_disabled_and_kept(
    admin: httpx2.AsyncClient, account: dict[str, Any], whatsapp: FakeWhatsApp
) -> None:
    whatsapp.listed = [a_listed_template("hello")]
    await sync(admin, account)
    whatsapp.listed = []

    await sync(admin, account)

    assert (await templates_of(admin, account))["hello"]["translations"][0]["approval"] == "disabled"


async def test_names_that_an_admin_gave_to_placeholders_survive_a_copy(
    admin: httpx2.AsyncClient, account: dict[str, Any], whatsapp: FakeWhatsApp
) -> None:
    whatsapp.listed = [a_listed_template("hello")]
    await sync(admin, account)
    hello = (await templates_of(admin, account))["hello"]
    named = await admin.patch(
        f"/config/v1/templates/{hello['template_id']}",
        json={"variables": ["first name"]},
        headers={"If-Match": '"1"'},
    )
    assert named.status_code == 200
    whatsapp.listed = [a_listed_template("hello", text="Good morning {{1}}")]

    await sync(admin, account)

    hello = (await templates_of(admin, account))["hello"]
    assert (hello["variables"], hello["translations"][0]["text"]) == (
        ["first name"],
        "Good morning {{1}}",
    )


async def test_of_two_listed_under_one_name_and_language_the_usable_one_wins(
    admin: httpx2.AsyncClient, account: dict[str, Any], whatsapp: FakeWhatsApp
) -> None:
    rejected: ProviderTemplate = a_listed_template(
        "hello", content_sid="HX_2", approval=Approval.REJECTED
    )
    whatsapp.listed = [a_listed_template("hello"), rejected]

    await sync(admin, account)

    assert (await templates_of(admin, account))["hello"]["translations"][0]["approval"] == "approved"


async def test_a_provider_that_is_down_changes_no_template(
    admin: httpx2.AsyncClient, account: dict[str, Any], whatsapp: FakeWhatsApp
) -> None:
    whatsapp.fault = ProviderUnavailable("The provider was not reached.")

    answer = await admin.post(f"{ACCOUNTS}/{account['account_id']}/templates/sync")

    assert (answer.status_code, answer.json()["code"]) == (502, "provider_unavailable")


async def test_a_typed_template_cannot_claim_to_be_approved(
    admin: httpx2.AsyncClient, account: dict[str, Any]
) -> None:
    text = {"language": "en", "text": "Hello", "content_sid": "HX1"}
    draft = {"account_id": account["account_id"], "name": "typed", "translations": [text]}

    claimed = draft | {"translations": [text | {"approval": "approved"}]}

    assert (await admin.post("/config/v1/templates", json=claimed)).status_code == 422
    made = (await admin.post("/config/v1/templates", json=draft)).json()
    assert made["translations"][0]["approval"] == "unsubmitted"
