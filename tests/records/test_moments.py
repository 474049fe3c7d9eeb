"""Achievements and hard times in what is handed out, merged and erased."""

from sqlalchemy import func, select

from community.identity.models import Actor
from community.people import actions as people
from community.people import queries as find
from community.people.actions import moments
from community.people.models import Moment
from community.records import actions, queries
from tests.factories.identity import acting, make_member
from tests.factories.people import make_person
from tests.people.doing import AUDIENCES
from tests.records.doing import completed, data_of, prepared


def test_authors_are_asked_and_what_they_delete_since_stays_theirs(owner: Actor) -> None:
    member, mara = make_member(owner), make_person(owner, "Mara Ellison")
    with acting(member):
        people.add_achievement(member, mara.id, title="Prize", visibility=AUDIENCES["team"])
        people.add_achievement(member, mara.id, title="Studio")
        people.add_hard_time(member, mara.id, title="A lawsuit", is_with=True)
        kept = people.add_hard_time(member, mara.id, title="An illness")
        deleted = people.add_achievement(member, mara.id, title="A book")
    asked = prepared(owner, mara)
    with acting(member):
        found = queries.find_questions(member)
        assert {(one.thing_kind, one.body) for one in found} == {
            ("achievement", title) for title in ("Studio", "A lawsuit", "An illness", "A book")
        }
        for one in found:
            actions.answer_question(member, one.id, share=one.body != kept.title)
        people.delete_moment(member, deleted.id)
    data = data_of(completed(owner, asked))
    assert {row["title"] for row in data["tables"]["moments"]} == {"Prize", "Studio", "A lawsuit"}
    assert not any("claimed_by" in name for row in data["tables"]["moments"] for name in row)


def test_merged_they_are_read_of_one_and_parted_of_two_and_erased_with_either(
    owner: Actor,
) -> None:
    one, other, member = make_person(owner), make_person(owner), make_member(owner)
    with acting(owner):
        made = people.add_achievement(owner, other.id, title="Prize", visibility=AUDIENCES["team"])
    with acting(member):
        moments.claim(member, made.id)
    with acting(owner):
        merge = actions.merge_people(owner, one.id, other.id)
    with acting(member):
        row = find.get_moment_row(member, made.id)
        assert (row.person_id, row.claimer_id) == (one.id, member.person_id)
        moments.finish(member, made.id)
    with acting(owner):
        actions.unmerge(owner, merge.id)
    with acting(member):
        row = find.get_moment_row(member, made.id)
        assert (row.person_id, row.state) == (other.id, "sent"), "what was done since stays done"
    with acting(owner):
        actions.merge_people(owner, one.id, other.id)
    with acting(owner) as unit:
        actions.erase_person(owner, one.id, name=one.name)
        assert unit.session.scalar(select(func.count()).select_from(Moment)) == 0
