"""What of the team the plans of a file are made against."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace

from community.core.errors import RuleBroken
from community.core.i18n import gettext as _
from community.core.text import fold
from community.exchange.formats.record import PersonRecord
from community.exchange.matching.own import Around, Refused, Value, names_of
from community.exchange.models import ImportBatch
from community.exchange.queries.here import find_called
from community.identity.models import Actor
from community.people import actions as people_actions
from community.people import queries as people
from community.people.models import CustomField

Known = Callable[[str], bool]


class Surroundings:
    """The team's fields and words as one stretch of work finds them. `in_file` are the ids of the file."""

    def __init__(self, actor: Actor, batch: ImportBatch, in_file: Collection[str]) -> None:
        self._actor, self._source, self._in_file = actor, batch.source, in_file
        fields = people.find_fields(actor)
        self._fields: Mapping[str, CustomField] = {
            **{fold(field.name): field for field in fields},
            **{field.key: field for field in fields},
        }
        kinds = people.find_relation_kinds(actor, archived=False)
        self._around = Around(
            kinds={fold(kind.name): kind.id for kind in kinds},
            in_file=in_file,
            me=actor.person_ids,
        )

    def of(self, records: Iterable[PersonRecord]) -> Around:
        """With whom these records name."""
        ids = {each for record in records for each in names_of(record)}
        others = find_called(self._actor, self._source, ids) if ids else {}

        def is_known(said: str) -> bool:
            return said in others or said in self._in_file

        return replace(
            self._around,
            others=others,
            read_field=lambda key, said: self._read(key, said, is_known),
        )

    def _read(self, key: str, said: str, is_known: Known) -> Value:
        field = self._fields.get(key) or self._fields.get(fold(key))
        if field is None:
            raise Refused("field_unknown", value=key[:80])
        if field.kind == "person":
            if not is_known(said):
                words = _("%(name)s: choose somebody you see here.", name=field.name)
                raise Refused("field_refused", words=words)
            return Value(field.id, other=said)
        try:
            return Value(field.id, people_actions.read_field(field, said))
        except RuleBroken as error:
            raise Refused("field_refused", words=str(error.message)[:300]) from error
