"""Mailed single-use links: who may use them, how often, and until when."""

from datetime import timedelta
from uuid import UUID

import pytest

from community.accounts import actions
from community.core import clock, crypto, db
from community.core.errors import NotFound
from community.identity.models import Actor
from tests.factories.identity import acting
from tests.factories.people import make_person

THING = UUID(int=7)
ADDRESS = "mara@example.org"
WORDS = "Ivy thanks you for the introduction."


def _issue(actor: Actor, *, days: int = 14) -> tuple[UUID, str]:
    person = make_person(actor)
    with acting(actor):
        link_id = actions.issue_link(
            "thank_outsider",
            "give",
            THING,
            address=ADDRESS,
            text=WORDS,
            person_id=person.id,
            days=days,
        )
        return link_id, actions.link_token(link_id)


def _code(actor: Actor, token: str, purpose: str = "thank_outsider") -> str:
    with acting(actor), pytest.raises(NotFound) as refused:
        actions.find_link(token, purpose)
    return refused.value.code


def test_the_worker_makes_the_same_secret_again(owner: Actor) -> None:
    link_id, token = _issue(owner)
    with db.transaction(owner.team_id):
        assert actions.link_token(link_id) == token
        assert actions.link_url(link_id, "/thanks") == f"http://localhost:8000/thanks/{token}"
    assert token.startswith(f"cty_{owner.team_key}_{link_id.hex}")


def test_a_link_survives_the_rotation_of_keys(owner: Actor) -> None:
    link_id, token = _issue(owner)
    crypto.configure(["n" * 40, "k" * 40])
    try:
        with db.transaction(owner.team_id):
            assert actions.link_token(link_id) == token
            assert actions.find_link(token, "thank_outsider").id == link_id
    finally:
        crypto.configure(["k" * 40])


def test_a_link_is_bound_to_its_address_and_its_words(owner: Actor) -> None:
    _, token = _issue(owner)
    with acting(owner):
        link = actions.find_link(token, "thank_outsider")
    assert link.is_for(address=ADDRESS, text=WORDS)
    assert not link.is_for(address="other@example.org", text=WORDS)
    assert not link.is_for(address=ADDRESS, text=WORDS + " Please pay me.")


def test_a_link_is_used_once_and_says_so_the_second_time(owner: Actor) -> None:
    _, token = _issue(owner)
    with acting(owner):
        link = actions.find_link(token, "thank_outsider")
        actions.use_link(link)
    assert _code(owner, token) == "link_used"
    with acting(owner), pytest.raises(NotFound) as refused:
        actions.use_link(link)
    assert refused.value.code == "link_used"


def test_an_old_link_has_expired(owner: Actor) -> None:
    _, token = _issue(owner, days=14)
    with clock.shifted(timedelta(days=13)), acting(owner):
        assert actions.find_link(token, "thank_outsider")
    with clock.shifted(timedelta(days=15)):
        assert _code(owner, token) == "link_expired"


def test_a_link_about_something_taken_back_is_closed(owner: Actor) -> None:
    _, token = _issue(owner)
    with acting(owner):
        assert actions.revoke_links("give", THING) == 1
    assert _code(owner, token) == "link_revoked"


@pytest.mark.parametrize(
    "spoil",
    [lambda t: t[:-1], lambda t: t + "x", lambda t: "", lambda t: "cty__", lambda t: t.upper()],
)
def test_a_spoilt_link_is_unknown(owner: Actor, spoil: object) -> None:
    _, token = _issue(owner)
    assert _code(owner, spoil(token)) == "link_unknown"  # type: ignore[operator]


def test_a_link_serves_its_purpose_only(owner: Actor) -> None:
    _, token = _issue(owner)
    assert _code(owner, token, "introduce") == "link_unknown"


def test_a_link_of_another_team_is_unknown(owner: Actor, stranger: Actor) -> None:
    link_id, token = _issue(owner)
    assert _code(stranger, token) == "link_unknown"
    with acting(stranger), pytest.raises(NotFound):
        actions.link_token(link_id)
