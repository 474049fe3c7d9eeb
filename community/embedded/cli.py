"""`community up`: everything on one machine."""

from pathlib import Path

import click

from community.embedded.errors import EmbeddedError
from community.embedded.up import Options, run_up


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
