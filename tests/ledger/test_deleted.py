"""What stays in the ledger when somebody outside the team is deleted: each member's own part of it."""

from typing import Any
from uuid import UUID

import pytest
from bs4 import BeautifulSoup

from community.core.errors import NotFound, RuleBroken
from community.core.paging import PageRequest
from community.identity.models import Actor
from community.ledger import actions, queries
from community.ledger.queries import GiveFilter, MySums
from community.people import actions as people
from community.web.session import CommunityFlask
from tests.factories.identity import acting
from tests.factories.ledger import log_give, say_thanks, seen
from tests.factories.people import make_person
from tests.web_client import Api, Portal


@pytest.fixture
def kofi(owner: Actor) -> UUID:
    return make_person(owner, "Kofi Asante", email="kofi@example.org").id


def delete(actor: Actor, person_id: UUID) -> None:
    with acting(actor):
        people.delete_person(actor, person_id)


def sums(actor: Actor) -> MySums:
    with acting(actor):
        return queries.sum_mine(actor, GiveFilter())


def listed(actor: Actor) -> set[UUID]:
    with acting(actor):
        return {give.id for give in queries.find_gives(actor, GiveFilter(), PageRequest()).items}


def test_whoever_gave_or_received_keeps_the_entry_and_its_figures(
    owner: Actor, member: Actor, kofi: UUID
) -> None:
    gave, got = log_give(member, kofi).give.id, say_thanks(member, kofi).give.id
    before = sums(member)
    delete(owner, kofi)
    assert listed(member) == {gave, got}
    assert sums(member) == before
    give = seen(member, gave)
    assert give is not None
    assert (give.receiver_name, give.other_is_deleted) == ("Kofi Asante", True)


def test_nobody_else_reads_of_somebody_deleted_until_they_are_back(
    owner: Actor, member: Actor, kofi: UUID
) -> None:
    give_id = log_give(member, kofi).give.id
    assert listed(owner) == {give_id}
    delete(owner, kofi)
    assert listed(owner) == set()
    assert seen(owner, give_id) is None
    with acting(owner):
        people.restore_person(owner, kofi)
    assert listed(owner) == {give_id}
    back = seen(member, give_id)
    assert back is not None
    assert not back.other_is_deleted


def test_an_entry_with_somebody_deleted_is_taken_out_but_not_replaced(
    owner: Actor, kofi: UUID
) -> None:
    give_id = say_thanks(owner, kofi).give.id
    delete(owner, kofi)
    with pytest.raises(RuleBroken), acting(owner):
        actions.correct(owner, give_id, replacement={"story": "another"})
    with acting(owner):
        actions.correct(owner, give_id)
    assert sums(owner).received == 0


def test_nothing_new_is_noted_with_somebody_deleted(owner: Actor, kofi: UUID) -> None:
    delete(owner, kofi)
    with pytest.raises(RuleBroken):
        log_give(owner, kofi)


def page(app: CommunityFlask, actor: Actor, path: str) -> Any:
    answer = Portal(app, actor).get(path)
    assert answer.status_code == 200, path
    return BeautifulSoup(answer.text, "html.parser").select_one("main")


def test_pages_name_them_as_they_were_and_say_that_they_were_deleted(
    app: CommunityFlask, owner: Actor, kofi: UUID
) -> None:
    give_id = say_thanks(owner, kofi).give.id
    paths = ("/", "/gives", f"/gives/{give_id}")
    for path in paths:
        assert "Person deleted" not in page(app, owner, path).get_text()
    delete(owner, kofi)
    for path in paths:
        shown = page(app, owner, path)
        assert "Kofi Asante helped you" in shown.get_text()
        assert "Person deleted" in shown.get_text()
        assert not shown.select('a[href*="kofi-asante"]')
    assert "Put this in its place" not in page(app, owner, f"/gives/{give_id}").get_text()


def test_the_api_says_it_as_well(app: CommunityFlask, owner: Actor, kofi: UUID) -> None:
    give_id = say_thanks(owner, kofi).give.id
    api = Api(app, owner)
    assert api.get(f"/gives/{give_id}").get_json()["other_is_deleted"] is False
    delete(owner, kofi)
    assert api.get(f"/gives/{give_id}").get_json()["other_is_deleted"] is True
    assert api.get(f"/people/{kofi}").status_code == 404


def test_the_pair_is_not_listed_while_somebody_is_deleted(
    app: CommunityFlask, owner: Actor, kofi: UUID
) -> None:
    say_thanks(owner, kofi)
    delete(owner, kofi)
    assert "Kofi" not in page(app, owner, "/reciprocity").get_text()
    with pytest.raises(NotFound), acting(owner):
        people.archive_person(owner, kofi)
