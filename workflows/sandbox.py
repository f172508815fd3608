"""What the workflow sandbox need not isolate: our pure packages, checked by lint and replay instead."""

from typing import Final

from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

PASSED_THROUGH: Final = (
    "activities",
    "annotated_types",
    "domain",
    "pydantic",
    "pydantic_core",
    "six",
    "statemachines",
    "transitions",
    "uuid_utils",
    "workflows.alarm",
    "workflows.background",
    "workflows.bookkeeping",
    "workflows.details",
    "workflows.errands",
    "workflows.lateness",
    "workflows.performing",
    "workflows.policies",
    "workflows.process",
    "workflows.run",
    "workflows.search_attributes",
    "workflows.updates",
)
"""Imported once a process instead of once a conversation: a fifth of the memory, half of the time."""

RUNNER: Final = SandboxedWorkflowRunner(
    restrictions=SandboxRestrictions.default.with_passthrough_modules(*PASSED_THROUGH)
)
"""The same for worker, tests and replay. The thin workflow files themselves stay in the sandbox."""
