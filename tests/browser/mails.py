"""What the portal mails, as a reader of the mailbox sees it: workers that send, and links to follow."""

import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from redis import Redis
from sqlalchemy import update

from community.core import clock, queue
from community.core.outbox import OutboxRow
from community.identity.models import Actor
from tests.browser.conftest import Live
from tests.factories.identity import acting

PROGRAM = Path(sys.executable).with_name("community")


@pytest.fixture(scope="module")
def workers(live: Live) -> Iterator[None]:
    """Workers of both queues beside the live portal, as an installation runs them.

    Not longer than a module's tests: those of others do the work of the queue themselves.
    """
    with _worker(live, queue.MAIL), _worker(live, queue.WORK):
        yield


@contextmanager
def _worker(live: Live, name: str) -> Iterator[None]:
    log = (live.data / f"worker-{name}.log").open("ab")
    process = subprocess.Popen([PROGRAM, "worker", name], env=live.env, stdout=log, stderr=log)
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)
        log.close()


def eventually(happened: Callable[[], bool], what: str, seconds: float = 80) -> None:
    """Wait until it is so, or fail saying what did not happen."""
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, f"not within {seconds:.0f} s: {what}"
        time.sleep(0.1)


def mails_to(live: Live, address: str) -> list[EmailMessage]:
    """What lies in the mailbox for an address, the oldest first."""
    files = sorted((live.data / "mailbox").glob("*.eml"), key=lambda path: path.stat().st_mtime)
    mails = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in files]
    return [m for m in mails if isinstance(m, EmailMessage) and address in str(m["To"])]


def newest_mail(live: Live, address: str, subject: str) -> str:
    """The text of the newest mail with these words in its subject, once it is there."""

    def found() -> list[EmailMessage]:
        return [m for m in mails_to(live, address) if subject in str(m["Subject"])]

    eventually(lambda: bool(found()), f"a mail “{subject}” to {address}")
    body = found()[-1].get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def link_in(text: str, path: str) -> str:
    """The address below a path that a mail leads to."""
    found = re.search(rf"https?://\S+{path}\S*", text)
    assert found is not None, text
    return found[0]


def let_the_hold_pass(live: Live, actor: Actor) -> None:
    """A minute later: what was held may leave, and the sweeper rings for it."""
    with acting(actor) as unit:
        unit.session.execute(
            update(OutboxRow)
            .where(OutboxRow.team_id == actor.team_id, OutboxRow.next_at.is_not(None))
            .values(next_at=clock.now())
        )
    with Redis.from_url(live.env["REDIS_URL"]) as bell:
        queue.rq_queue(queue.MAIL, bell).enqueue(queue.RING_JOB, queue.MAIL)
