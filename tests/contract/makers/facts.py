"""Facts about people, and what was deleted or disputed of them."""

from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from community.core import slugs
from community.identity.models import Actor
from community.people import actions
from community.people.models import Fact
from tests.contract.things import (
    EVERY,
    OWN,
    READERS,
    SHARED,
    Kind,
    Thing,
    maker_of,
    visibility,
    word,
)
from tests.factories.identity import acting
from tests.factories.people import make_dispute, make_fact

if TYPE_CHECKING:
    from tests.contract.world import World


def fact(world: "World", case: str) -> Thing:
    """A fact about somebody whom the readers see; a disputed one is about a member."""
    maker, secret = maker_of(world, case), word()
    if case == "disputed":
        return disputed_fact(world, case)
    about = world.guest_person if case == "guest" else world.subject(maker)
    with acting(maker):
        made = actions.add_fact(
            maker,
            about.id,
            kind="work",
            text=f"Quillon said {secret}.",
            recheck_on=date(2020, 1, 1),
            visibility=visibility(world, case),
        )
        if case == "deleted":
            actions.delete_fact(maker, made.id)
    return _thing(maker, case, made, (secret,), about.id, about.name)


def deleted_fact(world: "World", case: str) -> Thing:
    """A fact that its author deleted by mistake."""
    made = fact(world, case)
    with acting(made.maker):
        actions.delete_fact(made.maker, made.id)
    undoers = frozenset({"stranger" if case == "foreign" else "author"})
    return Thing(made.maker, frozenset(), made.path, made.secrets, made.id, undoers=undoers)


def fact_about_subject(world: "World", case: str) -> Thing:
    """A fact about a member, which they may dispute; nobody was told of it."""
    maker, secret, subject = maker_of(world, case), word(), _subject(world, case)
    made = make_fact(maker, subject.person_id, f"Quillon said {secret}.", audience="team")
    return _thing(maker, case, made, (secret,), subject.person_id, subject.name)


def disputed_fact(world: "World", case: str) -> Thing:
    """A fact of the author's that whom it is about disputes."""
    maker, subject, said, why = maker_of(world, case), _subject(world, case), word(), word()
    made = make_fact(maker, subject.person_id, f"Quillon said {said}.", audience="team")
    make_dispute(subject, made, f"Quillon never said {why}.")
    readers = "foreign" if case == "foreign" else "disputed"
    return _thing(maker, readers, made, (said, why), subject.person_id, subject.name)


def _subject(world: "World", case: str) -> Actor:
    return world.friend if case == "foreign" else world.people["other"]


def _thing(
    maker: Actor, case: str, made: Fact, words: tuple[str, ...], about_id: UUID, name: str
) -> Thing:
    path = {"fact_id": str(made.id), "slug": slugs.slug(about_id, name)}
    return Thing(maker, READERS[case], path, (*words, str(made.id)), made.id)


KINDS: dict[str, Kind] = {
    "fact": Kind(fact, (*EVERY, "deleted", "disputed")),
    "deleted_fact": Kind(deleted_fact),
    "fact_about_subject": Kind(fact_about_subject, SHARED),
    "disputed_fact": Kind(disputed_fact, OWN),
}
