"""The audit's pages: owners narrow it, take it out, and keep its end elsewhere."""

import csv
import io
import uuid
from datetime import timedelta

import pytest

from community.core import clock
from community.core.paging import PageRequest
from community.identity.models import Actor
from community.journal import actions, chain, queries
from community.journal.queries import Filter
from community.people.actions import delete_person
from community.web.session import CommunityFlask
from tests.conftest import counting
from tests.factories.identity import acting, make_circle, make_member
from tests.factories.journal import seal_all
from tests.factories.people import make_person
from tests.web_client import Api, Portal, soup_of, words_of

PAGE = "/admin/audit"


def rows(portal: Portal, query: str = "") -> list[str]:
    """The rows of the page as one reads them."""
    found = soup_of(portal.get(f"{PAGE}{query}")).select("#audit-rows tr")
    return [" ".join(row.stripped_strings) for row in found]


@pytest.fixture
def circles(owner: Actor, member: Actor) -> list[uuid.UUID]:
    """Acts on two circles, by two people, on two days."""
    found = [uuid.uuid4(), uuid.uuid4()]
    with clock.shifted(timedelta(days=-3)), acting(owner):
        actions.record(owner, "create", "circle", found[0])
    with acting(member):
        actions.record(member, "change", "circle", found[1], fields=["purpose"])
        actions.record(member, "join", "membership", member.member_id, about_id=member.person_id)
    return found


def test_an_owner_reads_who_did_what_by_name(
    app: CommunityFlask, owner: Actor, member: Actor, circles: list[uuid.UUID]
) -> None:
    newest, *_rest, oldest = rows(Portal(app, owner))
    assert f"{member.name} began · membership" in newest
    assert f"{owner.name} made · circle" in oldest


@pytest.mark.parametrize(
    ("asked", "fits"),
    [
        (lambda o, m, c, d: {"actor_id": m.person_id}, ["began", "changed"]),
        (lambda o, m, c, d: {"verb": "create"}, ["made"]),
        (lambda o, m, c, d: {"thing_kind": "membership"}, ["began"]),
        (lambda o, m, c, d: {"thing_id": c[1]}, ["changed"]),
        (lambda o, m, c, d: {"about_id": m.person_id}, ["began"]),
        (lambda o, m, c, d: {"since": d}, ["began", "changed"]),
        (lambda o, m, c, d: {"until": d - timedelta(days=1)}, ["made"]),
        (lambda o, m, c, d: {"verb": "create", "actor_id": m.person_id}, []),
    ],
    ids=["who", "verb", "kind", "thing", "about", "from", "to", "two"],
)
def test_the_page_and_the_api_narrow_alike(
    app: CommunityFlask,
    owner: Actor,
    member: Actor,
    circles: list[uuid.UUID],
    asked: object,
    fits: list[str],
) -> None:
    with acting(owner):
        day = clock.today(owner.zone)
    query = "&".join(f"{k}={v}" for k, v in asked(owner, member, circles, day).items())  # type: ignore[operator]
    shown = rows(Portal(app, owner), f"?{query}")
    assert [word for row in shown for word in ("began", "changed", "made") if word in row] == fits
    assert len(Api(app, owner).get(f"/audit?{query}").json["items"]) == len(fits)


@pytest.mark.parametrize("query", ["since=yesterday", "thing_id=12", "nonsense=%00", "after=x"])
def test_a_filter_that_is_none_is_refused(app: CommunityFlask, owner: Actor, query: str) -> None:
    assert Portal(app, owner).get(f"{PAGE}?{query}").status_code == 422


def test_the_next_page_goes_on_where_this_one_ends(app: CommunityFlask, owner: Actor) -> None:
    things = [uuid.uuid4() for _ in range(60)]
    with acting(owner):
        for thing in things:
            actions.record(owner, "change", "circle", thing)
    portal = Portal(app, owner)
    first = soup_of(portal.get(f"{PAGE}?verb=change"))
    assert len(first.select("#audit-rows tr")) == 50
    more = first.select_one(".show-more a")
    assert more is not None
    rest = soup_of(portal.get(str(more["href"])))
    assert len(rest.select("#audit-rows tr")) == 10


def test_who_deleted_somebody_stays_to_be_read_and_their_name_does_not(
    app: CommunityFlask, owner: Actor, member: Actor
) -> None:
    shared = make_person(member, "Vera Vanishing")
    hidden = make_person(member, "Hugo Hidden", audience="private")
    for person in (shared, hidden):
        with acting(member):
            delete_person(member, person.id, version=None)
    said = " ".join(rows(Portal(app, owner), "?verb=delete"))
    assert f"{member.name} deleted · person" in said
    assert "Vera" not in said
    found = Api(app, owner).get("/audit?verb=delete").json["items"]
    assert [entry["thing_id"] for entry in found] == [str(shared.id)]


