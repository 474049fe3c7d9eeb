"""The processes of an installation, one a command: web, worker and clock."""

from pathlib import Path
from typing import Any

import click
from gunicorn.app.base import BaseApplication

from community import app, clock_process, worker
from community.core import queue
from community.embedded.web_worker import WebWorker
from config import Config


class _Web(BaseApplication):
    """gunicorn with our settings; the application is made once and forked."""

    def __init__(self, settings: dict[str, object], config: Config) -> None:
        self._settings = settings
        self._config = config
        super().__init__()

    def load_config(self) -> None:
        """Only our settings: no file and no environment of gunicorn's own."""
        for name, value in self._settings.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """The application."""
        return app.create_app(self._config)


@click.command("web")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True)
@click.option("--threads", type=click.IntRange(1, 64), default=4, show_default=True)
def web(host: str, port: int, workers: int, threads: int) -> None:
    """Serve the portal and the API.

    \b
    Example: community web --host 0.0.0.0 --port 8000 --workers 4
    """
    config = Config.from_env()
    settings: dict[str, object] = {
        "bind": f"{host}:{port}",
        "workers": workers,
        "threads": threads,
        "worker_class": WebWorker,
        "preload_app": True,
        "control_socket_disable": True,
        "keepalive": 30,
        "graceful_timeout": 20,
        "max_requests": 20_000,
        "max_requests_jitter": 2_000,
        "loglevel": "warning",
        # A heartbeat file on a disk can stall a worker; memory cannot.
        "worker_tmp_dir": "/dev/shm" if Path("/dev/shm").is_dir() else None,
    }
    _Web(settings, config).run()


@click.command("worker")
@click.argument("name", metavar="QUEUE", type=click.Choice(queue.QUEUES))
def work(name: str) -> None:
    """Work on one queue. Start one process for each queue, or several.

    \b
    Example: community worker mail
    """
    worker.run_worker(app.create_app(Config.from_env()), name)


@click.command("clock")
def clock() -> None:
    """Ring for what is due and start periodic work. One leads, others wait.

    \b
    Example: community clock
    """
    with app.create_app(Config.from_env()).app_context():
        clock_process.run_clock()
