"""What every process and command of an installation is configured with, web or not.

Beside `community.app` the only place that names every feature; it knows no page, no resource
and no job, so that a command starts without them.
"""

import logging
import sys

import click
import structlog
from sqlalchemy.exc import OperationalError

from community.accounts import notices as accounts_notices
from community.core import crypto, db, hold, logs, mail, providers, queue
from community.core.errors import AppError
from community.exchange import notices as exchange_notices
from community.exchange import queries as exchange_queries
from community.journal import policy as journal_policy
from community.journal import queries as journal_queries
from community.ledger import actions as ledger_actions
from community.ledger import notices as ledger_notices
from community.ledger import queries as ledger_queries
from community.notifications import catalogue
from community.notifications import notices as notifications_notices
from community.notifications.catalogue import NoticeKind
from community.people import actions as people_actions
from community.people import notices as people_notices
from community.people import queries as people_queries
from community.people.queries import pictures
from community.reciprocity import actions as reciprocity_actions
from community.records import actions as records_actions
from community.records import notices as records_notices
from community.relationships import queries as relationships_queries
from config import Config

KINDS: tuple[NoticeKind, ...] = (
    *notifications_notices.KINDS,
    *accounts_notices.KINDS,
    *people_notices.KINDS,
    *ledger_notices.KINDS,
    *records_notices.KINDS,
    *exchange_notices.KINDS,
)
# What the audit shows of things that have an audience: those its reader may see.
AUDITED: dict[str, journal_policy.Readable] = {
    journal_policy.PERSON: people_queries.recorded,
    "achievement": people_queries.readable_moments,
    "fact": people_queries.readable_facts,
    "hard_time": people_queries.readable_moments,
    "handover": people_queries.readable_handovers,
    "note": people_queries.readable_notes,
    "organisation": people_queries.readable_organisations,
    "picture": pictures.readable_pictures,
    "relation": people_queries.readable_relations,
    "tie": relationships_queries.readable,
    "note_version": people_queries.readable_versions,
    "preference": people_queries.readable_preferences,
    "profile_part": people_queries.readable_profiles,
    "saved_view": people_queries.readable_views,
    "give": ledger_queries.readable,
    "import": exchange_queries.readable,
}
# One JSON object a line, in UTC.
PROCESSORS: tuple[structlog.types.Processor, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso"),
    logs.tell_error,
    structlog.processors.JSONRenderer(),
)


def configure(config: Config) -> None:
    """Point the core at this installation's database, queue, mail and keys."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.getLevelName(config.log_level.upper())
        ),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        processors=PROCESSORS,
    )
    db.configure(config.database_url, pool_size=config.pool_size)
    queue.configure(config.redis_url)
    crypto.configure(config.secret_keys)
    hold.configure(config.undo_seconds)
    providers.configure(config.oidc_providers, config.base_url)
    catalogue.register(KINDS)
    ledger_actions.register(reciprocity_actions.keep)
    people_actions.register_narrowed(records_actions.part_private)
    for thing_kind, readable in AUDITED.items():
        journal_policy.register(thing_kind, readable)
    journal_queries.register_people(people_queries.find_names, people_queries.find_team)
    people_queries.register_tied(relationships_queries.find_tied)
    mail.configure(mail.Settings.of(config))


def run_configured(command: click.Command, context: click.Context) -> object:
    """Run a command with the settings of the environment.

    What is expected to fail ends it with words and exit code 1.
    """
    configure(Config.from_env())
    try:
        return command.invoke(context)
    except AppError as error:
        raise click.ClickException(str(error.message or error)) from None
    except OperationalError as error:
        said = str(error.orig).strip().splitlines()[0]
        raise click.ClickException(f"The database did not answer: {said}") from None
