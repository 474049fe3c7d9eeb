"""A real SMTP listener on loopback that takes, delays, defers or refuses what it is sent."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from community.core import mail

MODES = ("ok", "slow", "4xx", "5xx", "5xx-data", "5xx-policy", "sender", "hangup")


@dataclass
class Listener:
    """What arrived, and how the next message is answered."""

    mode: str = "ok"
    modes_by_address: dict[str, str] = field(default_factory=dict)
    slow_seconds: float = 0.3
    takes_utf8: bool = False
    arrived: list[EmailMessage] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    tried: list[str] = field(default_factory=list)
    connections: int = 0
    port: int = 0
    close: Callable[[], None] = field(default=lambda: None)

    def forget(self) -> None:
        """Begin anew: nothing has arrived yet."""
        for seen in (self.arrived, self.raw, self.recipients, self.tried):
            seen.clear()
        self.connections = 0

    def open(self) -> None:
        """Listen, on the port it had before if it had one."""
        loop = asyncio.new_event_loop()
        thread = threading.Thread(target=loop.run_forever, daemon=True)
        thread.start()
        # In its own thread from the start: a browser test may keep a loop running in this one.
        made = loop.create_server(lambda: _smtp(self, loop), "127.0.0.1", self.port)
        server = asyncio.run_coroutine_threadsafe(made, loop).result(timeout=10)
        self.port = server.sockets[0].getsockname()[1]

        def close() -> None:
            asyncio.run_coroutine_threadsafe(_end(server, loop), loop).result(timeout=10)
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.close()

        self.close = close

    def mode_for(self, address: str) -> str:
        """The mode of this recipient."""
        return self.modes_by_address.get(address, self.mode)

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's names
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        hostname: str,
        responses: list[str],
    ) -> list[str]:
        """Count connections."""
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take or refuse the sender."""
        if self.mode == "sender":
            return "550 5.7.1 you may not send here"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take, defer or refuse a recipient."""
        self.tried.append(address)
        mode = self.mode_for(address)
        if mode == "4xx":
            return "451 4.3.0 come back later"
        if mode == "5xx":
            return "550 5.1.1 no such mailbox"
        if mode == "5xx-policy":
            return "550 5.7.1 your network is on a list"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take or refuse the message, perhaps slowly."""
        mode = self.mode_for(envelope.rcpt_tos[0])
        if mode == "slow":
            await asyncio.sleep(self.slow_seconds)
        if mode == "5xx-data":
            return "554 5.6.0 not taken"
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=default)
        assert isinstance(message, EmailMessage)
        self.raw.append(envelope.content)
        self.arrived.append(message)
        self.recipients += envelope.rcpt_tos
        if mode == "hangup":
            assert server.transport is not None
            asyncio.get_running_loop().call_soon(server.transport.close)
        return "250 OK"


@contextmanager
def listening(**settings: object) -> Iterator[Listener]:
    """Run a listener on a free port for the length of the block."""
    listener = Listener(**settings)  # type: ignore[arg-type]
    listener.open()
    try:
        yield listener
    finally:
        listener.close()


@contextmanager
def away(listener: Listener) -> Iterator[None]:
    """Nobody listens on its port inside the block."""
    listener.close()
    try:
        yield
    finally:
        listener.open()


def _smtp(listener: Listener, loop: asyncio.AbstractEventLoop) -> SMTP:
    return SMTP(listener, enable_SMTPUTF8=listener.takes_utf8, loop=loop, hostname="listener.test")


async def _end(server: asyncio.Server, loop: asyncio.AbstractEventLoop) -> None:
    server.close()
    own = asyncio.current_task(loop)
    tasks = [task for task in asyncio.all_tasks(loop) if task is not own]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@contextmanager
def sending_to(listener: Listener | None) -> Iterator[None]:
    """Send mail to the listener inside the block; None: to a port where nobody listens."""
    before = mail.settings()
    port = listener.port if listener else 1
    sender = "notify@community.test"
    mail.configure(replace(before, host="127.0.0.1", port=port, tls="none", sender=sender))
    try:
        yield
    finally:
        mail.configure(before)


@contextmanager
def mailbox_at(folder: Path) -> Iterator[Path]:
    """Lay mail into a folder of this test's own."""
    before = mail.settings()
    mail.configure(replace(before, host=None, mailbox=folder))
    try:
        yield folder
    finally:
        mail.configure(before)
