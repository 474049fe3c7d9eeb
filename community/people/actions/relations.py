"""Writing how two people stand to each other, and the team's own words for it."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from community.core import clock, db
from community.core.errors import Conflict, NotAllowed, NotFound, RuleBroken
from community.core.i18n import gettext as _
from community.core.text import fold
from community.identity.models import Actor
from community.journal import actions as journal
from community.people import policy, queries
from community.people.actions.audiences import resolve_audience
from community.people.actions.persons import check_version
from community.people.models import REVERSE, Relation, RelationKind

_PLAIN = ("word", "from_on", "to_on")
MOST_KINDS = 100


def add_relation(
    actor: Actor,
    person_id: UUID,
    *,
    kind: str,
    other_id: UUID,
    word: str = "",
    from_on: date | None = None,
    to_on: date | None = None,
    visibility: Mapping[str, Any] | None = None,
) -> Relation:
    """Write what `other_id` is to a person; private unless the author's default or choice is wider.

    `kind` is a code of REVERSE or the id of one of the team's own.
    """
    check_may_relate(actor)
    person, other = (queries.get_person(actor, each) for each in (person_id, other_id))
    if person.id == other.id:
        text = _("These are the same person. Choose somebody else.")
        raise RuleBroken(text, code="same_person", field="other_id")
    made = Relation(id=db.new_id(), author_id=actor.person_id)
    made.person_id, made.other_id = person.id, other.id
    made.word, made.from_on, made.to_on = word, from_on, to_on
    _be(actor, made, kind)
    _check(made)
    made.see(resolve_audience(actor, visibility, default=actor.default_audience))
    _refuse_again(actor, made)
    db.add(made)
    db.flush()
    journal.record(actor, "add", "relation", made.id, about_id=person.id)
    return made


def check_may_relate(actor: Actor) -> None:
    """NotAllowed for guests, who write nothing about people."""
    if not policy.can_relate(actor):
        raise NotAllowed(_("Guests cannot write about people."))


def edit_relation(
    actor: Actor, relation_id: UUID, *, version: int | None = None, **given: Any
) -> Relation:
    """Change the given fields; the author's alone. `kind` is as seen from the first of the two."""
    found = _own(actor, relation_id)
    check_version(found.version, version)
    before = found.visibility, found.kind, found.kind_id
    changed = [name for name in _PLAIN if name in given and getattr(found, name) != given[name]]
    for name in changed:
        setattr(found, name, given[name])
    if "kind" in given:
        _be(actor, found, given["kind"])
        changed += ["kind"] if (found.kind, found.kind_id) != before[1:] else []
    _check(found)
    if given.get("visibility") is not None:
        wanted = given["visibility"]
        found.see(resolve_audience(actor, wanted, default="private", keep=found.circle_id))
        changed += ["visibility"] if found.visibility != before[0] else []
    if changed:
        _refuse_again(actor, found)
        db.flush()
        about = found.person_id
        journal.record(actor, "edit", "relation", found.id, about_id=about, fields=changed)
    return found


def remove_relation(actor: Actor, relation_id: UUID, *, version: int | None = None) -> Relation:
    """Hide a relation; its author can bring it back."""
    found = _own(actor, relation_id)
    check_version(found.version, version)
    found.delete(clock.now())
    db.flush()
    journal.record(actor, "delete", "relation", found.id, about_id=found.person_id)
    return found


def restore_relation(actor: Actor, relation_id: UUID) -> Relation:
    """Undo the removal of a relation of one's own."""
    found = queries.get_own_relation(actor, relation_id)
    if found.deleted_at is not None:
        found.restore()
        _refuse_again(actor, found)
        db.flush()
        journal.record(actor, "restore", "relation", found.id, about_id=found.person_id)
    return found


def _own(actor: Actor, relation_id: UUID) -> Relation:
    found = queries.get_relation(actor, relation_id)
    if not policy.can_change_relation(actor, found):
        raise NotAllowed(_("Only the one who wrote this relation can change it."))
    return found


def _be(actor: Actor, relation: Relation, kind: str) -> None:
    if kind in REVERSE:
        relation.kind, relation.kind_id = kind, None
        return
    own = _own_kind(actor, kind)
    if own.archived_at is not None and own.id != relation.kind_id:
        text = _("This relation is not in use any more. Choose another.")
        raise RuleBroken(text, code="archived", field="kind")
    relation.kind, relation.kind_id = "", own.id


def _own_kind(actor: Actor, kind: str) -> RelationKind:
    try:
        return queries.get_relation_kind(actor, UUID(kind))[0]
    except (ValueError, NotFound) as error:
        text = _("There is no such relation. Choose one of the list.")
        raise RuleBroken(text, code="unknown_kind", field="kind") from error


def _check(relation: Relation) -> None:
    if relation.from_on and relation.to_on and relation.to_on < relation.from_on:
        raise RuleBroken(_("The end is before the beginning."), code="order", field="to")
    if relation.kind == "other" and not relation.word:
        raise RuleBroken(_("Say what they are to each other."), code="no_word", field="word")


def _refuse_again(actor: Actor, relation: Relation) -> None:
    if queries.has_relation(actor, relation):
        raise Conflict(_("You have written this already."), code="already_there", field="kind")


def define_relation_kind(actor: Actor, *, name: str, reverse_name: str = "") -> RelationKind:
    """A kind of the team's own, and its reverse; without one both sides are called the same."""
    _check_may_define(actor)
    known = {fold(kind.name) for kind in queries.find_relation_kinds(actor)}
    if len(known) >= MOST_KINDS:
        raise RuleBroken(_("These are too many."), code="too_many", field="name")
    _refuse_name(known, name)
    made = RelationKind(id=db.new_id(), name=name)
    made.reverse_id = made.id
    if reverse_name and fold(reverse_name) != fold(name):
        _refuse_name(known, reverse_name, "reverse_name")
        back = RelationKind(id=db.new_id(), name=reverse_name)
        back.reverse_id = back.id
        db.add(made, back)
        db.flush()
        made.reverse_id, back.reverse_id = back.id, made.id
    else:
        db.add(made)
    db.flush()
    journal.record(actor, "create", "relation_kind", made.id)
    return made


def edit_relation_kind(actor: Actor, kind_id: UUID, **given: Any) -> RelationKind:
    """Another name, or (`archived`) out of use together with its reverse; what is written stays."""
    kind, back = queries.get_relation_kind(actor, kind_id)
    _check_may_define(actor)
    changed = []
    if given.get("name", kind.name) != kind.name:
        others = {fold(k.name) for k in queries.find_relation_kinds(actor) if k.id != kind.id}
        _refuse_name(others, given["name"])
        kind.name = given["name"]
        changed.append("name")
    if given.get("archived", kind.archived_at is not None) != (kind.archived_at is not None):
        kind.archived_at = back.archived_at = clock.now() if given["archived"] else None
        changed.append("archived")
    if changed:
        db.flush()
        journal.record(actor, "change", "relation_kind", kind.id, fields=changed)
    return kind


def _check_may_define(actor: Actor) -> None:
    if not policy.can_define(actor):
        raise NotAllowed(_("Owners and stewards say which relations and fields there are."))


def _refuse_name(known: set[str], name: str, field: str = "name") -> None:
    if fold(name) in known:
        raise Conflict(_("There is one of this name already."), code="taken", field=field)