def test_the_table_says_the_same_and_the_audit_tells_of_it(
    app: CommunityFlask, owner: Actor, member: Actor, circles: list[uuid.UUID]
) -> None:
    portal = Portal(app, owner)
    portal.get(PAGE)
    answer = portal.post(f"{PAGE}.csv", {"thing_kind": "circle"})
    assert answer.headers["Content-Disposition"] == "attachment; filename=audit.csv"
    table = list(csv.DictReader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
    assert [(row["verb"], row["thing_id"]) for row in table] == [
        ("change", str(circles[1])),
        ("create", str(circles[0])),
    ]
    assert table[0]["actor"] == member.name
    noted = Api(app, owner).get("/audit?verb=export").json["items"]
    assert [(entry["thing_kind"], entry["fields"]) for entry in noted] == [
        ("audit", ["thing_kind"])
    ]


def test_a_name_that_is_a_formula_stays_a_name(app: CommunityFlask, owner: Actor) -> None:
    mallory = make_member(owner, "=HYPERLINK(1)")
    with acting(mallory):
        actions.record(mallory, "change", "circle", uuid.uuid4())
    portal = Portal(app, owner)
    portal.get(PAGE)
    answer = portal.post(f"{PAGE}.csv").get_data(as_text=True)
    assert '"\'=HYPERLINK(1)"' in answer


def test_whoever_signed_in_a_while_ago_proves_it_again_before_the_table(
    app: CommunityFlask, owner: Actor
) -> None:
    with clock.shifted(timedelta(hours=-2)):
        portal = Portal(app, owner)
    portal.get(PAGE)
    answer = portal.post(f"{PAGE}.csv")
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/confirm?next=")
    assert Api(app, owner).get("/audit?verb=export").json["items"] == []


def test_a_kept_head_proves_the_chain_on_the_page_and_by_the_api(
    app: CommunityFlask, owner: Actor
) -> None:
    portal, api = Portal(app, owner), Api(app, owner)
    assert "Nothing is sealed yet" in words_of(portal.get(f"{PAGE}/head"))
    with acting(owner):
        actions.record(owner, "change", "circle", uuid.uuid4())
    seal_all(owner, 1)
    kept = api.get("/audit/head").json
    assert kept["entries"] == 1
    field = soup_of(portal.get(f"{PAGE}/head")).select_one("#f-now")
    assert field is not None
    assert field["value"] == kept["head"] == f"{kept['seq']}:{kept['digest']}"
    assert kept["head"] in portal.get(f"{PAGE}/head.csv").get_data(as_text=True)
    assert "holds the end you kept" in words_of(portal.get(f"{PAGE}/head?head={kept['head']}"))
    assert api.get(f"/audit/verification?head={kept['head']}").json["problems"] == []
    forged = f"{kept['seq']}:{'0' * 64}"
    assert "not as it was sealed" in words_of(portal.get(f"{PAGE}/head?head={forged}"))
    assert len(api.get(f"/audit/verification?head={forged}").json["problems"]) == 1


@pytest.mark.parametrize("head", ["1", "1:2", "x:" + "0" * 64, "1:" + "0" * 63, "1:" + "0" * 65])
def test_what_is_no_head_is_said_to_be_none(app: CommunityFlask, owner: Actor, head: str) -> None:
    assert chain.read_head(head) is None
    assert "no head" in words_of(Portal(app, owner).get(f"{PAGE}/head?head={head}"))
    answer = Api(app, owner).get(f"/audit/verification?head={head}")
    assert (answer.status_code, answer.json["code"]) == (422, "not_a_head")


def test_of_a_journal_too_long_for_a_page_only_the_head_is_compared(
    app: CommunityFlask, owner: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "MOST_AT_ONCE", 0)
    with acting(owner):
        actions.record(owner, "change", "circle", uuid.uuid4())
    seal_all(owner, 1)
    head = Api(app, owner).get("/audit/head").json["head"]
    answer = Api(app, owner).get(f"/audit/verification?head={head}").json
    assert answer == {"problems": [], "entries": 1, "is_whole": False}
    assert "community journal verify" in words_of(
        Portal(app, owner).get(f"{PAGE}/head?head={head}")
    )


def test_a_page_costs_few_statements_however_long_it_is(
    app: CommunityFlask, owner: Actor, member: Actor
) -> None:
    portal = Portal(app, owner)
    portal.get(PAGE)
    spent = []
    for _ in range(2):
        with acting(member):
            for _number in range(20):
                actions.record(member, "change", "circle", uuid.uuid4(), about_id=member.person_id)
        with counting() as sent:
            portal.get(PAGE)
        spent.append(len(sent))
    assert spent[0] == spent[1]
    assert spent[1] <= 6, sent


def test_the_days_are_the_reader_s_own(owner: Actor) -> None:
    with acting(owner):
        today = clock.today(owner.zone)
        actions.record(owner, "change", "circle", uuid.uuid4())
    with acting(owner):
        page = PageRequest()
        assert len(queries.list_entries(owner, page, Filter(since=today, until=today)).items) == 1
        tomorrow = today + timedelta(days=1)
        assert queries.list_entries(owner, page, Filter(since=tomorrow)).items == []


def test_a_circle_is_called_by_its_name(app: CommunityFlask, owner: Actor) -> None:
    circle = make_circle(owner, name="Studio")
    with acting(owner):
        actions.record(owner, "add_member", "circle", circle.id, about_id=owner.person_id)
    [row] = rows(Portal(app, owner), f"?thing_id={circle.id}")
    assert row.startswith(f"{owner.name} let somebody into · circle {circle.name} ")
