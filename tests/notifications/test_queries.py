"""What a member sees of their notices, at what cost."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import text

from community.core import db
from community.core.paging import PageRequest
from community.identity.models import Actor
from community.notifications import catalogue, queries
from community.notifications.catalogue import Words
from tests.conftest import counting
from tests.factories.identity import acting
from tests.notifications.conftest import KIND, Things, tell


def test_what_may_not_be_read_any_more_is_left_out(
    owner: Actor, member: Actor, things: Things
) -> None:
    shown, hidden = tell(member, by=owner), tell(member, by=owner)
    things.hidden.add(hidden)
    with acting(member):
        found = queries.list_notices(member, None, PageRequest())
    assert [notice.thing_id for notice in found.items] == [shown]


def test_pages_follow_each_other_without_gap_or_double(
    owner: Actor, member: Actor, things: Things
) -> None:
    told = [tell(member, by=owner) for _ in range(7)]
    seen: list[UUID] = []
    request = PageRequest(limit=3)
    while True:
        with acting(member):
            page = queries.list_notices(member, "new", request)
        seen += [notice.thing_id for notice in page.items]
        if page.next is None:
            break
        request = PageRequest(limit=3, cursor=page.next)
    assert seen == told[::-1]


def test_a_list_costs_one_statement_and_one_a_kind(
    owner: Actor, member: Actor, things: Things, monkeypatch: pytest.MonkeyPatch
) -> None:
    def words_of(actor: Actor, ids: Sequence[UUID]) -> Mapping[UUID, Words]:
        db.session().execute(text("SELECT 1"))
        return {id_: things.words(actor, id_) for id_ in ids}

    monkeypatch.setitem(catalogue._kinds, KIND, replace(catalogue.kind(KIND), words_of=words_of))
    for _ in range(20):
        tell(member, by=owner)
    with acting(member), counting() as sent:
        page = queries.list_notices(member, None, PageRequest())
    assert len(page.items) == 20
    assert len(sent) == 2, str(sent)
    assert things.asked == 0


def test_the_bell_s_count_is_one_statement_and_stops_at_99(
    owner: Actor, member: Actor, things: Things, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "COUNT_LIMIT", 3)
    for _ in range(5):
        tell(member, by=owner)
    with acting(member), counting() as sent:
        assert queries.count_new(member) == 3
    assert len(sent) == 1
    with acting(owner):
        assert queries.count_new(owner) == 0


def test_preferences_show_the_defaults_where_nobody_chose(owner: Actor, things: Things) -> None:
    with acting(owner):
        assert queries.preferences(owner)[KIND] == {"app": True, "mail": True}
