"""What each role may do. The one table that says so."""

from collections.abc import Iterable, Mapping
from typing import Final

from domain.configuration import Role, Scope

SCOPES: Final[Mapping[Role, frozenset[Scope]]] = {
    Role.AGENT: frozenset({Scope.AGENT}),
    Role.SUPERVISOR: frozenset({Scope.AGENT, Scope.SUPERVISOR, Scope.CONFIG_READ}),
    Role.ADMIN: frozenset({Scope.CONFIG_READ, Scope.CONFIG_WRITE, Scope.SECRETS_WRITE}),
    Role.OPERATOR: frozenset({Scope.OPERATOR}),
}


def scopes_of(roles: Iterable[Role]) -> frozenset[Scope]:
    """Everything these roles may do together."""
    return frozenset[Scope]().union(*(SCOPES[role] for role in roles))
