"""Pictures of people: who may choose one, who sees it, how it is served, and what becomes of it."""

import io
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from community.core import clock, db
from community.core.errors import NotAllowed, NotFound, RuleBroken, Stale
from community.identity.models import Actor
from community.people import queries
from community.people.actions import delete_person, restore_person
from community.people.actions import pictures as actions
from community.people.models import Person, Picture
from community.people.queries.pictures import find_pictures, get_picture
from community.records.actions import erase_person, merge_people, unmerge
from community.web.session import CommunityFlask
from tests.conftest import counting
from tests.factories.identity import acting, again, make_member
from tests.factories.people import make_person
from tests.people.browsing import page, path
from tests.people.picturing import drawn, give
from tests.web_client import Api, Portal


def sent(api: Api, person: Person, content: bytes, version: Any = "*") -> TestResponse:
    return api.open(
        "PUT",
        f"/people/{person.id}/picture",
        headers={"If-Match": version if version == "*" else f'"{version}"'},
        data={"file": (io.BytesIO(content), "me.png")},
    )


def picture_of(actor: Actor, person: Person | UUID) -> UUID | None:
    with acting(actor):
        person_id = person if isinstance(person, UUID) else person.id
        return queries.get_person(actor, person_id).picture_id


def test_a_picture_is_whose_person_it_is_to_choose(owner: Actor) -> None:
    member, guest = make_member(owner), make_member(owner, role="guest")
    outside, hidden = make_person(member), make_person(member, audience="private")
    shared = make_person(member, audience="people", audience_people=[guest.person_id])
    allowed = [(owner, outside.id), (member, outside.id), (member, member.person_id)]
    refused = [
        (owner, member.person_id, NotAllowed),
        (guest, shared.id, NotAllowed),
        (owner, hidden.id, NotFound),
    ]
    for actor, person_id in allowed:
        with acting(actor):
            assert actions.set_picture(actor, person_id, drawn()).picture_id is not None
    for actor, person_id, error in refused:
        with acting(actor), pytest.raises(error):
            actions.set_picture(actor, person_id, drawn())
    with acting(owner):
        taken = actions.remove_picture(owner, member.person_id)
        assert taken.picture_id is None, "an owner can take a member's picture away"


def test_a_picture_is_seen_by_those_who_see_the_person_and_by_nobody_else(
    app: CommunityFlask, owner: Actor
) -> None:
    member, other = make_member(owner), make_member(owner)
    hidden = give(member, make_person(member, audience="private"))
    shown = give(member, make_person(member))
    for actor, sees in ((member, {hidden.id, shown.id}), (other, {shown.id})):
        with acting(actor):
            assert set(find_pictures(actor, [hidden.id, shown.id])) == sees
        browser, program = Portal(app, actor), Api(app, actor)
        for person in (hidden, shown):
            status = 200 if person.id in sees else 404
            assert browser.get(f"/pictures/{person.picture_id}").status_code == status
            answer = program.get(f"/people/{person.id}/picture")
            assert answer.status_code == status
            assert program.get(f"/people/{member.person_id}/picture").status_code == 404
    before = shown.picture_id
    give(member, shown, "red")
    assert Portal(app, other).get(f"/pictures/{before}").status_code == 404


def test_a_picture_is_served_as_what_it_is_and_kept_by_its_reader_alone(
    portal: Portal, owner: Actor
) -> None:
    person = give(owner, make_person(owner))
    address = f"/pictures/{person.picture_id}?size=small"
    response = portal.get(address)
    assert response.mimetype == "image/jpeg"
    assert response.data.startswith(b"\xff\xd8\xff")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"] == "private, max-age=86400"
    known = {"If-None-Match": response.headers["ETag"]}
    again_ = portal.client.get(
        portal.path(address), headers=known, base_url="http://localhost:8000"
    )
    assert (again_.status_code, again_.data) == (304, b"")
    large = portal.get(f"/pictures/{person.picture_id}")
    assert large.headers["ETag"] != response.headers["ETag"]
    with counting() as statements:
        portal.get(address)
    assert len(statements) <= 3, str(statements)


def test_a_program_sets_reads_and_removes_a_picture(api: Api, owner: Actor) -> None:
    person = make_person(owner)
    assert api.get(f"/people/{person.id}").json["picture_id"] is None
    stale = sent(api, person, drawn(), version=99)
    assert (stale.status_code, picture_of(owner, person)) == (412, None)
    written = sent(api, person, drawn())
    assert written.status_code == 200, written.json
    read = api.get(f"/people/{person.id}/picture", headers={"If-None-Match": "*x"})
    assert (read.mimetype, read.headers["ETag"]) == ("image/jpeg", written.headers["ETag"])
    refused = sent(api, person, b"<svg/>")
    assert refused.status_code == 422
    assert refused.json["errors"][0]["field"] == "file"
    first = UUID(written.json["picture_id"])
    assert api.delete(f"/people/{person.id}/picture").status_code == 204
    assert api.get(f"/people/{person.id}/picture").status_code == 404
    back = api.post(f"/people/{person.id}/picture/restoration", {"picture_id": str(first)})
    assert back.json["picture_id"] == str(first)
    foreign = give(owner, make_person(owner)).picture_id
    missing = api.post(f"/people/{person.id}/picture/restoration", {"picture_id": str(foreign)})
    assert missing.status_code == 404


