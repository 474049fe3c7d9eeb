"""The way back to an address book: cards of the people one sees."""

from sqlalchemy import select

from community.core import slugs
from community.exchange.formats.record import PersonRecord
from community.exchange.formats.vcard import open_vcard
from community.identity.models import Actor
from community.journal.models import JournalEntry
from community.web.session import CommunityFlask
from tests.conftest import counting
from tests.exchange.test_actions import SAMPLES, counts
from tests.factories.exchange import TEAM, bring
from tests.factories.identity import acting, make_member, make_team
from tests.factories.people import make_person
from tests.web_client import Api, Portal


def cards_of(content: bytes) -> dict[str, PersonRecord]:
    return {person.name: person for person in open_vcard(content).records}


def test_cards_come_back_as_they_were_and_change_nothing(app: CommunityFlask, owner: Actor) -> None:
    files = [(SAMPLES / name).read_bytes() for name in ("apple.vcf", "v4.vcf", "android_2_1.vcf")]
    brought: dict[str, PersonRecord] = {}
    for content in files:
        bring(owner, content, filename="a.vcf")
        brought |= cards_of(content)
    portal = Portal(app, owner)
    portal.get("/")
    answer = portal.post("/people.vcf")
    assert (answer.status_code, answer.mimetype) == (200, "text/vcard")
    out = cards_of(answer.get_data())
    for name, before in brought.items():
        after = out[name]
        for part in ("emails", "links", "organisation", "birthday", "tags"):
            assert getattr(after, part) == getattr(before, part), (name, part)
        assert {p.value for p in after.phones} == {p.value for p in before.phones}
        assert {p.name for p in before.extra} <= {p.name for p in after.extra}, name
        assert before.external_id in (after.external_id, None), "the UID it came with"
        assert after.notes == (), "a card is handed on; notes are not"
    assert set(counts(bring(owner, answer.get_data(), filename="b.vcf"))) == {"unchanged"}
    other = make_team()
    assert counts(bring(other, answer.get_data(), filename="b.vcf"))["new"] == len(out)


def test_a_card_is_taken_by_who_sees_the_person_and_told_of(
    app: CommunityFlask, owner: Actor
) -> None:
    member = make_member(owner)
    shared = make_person(member, "Ada Quill")
    bring(
        member,
        b"Name,Work email,ID\nAda Quill,ada@example.org," + str(shared.id).encode(),
        visibility=TEAM,
    )
    hidden = make_person(member, "Hidden Friend", audience="private")
    api = Api(app, owner)
    api.get(f"/people/{shared.id}")
    with counting() as sent:
        answer = api.get(f"/people/{shared.id}/card?version=3.0")
    assert (answer.status_code, answer.mimetype) == (200, "text/vcard")
    assert len(sent) <= 10, str(sent)
    text = answer.get_data(as_text=True)
    assert "VERSION:3.0" in text
    assert "EMAIL;TYPE=work:ada@example.org" in text
    assert f"UID:{shared.id}" in text
    answer.close()
    assert api.get(f"/people/{hidden.id}/card").status_code == 404
    listed = Api(app, owner).get("/people/cards?q=quill")
    every = listed.get_data(as_text=True)
    listed.close()
    assert "Ada Quill" in every
    assert "Hidden" not in every
    assert "Hidden" not in Portal(app, owner).get("/people.vcf").get_data(as_text=True)
    page = Portal(app, owner).get(f"/people/{slugs.slug(shared.id, shared.name)}/export")
    assert page.mimetype == "text/vcard"
    with acting(owner) as unit:
        taken = set(
            unit.session.execute(
                select(JournalEntry.thing_kind, JournalEntry.thing_id).where(
                    JournalEntry.verb == "export"
                )
            ).all()
        )
    assert {("person", shared.id), ("people", owner.team_id)} <= taken


def test_only_a_token_for_everything_takes_everybody(app: CommunityFlask, owner: Actor) -> None:
    bring(owner, b"BEGIN:VCARD\nVERSION:3.0\nFN:Ann\nEND:VCARD\n", visibility=TEAM)
    reader = Api(app, owner, scopes=("read",))
    assert reader.get("/people/cards").status_code == 403
