"""Gives: waiting for an answer, settled, quiet, and with somebody who is hidden."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import select

from community.accounts.actions import link_token
from community.accounts.models import ActionLink
from community.core import db
from community.identity.models import Actor
from community.ledger import actions
from community.ledger.actions import Draft, Letter
from tests.contract.things import (
    OWN,
    READERS,
    Kind,
    Maker,
    Thing,
    columns,
    maker_of,
    visibility,
    word,
)
from tests.factories.identity import acting
from tests.factories.people import make_person

if TYPE_CHECKING:
    from tests.contract.world import World

BETWEEN_THE_TWO = ("private", "people", "circle", "team", "foreign", "disputed")


def give(world: "World", case: str) -> Thing:
    """Help for a member, who has not answered yet."""
    maker = maker_of(world, case)
    receiver = world.friend if case == "foreign" else world.people["named"]
    readers = READERS[case] | (frozenset() if case == "foreign" else {"named"})
    if case != "disputed":
        return _logged(world, case, maker, readers, receiver_id=receiver.person_id)
    readers = frozenset({"author", "named"})
    made = _logged(world, case, maker, readers, receiver_id=receiver.person_id)
    with acting(receiver):
        actions.dispute(receiver, made.id, reason="Not how it was.")
    return made


def settled_give(world: "World", case: str) -> Thing:
    """Thanks to somebody outside, which count at once."""
    maker = maker_of(world, case)
    about = world.guest_person if case == "guest" else world.subject(maker)
    readers = READERS[case] - {"guest"}  # who does not see the one who was helped
    return _logged(world, case, maker, readers, giver_id=about.id)


def quiet_give(world: "World", case: str) -> Thing:
    """Help that asks for no reply: the one who received it never hears of it."""
    maker = maker_of(world, case)
    return _logged(
        world,
        case,
        maker,
        READERS[case],
        receiver_id=world.people["other"].person_id,
        no_reply=True,
    )


def give_to_hidden(world: "World", case: str) -> Thing:
    """Help for somebody whom the maker alone knows, shown to all who know both."""
    maker = maker_of(world, case)
    hidden = make_person(maker, f"Quillon {word()}", **columns(world, "private"))
    made = _logged(world, "team", maker, READERS[case], receiver_id=hidden.id)
    secrets = (*made.secrets, hidden.name.split()[1], str(hidden.id))
    return Thing(maker, made.readers, made.path, secrets, made.id)


def give_referred_to(world: "World", case: str) -> Thing:
    """Thanks of the maker's own; two entries that all see refer to the first that was made."""
    maker = maker_of(world, case)
    hidden = _logged(world, "private", maker, READERS[case], giver_id=world.subject(maker).id)
    if world.once(f"entries after one of {maker.member_id}"):
        receiver = world.friend if case == "foreign" else world.people["named"]
        shown = _logged(
            world,
            "team",
            maker,
            READERS["team"],
            receiver_id=receiver.person_id,
            inspired_by_id=hidden.id,
        )
        with acting(receiver):
            actions.acknowledge(receiver, shown.id)
        # The corrected one is its two people's again; what stands in its place is the team's.
        with acting(maker):
            actions.correct(maker, shown.id, replacement={"story": "an hour and a half"})
    return hidden


def _logged(
    world: "World", case: str, maker: Actor, readers: frozenset[str], **draft: Any
) -> Thing:
    secret = word()
    with acting(maker):
        sent = {"story": f"Quillon and {secret}", "visibility": visibility(world, case), **draft}
        entry = actions.log_give(maker, Draft(**sent)).entry
    path = {"give_id": str(entry.give.id)}
    return Thing(maker, readers, path, (secret, str(entry.give.id)), entry.give.id)


def answer_link(world: "World", _case: str) -> Thing:
    """The link by which somebody outside answers."""
    maker = world.people["author"]
    outsider = make_person(maker, "Oda Outside", email=f"{word('oda').lower()}@example.org")
    with acting(maker):
        letter = Letter("A word about last week", "I noted that I could help.")
        draft = Draft(receiver_id=outsider.id, story="an hour", tell_outsider=letter)
        entry = actions.log_give(maker, draft).entry
        link_id = _link_of(entry.give.id)
        token = link_token(link_id)
    return Thing(maker, frozenset(), {"token": token}, id=entry.give.id)


def _link_of(give_id: UUID) -> UUID:
    found = db.session().scalar(select(ActionLink.id).where(ActionLink.thing_id == give_id))
    assert found is not None
    return found


KINDS: dict[str, Kind] = {
    "give": Kind(give, BETWEEN_THE_TWO),
    "settled_give": Kind(settled_give),
    "quiet_give": Kind(quiet_give, ("private",)),
    "give_to_hidden": Kind(give_to_hidden, OWN),
    "give_referred_to": Kind(give_referred_to, OWN),
}
PROOFS: dict[str, Maker] = {"answer_link": answer_link}
