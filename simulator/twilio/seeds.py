"""The templates every simulated account has from the start."""

import hashlib
from datetime import datetime
from typing import Any, Final

from pydantic import BaseModel, ConfigDict

from simulator.records import Template


class Seed(BaseModel):
    """One template, as short as it can be written."""

    model_config = ConfigDict(frozen=True)

    name: str
    language: str
    body: str
    samples: tuple[str, ...]
    buttons: tuple[str, ...] = ()
    category: str = "UTILITY"
    status: str = "approved"
    reason: str = ""


SEEDS: Final = (
    Seed(
        name="order_update",
        language="en",
        body="Hello {{1}}, your order {{2}} is on its way.",
        samples=("Alex", "A-1001"),
    ),
    Seed(
        name="order_update",
        language="ko",
        body="{{1}}님, 주문하신 {{2}} 상품이 배송 중입니다.",
        samples=("김민지", "A-1001"),
    ),
    Seed(
        name="order_update",
        language="ja",
        body="{{1}}様、ご注文{{2}}を発送いたしました。",
        samples=("佐藤", "A-1001"),
    ),
    Seed(
        name="resume_conversation",
        language="en",
        body="Hello {{1}}, may we continue our conversation?",
        samples=("Alex",),
    ),
    Seed(
        name="resume_conversation",
        language="ko",
        body="{{1}}님, 상담을 이어가도 될까요?",
        samples=("김민지",),
    ),
    Seed(
        name="resume_conversation",
        language="ja",
        body="{{1}}様、お話の続きをしてもよろしいでしょうか。",
        samples=("佐藤",),
    ),
    Seed(
        name="appointment_reminder",
        language="en",
        body="Your appointment is on {{1}}.",
        samples=("Monday",),
        buttons=("Confirm", "Change"),
    ),
    Seed(
        name="spring_offer",
        language="en",
        body="{{1}}, 20% off until Sunday!",
        samples=("Alex",),
        category="MARKETING",
    ),
    Seed(
        name="delivery_feedback",
        language="en",
        body="How was your delivery, {{1}}?",
        samples=("Alex",),
        status="pending",
    ),
    Seed(
        name="you_have_won",
        language="en",
        body="{{1}}, you have won! Tap now!",
        samples=("Alex",),
        category="MARKETING",
        status="rejected",
        reason="The template contains content that violates WhatsApp's business policy.",
    ),
)


def template_from(seed: Seed, now: datetime) -> Template:
    """Its id follows from name and language, so it is the same in every run."""
    digest = hashlib.sha256(f"{seed.name}/{seed.language}".encode()).hexdigest()
    return Template(
        template_id=f"HX{digest[:32]}",
        account_id="",
        name=seed.name,
        language=seed.language,
        types=_types_of(seed),
        variables={str(number): sample for number, sample in enumerate(seed.samples, start=1)},
        status=seed.status,
        category=seed.category,
        approval_name=seed.name,
        rejection_reason=seed.reason,
        created_at=now,
        updated_at=now,
    )


def _types_of(seed: Seed) -> dict[str, dict[str, Any]]:
    if not seed.buttons:
        return {"twilio/text": {"body": seed.body}}
    actions = [{"type": "QUICK_REPLY", "title": title, "id": title.lower()} for title in seed.buttons]
    return {"twilio/quick-reply": {"body": seed.body, "actions": actions}}
