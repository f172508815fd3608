"""Makes our search attributes known to a Temporal server, and keeps finished conversations a week."""

from datetime import timedelta
from typing import Final

from google.protobuf.duration_pb2 import Duration
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.namespace.v1 import NamespaceConfig
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import UpdateNamespaceRequest
from temporalio.client import Client

from workflows.search_attributes import ALL

_TIMEOUT: Final = timedelta(seconds=10)
_RETENTION: Final = timedelta(days=7)


async def register(client: Client) -> None:
    """Add those that are missing. Safe to repeat; `start-dev` ignores its own flag for a known file."""
    service = client.operator_service
    listing = ListSearchAttributesRequest(namespace=client.namespace)
    known = (await service.list_search_attributes(listing, timeout=_TIMEOUT)).custom_attributes
    missing = {name: _kind(kind) for name, kind in ALL.items() if name not in known}
    if missing:
        request = AddSearchAttributesRequest(namespace=client.namespace, search_attributes=missing)
        await service.add_search_attributes(request, timeout=_TIMEOUT)


async def keep_a_week(client: Client) -> None:
    """The development server would forget a finished conversation's history after a day."""
    retention = Duration()
    retention.FromTimedelta(_RETENTION)
    await client.workflow_service.update_namespace(
        UpdateNamespaceRequest(
            namespace=client.namespace,
            config=NamespaceConfig(workflow_execution_retention_ttl=retention),
        ),
        timeout=_TIMEOUT,
    )


def _kind(name: str) -> IndexedValueType.ValueType:
    return IndexedValueType.Value(f"INDEXED_VALUE_TYPE_{name.upper()}")
