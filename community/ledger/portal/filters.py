"""The filter in the address of the history."""

from collections.abc import Mapping

from community.core import slugs
from community.ledger import schemas
from community.ledger.queries import GiveFilter
from community.people import queries as people
from community.web.session import current_actor

FILTERS = ("from", "to", "with", "kind", "state", "since", "thanked")


def read_filter(given: Mapping[str, str]) -> GiveFilter:
    """The filter of the address; a person may be named by the slug of their page too."""
    values = dict(given)
    for name in ("from", "to", "with"):
        value = values.get(name, "")
        if value != schemas.ME and slugs.read(value):
            values[name] = str(people.get_person_by_slug(current_actor(), value).id)
    args = schemas.GivesArgs().load(values)
    wanted = schemas.read_filter(args, current_actor().person_id)
    # What was taken back or corrected is there for whoever asks for it.
    return wanted if wanted.states else GiveFilter(**{**vars(wanted), "open_only": True})
