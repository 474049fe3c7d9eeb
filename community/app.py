"""create_app: the only composition root. Every feature is named here, in explicit lists."""

import logging
import sys
from copy import copy

import click
import structlog
from flask import Blueprint
from flask_smorest import Blueprint as ApiBlueprint
from werkzeug.middleware.proxy_fix import ProxyFix

from community.accounts import api as accounts_api
from community.accounts import cli as accounts_cli
from community.accounts import jobs as accounts_jobs
from community.accounts import portal as accounts_portal
from community.accounts.actions.tokens import note_token_use
from community.accounts.queries import opening
from community.core import crypto, db, hold, mail, outbox, queue
from community.core.i18n import lazy
from community.core.outbox import Handler
from community.demo import cli as demo_cli
from community.exchange import api as exchange_api
from community.exchange import cli as exchange_cli
from community.exchange import jobs as exchange_jobs
from community.exchange import notices as exchange_notices
from community.exchange import portal as exchange_portal
from community.exchange import queries as exchange_queries
from community.home import api as home_api
from community.home import portal as home_portal
from community.journal import api as journal_api
from community.journal import policy as journal_policy
from community.ledger import actions as ledger_actions
from community.ledger import api as ledger_api
from community.ledger import jobs as ledger_jobs
from community.ledger import notices as ledger_notices
from community.ledger import portal as ledger_portal
from community.ledger import queries as ledger_queries
from community.notifications import api as notifications_api
from community.notifications import catalogue
from community.notifications import jobs as notifications_jobs
from community.notifications import notices as notifications_notices
from community.notifications import portal as notifications_portal
from community.notifications.catalogue import NoticeKind
from community.operation import cli as operation
from community.people import api as people_api
from community.people import notices as people_notices
from community.people import portal as people_portal
from community.people import queries as people_queries
from community.reciprocity import actions as reciprocity_actions
from community.reciprocity import api as reciprocity_api
from community.reciprocity import cli as reciprocity_cli
from community.reciprocity import portal as reciprocity_portal
from community.web import (
    documents,
    endpoints,
    errors,
    health,
    idempotency,
    security,
    session,
    templating,
)
from community.web.session import CommunityFlask, Gate
from community.web.templating import NavItem
from config import Config, ConfigError

# One line a feature, in the order of the tiers.
API: tuple[ApiBlueprint, ...] = (
    accounts_api.blp,
    journal_api.blp,
    notifications_api.blp,
    people_api.blp,
    ledger_api.blp,
    reciprocity_api.blp,
    exchange_api.blp,
    home_api.blp,
)
PORTAL: tuple[Blueprint, ...] = (
    *accounts_portal.BLUEPRINTS,
    notifications_portal.bp,
    notifications_portal.outside,
    people_portal.blp,
    *ledger_portal.BLUEPRINTS,
    reciprocity_portal.bp,
    exchange_portal.blp,
    home_portal.root,
    home_portal.blp,
)
NAV: tuple[NavItem, ...] = (
    NavItem("search", "home.search", "search", lazy("Search")),
    NavItem("palette", "home.palette", "search", lazy("Search and commands")),
    NavItem("today", "home.today", "sun", lazy("Today")),
    NavItem("people", "people.list", "people", lazy("People")),
    *ledger_portal.NAV,
    reciprocity_portal.NAV,
    notifications_portal.NAV,
    NavItem("settings", "settings.show_profile", "gear", lazy("Settings")),
    NavItem("me", "home.me", "person", lazy("My page")),
    NavItem("keyboard", "settings.keyboard_help", "keyboard", lazy("Keyboard")),
    NavItem("more", "home.more", "more", lazy("More")),
)
KINDS: tuple[NoticeKind, ...] = (
    *notifications_notices.KINDS,
    *people_notices.KINDS,
    *ledger_notices.KINDS,
    *exchange_notices.KINDS,
)
JOBS: dict[str, Handler] = {
    **accounts_jobs.JOBS,
    **notifications_jobs.JOBS,
    **ledger_jobs.JOBS,
    **exchange_jobs.JOBS,
}
COMMANDS: tuple[click.Command, ...] = (*operation.COMMANDS,)
# These run in the application's context; the others configure themselves.
APPLICATION_COMMANDS: tuple[click.Command, ...] = (
    *accounts_cli.COMMANDS,
    *demo_cli.COMMANDS,
    *reciprocity_cli.COMMANDS,
    *exchange_cli.COMMANDS,
)

