"""What the worker does for notices."""

from collections.abc import Callable

from community.core.outbox import Claim
from community.notifications.actions import MAIL_JOB
from community.notifications.delivery import send_notice

JOBS: dict[str, Callable[[Claim], None]] = {MAIL_JOB: send_notice}
