"""The doctor's checks: each looks at one part and answers findings, never raises."""

from community.operation.queries.checks.configuration import check_configuration
from community.operation.queries.checks.database import check_database, check_owner
from community.operation.queries.checks.finding import Finding
from community.operation.queries.checks.providers import check_providers
from community.operation.queries.checks.surroundings import (
    check_address,
    check_data,
    check_mail,
    check_queue,
)

__all__ = [
    "Finding",
    "check_address",
    "check_configuration",
    "check_data",
    "check_database",
    "check_mail",
    "check_owner",
    "check_providers",
    "check_queue",
]
