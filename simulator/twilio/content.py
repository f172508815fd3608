"""Twilio's Content API: templates and their approval (https://www.twilio.com/docs/content)."""

import re
from typing import Any, Final, TypeVar

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from simulator.records import Account, Template
from simulator.simulation import BaseUrl, SimulationOf
from simulator.twilio.auth import Caller, misbehave
from simulator.twilio.errors import TwilioError
from simulator.twilio.resources import approval_resource, template_resource
from simulator.twilio.sids import new_sid
from simulator.twilio.templates import CATEGORIES, CONTENT_TYPES, current

DEFAULT_PAGE: Final = 50
LARGEST_PAGE: Final = 500
_TEMPLATE_NAME: Final = re.compile(r"[a-z0-9_]{1,512}")
Body = TypeVar("Body", bound=BaseModel)
router = APIRouter(prefix="/v1", dependencies=[Depends(misbehave)])


class NewContent(BaseModel):
    """The body of `POST /v1/Content`."""

    model_config = ConfigDict(extra="ignore")

    friendly_name: str = ""
    language: str = Field(min_length=2, max_length=10)
    variables: dict[str, str] = Field(default_factory=dict)
    types: dict[str, dict[str, Any]] = Field(min_length=1)


class NewApproval(BaseModel):
    """The body of `POST …/ApprovalRequests/whatsapp`."""

    model_config = ConfigDict(extra="ignore")

    name: str
    category: str


@router.post("/Content", status_code=201)
async def create_content(
    request: Request, who: Caller, sim: SimulationOf, base_url: BaseUrl
) -> dict[str, Any]:
    new = await _read(request, NewContent)
    if not CONTENT_TYPES.issuperset(new.types):
        raise TwilioError(20001, f"Unknown content type in {sorted(new.types)}.")
    now = sim.clock.now()
    template = Template(
        template_id=new_sid("HX"),
        account_id=who.account_id,
        name=new.friendly_name,
        language=new.language,
        types=new.types,
        variables=new.variables,
        created_at=now,
        updated_at=now,
    )
    sim.world.save_template(template)
    return template_resource(template, base_url)


@router.get("/Content")
async def list_content(
    request: Request, who: Caller, sim: SimulationOf, base_url: BaseUrl
) -> dict[str, Any]:
    return _page(request, base_url, [template_resource(item, base_url) for item in _owned(sim, who)])


@router.get("/ContentAndApprovals")
async def list_approvals(
    request: Request, who: Caller, sim: SimulationOf, base_url: BaseUrl
) -> dict[str, Any]:
    return _page(
        request,
        base_url,
        [
            template_resource(template, base_url)
            | {"approval_requests": approval_resource(template, template.status)}
            for template in _owned(sim, who)
        ],
    )


@router.get("/Content/{content_sid}")
async def fetch_content(
    content_sid: str, who: Caller, sim: SimulationOf, base_url: BaseUrl
) -> dict[str, Any]:
    return template_resource(_template(sim, who, content_sid), base_url)


@router.delete("/Content/{content_sid}", status_code=204)
async def delete_content(content_sid: str, who: Caller, sim: SimulationOf) -> Response:
    sim.world.drop_template(_template(sim, who, content_sid).template_id)
    return Response(status_code=204)


@router.get("/Content/{content_sid}/ApprovalRequests")
async def fetch_approval(
    content_sid: str, who: Caller, sim: SimulationOf, base_url: BaseUrl
) -> dict[str, Any]:
    template = _template(sim, who, content_sid)
    return {
        "sid": template.template_id,
        "account_sid": template.account_id,
        "whatsapp": approval_resource(template, template.status),
        "url": f"{base_url}/v1/Content/{template.template_id}/ApprovalRequests",
    }


@router.post("/Content/{content_sid}/ApprovalRequests/whatsapp", status_code=201)
async def request_approval(
    content_sid: str, request: Request, who: Caller, sim: SimulationOf
) -> dict[str, Any]:
    template = _template(sim, who, content_sid)
    wanted = await _read(request, NewApproval)
    if not _TEMPLATE_NAME.fullmatch(wanted.name):
        raise TwilioError(20001, "A template name has lower-case letters, digits and underscores only.")
    if wanted.category not in CATEGORIES:
        raise TwilioError(20001, f"The category must be one of {', '.join(sorted(CATEGORIES))}.")
    if template.status not in {"unsubmitted", "rejected"}:
        raise TwilioError(20001, f"This content is {template.status} already.")
    now = sim.clock.now()
    changes = {"approval_name": wanted.name, "category": wanted.category, "status": "received"}
    submitted = template.model_copy(update={**changes, "submitted_at": now, "rejection_reason": ""})
    sim.world.save_template(submitted)
    return approval_resource(submitted, submitted.status)


async def _read(request: Request, shape: type[Body]) -> Body:
    try:
        return shape.model_validate_json(await request.body())
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise TwilioError(20001, f"Invalid parameter {place}: {first['msg']}") from error


def _owned(sim: SimulationOf, who: Account) -> list[Template]:
    now, settings = sim.clock.now(), sim.settings
    owned = [item for item in sim.world.templates.values() if item.account_id in ("", who.account_id)]
    return [_as_owned(current(template, now, settings), who) for template in owned]


def _template(sim: SimulationOf, who: Account, content_sid: str) -> Template:
    template = sim.world.templates.get(content_sid)
    if template is None or template.account_id not in ("", who.account_id):
        raise TwilioError(20404)
    return _as_owned(current(template, sim.clock.now(), sim.settings), who)


def _as_owned(template: Template, who: Account) -> Template:
    """The seeded templates appear as the caller's own."""
    return template.model_copy(update={"account_id": who.account_id})


def _page(request: Request, base_url: str, contents: list[dict[str, Any]]) -> dict[str, Any]:
    size = min(max(_number(request, "PageSize", DEFAULT_PAGE), 1), LARGEST_PAGE)
    page = _number(request, "Page", 0)
    url = f"{base_url}{request.url.path}?PageSize={size}&Page="
    return {
        "contents": contents[page * size : (page + 1) * size],
        "meta": {
            "page": page,
            "page_size": size,
            "first_page_url": f"{url}0",
            "previous_page_url": f"{url}{page - 1}" if page else None,
            "next_page_url": f"{url}{page + 1}" if len(contents) > (page + 1) * size else None,
            "url": f"{url}{page}",
            "key": "contents",
        },
    }


def _number(request: Request, name: str, default: int) -> int:
    text = request.query_params.get(name, "")
    return int(text) if text.isdecimal() else default
