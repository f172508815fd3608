"""What routes ask for in their signatures: the caller with the needed scopes, and the services."""

from typing import Annotated, TypedDict

from fastapi import Depends, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer, SecurityScopes
from starlette.requests import HTTPConnection

from application.access import require
from application.services import Configuration, Engine, Services
from domain.configuration import Caller, Scope
from domain.errors import NotSignedIn


class AppState(TypedDict):
    """What the app's lifespan gives to each request."""

    services: Services
    temporal_ui: str
    """The origin of the Temporal UI; empty when there is none."""


def services_of(connection: HTTPConnection) -> Services:
    """The services of this app; for requests and WebSockets."""
    services: Services = connection.state.services
    return services


# None of these is a plain function: FastAPI would run it in a thread, for every single request.
async def _services(connection: HTTPConnection) -> Services:
    return services_of(connection)


UseServices = Annotated[Services, Depends(_services)]


async def configuration_of(connection: HTTPConnection) -> Configuration:
    """The use cases of the config API."""
    return services_of(connection).configuration


UseConfiguration = Annotated[Configuration, Depends(configuration_of)]


async def engine_of(connection: HTTPConnection) -> Engine:
    """The use cases of webhooks and of the agent API."""
    return services_of(connection).engine


UseEngine = Annotated[Engine, Depends(engine_of)]

bearer = HTTPBearer(auto_error=False, description="An API key, or the token of a sign-in.")
Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]


async def current_token(credentials: Credentials) -> str:
    """The caller's bearer token, unchecked."""
    if credentials is None:
        raise NotSignedIn("Send an API key or a session token as `Authorization: Bearer …`.")
    return credentials.credentials


Token = Annotated[str, Depends(current_token)]


async def known_caller(token: Token, services: UseServices) -> Caller:
    """The caller, whatever their scopes."""
    return await services.access.authenticate(token)


KnownCaller = Annotated[Caller, Depends(known_caller)]


async def current_caller(needed: SecurityScopes, caller: KnownCaller) -> Caller:
    """The caller, provided that they have every scope the route needs."""
    require(caller, [Scope(each) for each in needed.scopes])
    return caller


ConfigReader = Annotated[Caller, Security(current_caller, scopes=[Scope.CONFIG_READ])]
ConfigWriter = Annotated[Caller, Security(current_caller, scopes=[Scope.CONFIG_WRITE])]
SecretsWriter = Annotated[Caller, Security(current_caller, scopes=[Scope.SECRETS_WRITE])]
AccessWriter = Annotated[
    Caller, Security(current_caller, scopes=[Scope.CONFIG_WRITE, Scope.SECRETS_WRITE])
]
"""May decide who gets in: whoever can make keys or passwords can become anybody."""
AgentCaller = Annotated[Caller, Security(current_caller, scopes=[Scope.AGENT])]
SupervisorCaller = Annotated[Caller, Security(current_caller, scopes=[Scope.SUPERVISOR])]
OperatorCaller = Annotated[Caller, Security(current_caller, scopes=[Scope.OPERATOR])]
