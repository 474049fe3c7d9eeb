"""A person's card holds their picture, for those who see the person."""

import base64
import re

import pytest

from community.exchange import actions
from community.identity.models import Actor
from community.people.queries.pictures import get_picture
from tests.factories.identity import acting
from tests.factories.people import make_person
from tests.people.picturing import give


@pytest.mark.parametrize(
    ("version", "begins"),
    [("4.0", "PHOTO:data:image/jpeg;base64,"), ("3.0", "PHOTO;ENCODING=b;TYPE=JPEG:")],
)
def test_a_card_holds_the_picture_folded_as_its_version_writes_it(
    owner: Actor, version: str, begins: str
) -> None:
    shown, plain = give(owner, make_person(owner)), make_person(owner)
    with acting(owner):
        card = actions.write_card(owner, shown.id, version).decode()
        picture = get_picture(owner, shown.picture_id) if shown.picture_id else b""
        assert "PHOTO" not in actions.write_card(owner, plain.id, version).decode()
    assert max(len(line) for line in card.split("\r\n")) <= 75
    found = re.search(f"^{re.escape(begins)}(.*)$", card.replace("\r\n ", ""), re.MULTILINE)
    assert found is not None
    assert base64.b64decode(found[1]) == picture
    assert card.endswith("END:VCARD\r\n")
