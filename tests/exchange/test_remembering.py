"""A header that was explained once, and all or nothing."""

import pytest

from community.core.errors import RuleBroken
from community.exchange.models import ImportBatch
from community.identity.models import Actor
from tests.exchange.test_actions import counts, outsiders
from tests.factories.exchange import bring, undo
from tests.factories.identity import make_member

ODD = b"Alpha,Beta,Gamma\n%b,%b,x\n"
MAPPING = {"Alpha": "name", "Beta": "email", "Gamma": ""}


def odd(name: str, mail: str) -> bytes:
    return ODD % (name.encode(), mail.encode())


def test_columns_said_once_are_read_the_same_way_by_the_same_member(owner: Actor) -> None:
    first = bring(owner, odd("Ann Lee", "ann@x.org"), columns=MAPPING, source="book")
    again = bring(owner, odd("Bo Ray", "bo@x.org"))
    assert (counts(again), again.reading.columns) == ({"new": 1}, MAPPING)
    assert again.source == "book"
    assert outsiders(owner)["Bo Ray"].emails[0].value == "bo@x.org"
    other = bring(owner, b"Name,Alpha\nCo Day,x\n")
    assert other.reading.columns is None, "another header is another table"
    undo(owner, first.id)
    undo(owner, again.id)
    for actor in (make_member(owner), owner):
        with pytest.raises(RuleBroken, match="No column is mapped to a name"):
            bring(actor, odd("Cy Fox", "cy@x.org"))


def test_a_broken_row_stops_the_others_only_when_asked_to(owner: Actor) -> None:
    content = b"Name,Email\nAnn Lee,ann@x.org\n,nobody@x.org\n"
    strict: ImportBatch = bring(owner, content, is_strict=True)
    assert strict.state == "failed"
    assert strict.error is not None
    assert "Line 3: No name" in strict.error
    assert outsiders(owner) == {}
    assert counts(bring(owner, content)) == {"new": 1, "error": 1}
    past = b"What,Person,Date,Text\nnote,Nobody,2020-01-01,x\n"
    assert "Line 2: Nobody you see here" in (bring(owner, past, is_strict=True).error or "")
