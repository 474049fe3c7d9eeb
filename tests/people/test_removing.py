"""Archiving and deleting: what is hidden from whom, and how it comes back."""

from datetime import timedelta

import pytest

from community.core import clock
from community.core.errors import NotFound, Stale
from community.core.paging import PageRequest
from community.identity.models import Actor
from community.people import actions, queries
from community.people.queries import Filter
from tests.factories.identity import acting, make_member
from tests.factories.people import make_note
from tests.people.doing import AUDIENCES, FULL, add, edit, row


def test_archived_people_leave_the_list_and_come_back(owner: Actor) -> None:
    person_id = add(owner)
    with acting(owner):
        actions.archive_person(owner, person_id)
    with acting(owner):
        assert queries.find_people(owner, Filter(is_member=False), PageRequest()).items == []
        assert queries.get_person(owner, person_id).state == "archived"
        actions.unarchive_person(owner, person_id)
    with acting(owner):
        assert len(queries.find_people(owner, Filter(is_member=False), PageRequest()).items) == 1


def test_a_deleted_person_is_gone_for_everybody_and_comes_back_whole(owner: Actor) -> None:
    person_id = add(owner, **FULL)
    make_note(owner, person_id, "kept")
    before = row(owner, person_id)
    with acting(owner):
        actions.delete_person(owner, person_id, version=before.version)
    with pytest.raises(NotFound):
        row(owner, person_id)
    with acting(owner):
        assert queries.search_people(owner, "mara") == []
        actions.restore_person(owner, person_id)
    after = row(owner, person_id)
    assert (after.name, after.emails, after.positions) == (
        before.name,
        before.emails,
        before.positions,
    )
    with acting(owner):
        assert [n.body for n in queries.find_notes(owner, person_id, PageRequest()).items] == [
            "kept"
        ]


def test_deleting_an_older_version_is_refused(owner: Actor) -> None:
    person_id = add(owner)
    edit(owner, person_id, name="Other")
    with pytest.raises(Stale), acting(owner):
        actions.delete_person(owner, person_id, version=1)


def test_a_deletion_is_undone_by_who_may_and_within_thirty_days(owner: Actor) -> None:
    author = make_member(owner)
    for days, actor, comes_back in (
        (29, author, True),
        (31, author, False),
        (1, make_member(owner), False),
        (1, owner, True),
    ):
        person_id = add(author)
        with acting(author):
            actions.delete_person(author, person_id)
        with clock.shifted(timedelta(days=days)):
            if comes_back:
                with acting(actor):
                    actions.restore_person(actor, person_id)
                assert row(author, person_id).id == person_id
            else:
                with pytest.raises(NotFound), acting(actor):
                    actions.restore_person(actor, person_id)


def test_restoring_a_hidden_persons_deletion_says_nothing(owner: Actor) -> None:
    author = make_member(owner)
    person_id = add(author, visibility=AUDIENCES["private"])
    with acting(author):
        actions.delete_person(author, person_id)
    with pytest.raises(NotFound), acting(owner):
        actions.restore_person(owner, person_id)
