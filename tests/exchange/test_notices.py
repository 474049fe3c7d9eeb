"""Telling the importer that an import is done."""

from community.exchange import notices
from community.identity.models import Actor
from community.web.session import CommunityFlask
from tests.exchange.test_actions import ANN, BOB
from tests.factories.exchange import bring, table
from tests.factories.identity import acting, make_member

KIND = notices.KINDS[0]


def test_the_importer_alone_reads_it(owner: Actor, stranger: Actor) -> None:
    batch = bring(owner, table(ANN))
    for actor, may in ((owner, True), (make_member(owner), False), (stranger, False)):
        with acting(actor):
            assert KIND.may_read(actor, batch.id) is may


def test_it_comes_by_mail_only_if_one_asks_for_it() -> None:
    assert KIND.channels == ("app", "mail")
    assert KIND.mail_default is False


def test_the_words_say_what_became_of_it(app: CommunityFlask, owner: Actor) -> None:
    batch = bring(owner, table(ANN, BOB), filename="mine.csv")
    with acting(owner):
        words = KIND.words(owner, batch.id)
    assert words.sentence == "Your import of mine.csv is done: 2 new people."
    assert words.path == f"/people/import/{batch.id}"
    given = {
        "actor": owner,
        "sentence": words.sentence,
        "team_name": "Northlight",
        "url": "http://localhost:8000/t/n",
        "reason": str(KIND.reason),
        **words.mail,
    }
    with app.app_context():
        for part in ("subject.txt", "body.txt", "body.html"):
            assert "mine.csv" in app.jinja_env.get_template(f"{KIND.template}/{part}").render(given)


def test_a_failed_import_says_why(owner: Actor) -> None:
    batch = bring(owner, table(ANN), filename="mine.csv", dry_run=True)
    with acting(owner) as unit:
        unit.session.add(batch)
        batch.fail("The circle is gone.")
    with acting(owner):
        words = KIND.words(owner, batch.id)
    assert words.sentence == "The import of mine.csv failed. The circle is gone."
