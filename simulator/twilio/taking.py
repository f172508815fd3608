"""Taking a message from an application: the checks that need the world, then the record."""

from collections.abc import Iterable

from simulator.courier import Overloaded
from simulator.records import Account, Action, Endpoint, Message, Template
from simulator.simulation import Simulation
from simulator.twilio.errors import TwilioError
from simulator.twilio.requests import SendRequest
from simulator.twilio.sids import new_sid
from simulator.twilio.templates import media_of, rendered


def take(sim: Simulation, account: Account, request: SendRequest) -> Message:
    """Put a message on record as queued; from here on it is Twilio's."""
    endpoint = _sender_of(sim, account, request)
    customer = sim.world.find_customer(request.to)
    if customer is not None and customer.opted_out == "all":
        raise TwilioError(21610)
    template = _template_of(sim, account, request.content_id)
    try:
        sim.courier.ensure_room()
    except Overloaded as error:
        raise TwilioError(21611) from error
    address = customer.address if customer else request.to
    message = _record(sim, endpoint, request, template, address)
    sim.world.save_message(message)
    sim.feed.tell("message", message)
    return message


def _record(
    sim: Simulation, endpoint: Endpoint, request: SendRequest, template: Template | None, customer: str
) -> Message:
    now = sim.clock.now()
    text, actions, media_urls = _content_of(request, template)
    latitude, longitude, label = _place_in(request.persistent_action)
    return Message(
        message_id=new_sid("MM" if media_urls else "SM"),
        account_id=endpoint.account_id,
        direction="outbound",
        business=endpoint.address,
        customer=customer,
        addressed_as=request.to if request.to != customer else None,
        kind=_kind_of(request, template, media_urls),
        text=text,
        actions=actions,
        media_urls=media_urls,
        latitude=latitude,
        longitude=longitude,
        label=label,
        template_id=request.content_id or None,
        status="accepted" if request.messaging_service_id else "queued",
        callback_url=request.callback_url or None,
        messaging_service_id=request.messaging_service_id or None,
        created_at=now,
        updated_at=now,
    )


def _sender_of(sim: Simulation, account: Account, request: SendRequest) -> Endpoint:
    if not request.sender:
        return _sender_of_service(sim.world.endpoints.values(), account, request.messaging_service_id)
    endpoint = sim.world.endpoints.get(request.sender)
    if endpoint is None:
        raise TwilioError(63007)
    if endpoint.account_id != account.account_id:
        raise TwilioError(21606)
    return endpoint


def _sender_of_service(endpoints: Iterable[Endpoint], account: Account, service_id: str) -> Endpoint:
    for endpoint in endpoints:
        if (endpoint.account_id, endpoint.messaging_service_id) == (account.account_id, service_id):
            return endpoint
    raise TwilioError(21703)


def _template_of(sim: Simulation, account: Account, content_id: str) -> Template | None:
    if not content_id:
        return None
    template = sim.world.templates.get(content_id)
    if template is None or template.account_id not in ("", account.account_id):
        raise TwilioError(21655)
    return template


def _content_of(
    request: SendRequest, template: Template | None
) -> tuple[str, tuple[Action, ...], tuple[str, ...]]:
    if template is None:
        return request.body, (), request.media_urls
    text, actions = rendered(template, request.variables)
    return text, actions, media_of(template, request.variables)


def _kind_of(request: SendRequest, template: Template | None, media_urls: tuple[str, ...]) -> str:
    if template is not None:
        return "template"
    if media_urls:
        return "document"  # until the file is fetched and its type is known
    return "location" if request.persistent_action.startswith("geo:") else "text"


def _place_in(action: str) -> tuple[float | None, float | None, str | None]:
    """`geo:37.5665,126.9780|City Hall` sends a location."""
    if not action.startswith("geo:"):
        return None, None, None
    point, _, label = action.removeprefix("geo:").partition("|")
    latitude, _, longitude = point.partition(",")
    try:
        return float(latitude), float(longitude), label or None
    except ValueError as error:
        raise TwilioError(20001, "PersistentAction must read geo:latitude,longitude|label.") from error