def test_the_page_takes_a_picture_and_undo_brings_the_earlier_one_back(
    portal: Portal, owner: Actor
) -> None:
    person = make_person(owner, "Mara Ellison")
    at = f"{path(person)}/picture"
    assert "two letters" in portal.get(at).text
    nothing = portal.post(at, {"version": ""})
    assert nothing.status_code == 422
    assert "Choose a picture" in nothing.text
    wrong = portal.post(at, {"version": "", "file": (io.BytesIO(b"no"), "x.png")})
    assert page(wrong).find(id="f-file")["aria-invalid"] == "true"
    done = portal.post(at, {"version": "", "file": (io.BytesIO(drawn()), "x.png")})
    assert done.status_code == 303, done.text
    first = picture_of(owner, person)
    assert page(portal.get(at)).find("img", alt="Picture of Mara Ellison")
    give(owner, person, "red")
    portal.post(f"{at}/{first}/restore")
    assert picture_of(owner, person) == first
    removed = portal.post(f"{at}/remove")
    assert (removed.status_code, picture_of(owner, person)) == (303, None)
    undo = page(portal.get(path(person))).find("form", action=portal.path(f"{at}/{first}/restore"))
    assert undo is not None


def test_names_stand_beside_pictures_without_a_statement_for_each(
    portal: Portal, owner: Actor
) -> None:
    for number in range(6):
        person = make_person(owner, f"Person {number}")
        give(owner, person) if number % 2 else None
    portal.get("/people")
    with counting() as statements:
        response = portal.get("/people")
    faces = page(response).select("td .avatar img, th .avatar img")
    assert len(faces) == 3
    assert all(face["alt"] == "" for face in faces), "the name stands beside it"
    assert len(statements) <= 6, str(statements)
    drawn_elsewhere = page(portal.get("/search?q=Person")).select(".avatar img")
    assert len(drawn_elsewhere) == 3, "pages that know no pictures are given them"
    assert "<!--face" not in portal.get("/search?q=Person").text


def test_two_people_become_one_with_the_picture_that_either_had(owner: Actor) -> None:
    kept, other = make_person(owner), give(owner, make_person(owner))
    with acting(owner):
        merge = merge_people(owner, kept.id, other.id)
    assert picture_of(owner, kept) == other.picture_id
    with acting(owner):
        assert get_picture(owner, other.picture_id or db.new_id())
        unmerge(owner, merge.id)
    assert picture_of(owner, kept) is None
    assert picture_of(owner, other) == other.picture_id
    give(owner, kept, "red")
    mine = picture_of(owner, kept)
    with acting(owner):
        merge_people(owner, kept.id, other.id, chosen={"picture_id": "merge"})
    assert picture_of(owner, kept) == other.picture_id != mine


def test_what_nobody_is_shown_with_is_forgotten_after_its_days_and_not_before(owner: Actor) -> None:
    person = give(owner, make_person(owner))
    first = person.picture_id
    give(owner, person, "red")
    with acting(owner):
        now = clock.now()
        assert actions.forget_pictures(now) == 0
        assert actions.forget_pictures(now + timedelta(days=29)) == 0
        assert actions.restore_picture(owner, person.id, first or db.new_id()).picture_id == first
        assert actions.forget_pictures(now + timedelta(days=31)) == 0, "the red one waits since now"
        assert actions.forget_pictures(now + timedelta(days=62)) == 1
    assert picture_of(owner, person) == first
    with acting(owner):
        delete_person(owner, person.id)
        actions.forget_pictures(clock.now() + timedelta(days=90))
        assert restore_person(owner, person.id).picture_id == first


def test_an_erased_person_leaves_no_picture_behind(owner: Actor) -> None:
    person = give(owner, make_person(owner, "Mara Ellison"))
    give(owner, person, "red")
    with acting(owner) as unit:
        erase_person(owner, person.id, name="Mara Ellison")
        rows = select(func.count()).where(Picture.person_id == person.id)
        assert unit.session.scalar(rows) == 0
        row = unit.session.get_one(Person, (owner.team_id, person.id))
        assert row.picture_id is None


def test_a_change_that_came_in_between_is_not_overwritten(owner: Actor) -> None:
    person = give(owner, make_person(owner))
    with acting(owner), pytest.raises(Stale):
        actions.set_picture(owner, person.id, drawn(), version=person.version - 1)
    with acting(owner), pytest.raises(RuleBroken):
        actions.set_picture(owner, person.id, b"none", version=person.version)


def test_the_own_picture_stands_in_the_shell(app: CommunityFlask, owner: Actor) -> None:
    with acting(owner):
        actions.set_picture(owner, owner.person_id, drawn())
    assert again(owner).picture_id == picture_of(owner, owner.person_id)
    shell = page(Portal(app, owner).get("/"))
    assert shell.select(f'nav img[src*="{again(owner).picture_id}"], a img[src*="/pictures/"]')