# What the audit shows of things that have an audience: those its reader may see.
AUDITED: dict[str, journal_policy.Readable] = {
    journal_policy.PERSON: people_queries.readable,
    "note": people_queries.readable_notes,
    "give": ledger_queries.readable,
    "import": exchange_queries.readable,
}


def create_app(config: Config) -> CommunityFlask:
    """The WSGI application of one installation."""
    configure_core(config)
    app = CommunityFlask("community", static_folder="web/static", template_folder="web/templates")
    app.config.update(
        SECRET_KEY=crypto.flask_key(),
        BASE_URL=config.base_url,
        SECURE=config.secure,
        DEVELOPMENT=config.development,
        COMMUNITY=config,
        SESSION_COOKIE_NAME="__Host-flask" if config.secure else "community-flask",
        SESSION_COOKIE_SECURE=config.secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SEND_FILE_MAX_AGE_DEFAULT=31_536_000,
    )
    if config.trusted_proxies:
        count = config.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=0)  # type: ignore[method-assign]
    app.extensions["community.idempotency"] = idempotency.around
    catalogue.register(KINDS)
    outbox.register(JOBS)
    session.install(app, _gate())
    security.install(app)
    errors.install(app)
    templating.install(app, NAV)
    health.install(app)
    for blueprint in PORTAL:
        app.register_blueprint(blueprint)
    endpoints.install(app, API)
    app.add_url_rule("/api/docs", "api_docs", session.public(documents.docs_page))
    return app


def configure_core(config: Config) -> None:
    """Point the core at this installation's database, queue, mail and keys."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.getLevelName(config.log_level.upper())
        ),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
    )
    db.configure(config.database_url, pool_size=config.pool_size)
    queue.configure(config.redis_url)
    crypto.configure(config.secret_keys)
    hold.configure(config.undo_seconds)
    ledger_actions.register(reciprocity_actions.keep)
    for thing_kind, readable in AUDITED.items():
        journal_policy.register(thing_kind, readable)
    mail.configure(
        mail.Settings(
            host=config.smtp_host,
            port=config.smtp_port,
            user=config.smtp_user,
            password=config.smtp_password,
            tls=config.smtp_tls,
            sender=config.mail_from,
            base_url=config.base_url,
            mailbox=config.data / "mailbox",
        )
    )


def _gate() -> Gate:
    return Gate(
        open_portal=opening.open_portal,
        open_api=opening.open_api,
        opened_actor=opening.opened_actor,
        note_use_due=opening.note_use_due,
        after_token_use=note_token_use,
    )


@click.group(help="Relationships instead of contacts: run and look after an installation.")
def cli() -> None:
    """The command line."""


def in_application(command: click.Command) -> click.Command:
    """The command, or all of the group, running in the application of the environment.

    It is configured after the words are parsed, so that --help needs no configuration.
    """
    made = copy(command)
    if isinstance(command, click.Group) and isinstance(made, click.Group):
        made.commands = {name: in_application(inner) for name, inner in command.commands.items()}
        return made

    def invoke(context: click.Context) -> object:
        with create_app(Config.from_env()).app_context():
            return command.invoke(context)

    made.invoke = invoke  # type: ignore[method-assign,assignment]
    return made


for _command in COMMANDS:
    cli.add_command(_command)
for _command in APPLICATION_COMMANDS:
    cli.add_command(in_application(_command))


def main() -> None:
    """The `community` command: plain errors, exit codes that mean something."""
    try:
        cli.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        sys.exit(130)
    except ConfigError as error:
        click.echo(f"Configuration: {error}", err=True)
        sys.exit(78)
