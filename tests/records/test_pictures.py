"""Pictures in what people take out."""

import io
import zipfile

import orjson
import pytest

from community.identity.models import Actor
from community.people.actions import pictures as actions
from tests.factories.identity import acting, make_member
from tests.people.picturing import drawn
from tests.records.doing import built, export


@pytest.mark.usefixtures("in_application")
def test_ones_own_file_holds_the_picture_and_the_teams_file_words_alone(owner: Actor) -> None:
    member = make_member(owner)
    with acting(member):
        first = actions.set_picture(member, member.person_id, drawn()).picture_id
        actions.set_picture(member, member.person_id, drawn(colour="red"))
    own = zipfile.ZipFile(io.BytesIO(built(export(member, "me"))))
    files = [name for name in own.namelist() if name.startswith("files/")]
    assert len(files) == 1, "the one that is shown, not the one before"
    assert own.read(files[0]).startswith(b"\xff\xd8\xff")
    assert f'src="{files[0]}"' in own.read("index.html").decode()
    told = orjson.loads(own.read("data.json"))["tables"]["pictures"]
    assert [row["content"] for row in told] == files
    assert told[0]["id"] != str(first)
    team = zipfile.ZipFile(io.BytesIO(built(export(owner, "team"))))
    assert not [name for name in team.namelist() if "pictures" in name]
