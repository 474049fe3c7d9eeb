"""Common ground: what the reader and a person share, and that nothing hidden makes any."""

from community.core import db
from community.home import queries
from community.identity.models import Actor
from community.people import actions as people
from community.people.models import Person, Position
from community.relationships import actions as ties
from community.web.session import CommunityFlask
from tests.conftest import counting
from tests.factories.identity import acting, make_member
from tests.factories.people import make_fact, make_organisation, make_person
from tests.people.browsing import page, path
from tests.people.doing import AUDIENCES
from tests.web_client import Api, Portal

TEAM, PRIVATE = AUDIENCES["team"], AUDIENCES["private"]


def works(actor: Actor, person_id: object, name: str, organisation_id: object = None) -> None:
    with acting(actor):
        db.add(Position(person_id=person_id, organisation=name, organisation_id=organisation_id))


def ground(actor: Actor, person: Person) -> set[tuple[str, str]]:
    with acting(actor):
        return {(each.kind, each.text) for each in queries.find_ground(actor, person.id)}


def test_what_two_share_is_said_from_what_the_reader_sees(
    app: CommunityFlask, owner: Actor
) -> None:
    ivy, other = make_member(owner, "Ivy Okonjo"), make_member(owner, "Noor Haddad")
    sybil, otto = make_person(owner, "Sybil Hart", tags=["Design"]), make_person(owner, "Otto Lind")
    quiet = make_person(other, "Quiet One", audience="private")
    meridian = make_organisation(owner, "Meridian Foods")
    hidden = make_organisation(other, "Hidden Mill", audience="private")
    with acting(ivy):
        people.edit_person(ivy, ivy.person_id, tags=["design", "oats"])
        ties.add_tie(ivy, otto.id, met_where="Fair")
    for of, name, at in (
        (ivy.person_id, "Meridian", meridian.id),
        (sybil.id, "Meridian Foods", meridian.id),
        (ivy.person_id, "Mill A", hidden.id),
        (sybil.id, "Mill B", hidden.id),
        (ivy.person_id, "corvid", None),
        (sybil.id, "Corvid", None),
    ):
        works(owner, of, name, at)
    with acting(owner):
        people.add_relation(owner, sybil.id, kind="sibling", other_id=otto.id, visibility=TEAM)
    with acting(other):
        for one in (sybil.id, ivy.person_id):
            people.add_relation(other, quiet.id, kind="friend", other_id=one, visibility=TEAM)
    for said, audience in (("Porto", "team"), ("Faro", "private")):
        make_fact(owner, sybil.id, said, kind="place", audience=audience)
        make_fact(ivy, ivy.person_id, said.lower(), kind="place")
    shared = {
        ("organisation", "Meridian Foods"),
        ("organisation", "Corvid"),
        ("person", "Otto Lind"),
        ("place", "Porto"),
        ("tag", "Design"),
    }
    assert ground(ivy, sybil) == shared
    assert ground(owner, sybil) == set(), "the owner shares nothing with her"
    items = Api(app, ivy).get(f"/people/{sybil.id}/common_ground").json["items"]
    assert {(item["kind"], item["text"]) for item in items} == shared
    assert next(i["id"] for i in items if i["text"] == "Otto Lind") == str(otto.id)
    portal = Portal(app, ivy)
    portal.get(path(sybil)).close()
    with counting() as statements:
        shown = page(portal.get(path(sybil)))
    assert "You both know Otto Lind." in shown.select_one("#ground").get_text()
    assert "Mill" not in shown.select_one("#ground").get_text()
    assert len(statements) <= 12, str(statements)
