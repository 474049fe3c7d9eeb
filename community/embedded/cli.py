"""The `community` program: the application's commands, and `up`, everything on one machine.

The program starts here because this package is the only one above the application: what the
application imports may not know how it is started.
"""

from pathlib import Path
from typing import Any

import click
from gunicorn.app.base import BaseApplication

from community import app, clock_process, worker
from community.core import queue
from community.embedded.errors import EmbeddedError
from community.embedded.up import Options, run_up
from community.embedded.web_worker import WebWorker
from config import Config


@click.command("up")
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(".data"),
    envvar="COMMUNITY_DATA",
    show_default=True,
    help="Folder for the database, the keys and the logs.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), help="Port; default: first free from 8000.")
@click.option("--no-demo", is_flag=True, help="Start empty, without the sample team.")
@click.option("--insecure-lan", is_flag=True, help="Allow http on a local network you trust.")
@click.option(
    "--restore",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Start a new, empty data folder from this backup.",
)
def up(
    data: Path,
    host: str,
    port: int | None,
    no_demo: bool,
    insecure_lan: bool,
    restore: Path | None,
) -> None:
    """Run everything on this machine: database, queue, web, workers, clock.

    \b
    Example: community up --data /srv/community --no-demo
    """
    options = Options(
        data, host, port, demo=not no_demo, insecure_lan=insecure_lan, restore=restore
    )
    try:
        run_up(options)
    except EmbeddedError as error:
        raise click.ClickException(str(error)) from None


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


def main() -> None:
    """Run the command line."""
    for command in (up, web, work, clock):
        app.cli.add_command(command)
    app.main()
