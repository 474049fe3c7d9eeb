"""Accounts elsewhere, linked and unlinked by whoever is signed in, and joining by a provider."""

import re
import uuid
from urllib.parse import parse_qs, urlsplit

import pytest

from community.accounts.models import LinkedAccount
from community.identity.models import Actor
from community.notifications import catalogue
from community.web.session import CommunityFlask
from tests.accounts.visiting import Visitor, known_as, linked_of, told_of
from tests.conftest import counting
from tests.factories.accounts import (
    actor_by_token,
    address_of,
    age_session,
    make_session,
    make_token,
    session_of,
)
from tests.factories.identity import acting, make_member
from tests.factories.invitations import age_invitation, make_invitation, new_address, token_of
from tests.provider import NAME, Provider
from tests.web_client import Api, Portal, words_of

PAGE = "/settings/linked"
START = f"{PAGE}/start?provider={NAME}"


class Member(Visitor):
    """A signed-in member who links an account."""

    def __init__(self, app: CommunityFlask, provider: Provider, actor: Actor) -> None:
        super().__init__(app, provider)
        self.actor = actor
        self.client.set_cookie("community", make_session(actor), domain="localhost")

    @property
    def cookie(self) -> str:
        """The secret of the session."""
        found = self.client.get_cookie("community", domain="localhost")
        return found.value if found else ""

    def walk(self, subject: str) -> str:
        """There and back; the address that asks whether the account is theirs."""
        there = self.set_out(START)
        answer = self.come_back(self.provider.sign_in(there, subject))
        assert answer.status_code == 303, words_of(answer)
        return str(answer.headers["Location"])

    def say_yes(self, asked: str) -> int:
        """Press the button."""
        self.get(asked)
        return self.post(f"{PAGE}/{parse_qs(urlsplit(asked).query)['proof'][0]}").status_code


@pytest.fixture
def person(app: CommunityFlask, provider: Provider, member: Actor) -> Member:
    """A member at their settings."""
    return Member(app, provider, member)


def _stranger(provider: Provider) -> str:
    """An account of the provider's that nobody here is known by."""
    subject = f"sub-{uuid.uuid4().hex[:10]}"
    address = f"{subject}@example.org"
    provider.knows(subject, email=address, email_verified=True, name="Mara")
    return subject


def test_an_account_with_another_address_is_linked_by_a_button(
    app: CommunityFlask, person: Member, member: Actor
) -> None:
    subject, token = _stranger(person.provider), make_token(member)
    elsewhere, before = make_session(member), person.cookie
    asked = person.walk(subject)
    assert linked_of(member) == []
    page = person.get(asked)
    assert f"{subject}@example.org" in words_of(page)
    assert person.say_yes(asked) == 303
    assert [account.subject for account in linked_of(member)] == [subject]
    assert (session_of(elsewhere), session_of(before), actor_by_token(token)) == (None, None, None)
    assert session_of(person.cookie) is not None
    assert told_of(member, "account_linked") == (1, 1)
    later = Visitor(app, person.provider)
    later.sign_in(subject)
    assert later.is_in


def test_the_button_works_once(person: Member, member: Actor) -> None:
    asked = person.walk(_stranger(person.provider))
    assert [person.say_yes(asked) for _ in range(2)] == [303, 404]


def test_what_one_came_back_with_is_nobody_elses_to_link(
    app: CommunityFlask, person: Member, member: Actor
) -> None:
    asked = person.walk(_stranger(person.provider))
    other = make_member(member)
    them = Member(app, person.provider, other)
    them.get("/settings/sessions")
    assert them.say_yes(asked) == 404
    assert linked_of(other) == []


def test_who_is_signed_in_as_somebody_else_by_then_links_nothing(
    app: CommunityFlask, person: Member, member: Actor
) -> None:
    query = person.provider.sign_in(person.set_out(START), _stranger(person.provider))
    person.client.set_cookie("community", make_session(make_member(member)), domain="localhost")
    answer = person.come_back(query)
    assert answer.status_code == 403
    assert "Somebody else is signed in" in words_of(answer)


def test_an_account_is_linked_with_one_user_only(
    app: CommunityFlask, person: Member, member: Actor
) -> None:
    subject = _stranger(person.provider)
    person.say_yes(person.walk(subject))
    other = make_member(member)
    assert (
        Member(app, person.provider, other).say_yes(
            Member(app, person.provider, other).walk(subject)
        )
        == 422
    )
    assert linked_of(other) == []


def test_linking_and_unlinking_ask_who_signed_in_a_while_ago_to_confirm(
    person: Member, member: Actor
) -> None:
    person.say_yes(person.walk(_stranger(person.provider)))
    [account] = linked_of(member)
    page = person.get(PAGE)
    age_session(person.cookie, made_days=0.1)
    started = person.get(START)
    assert "/confirm?next=" in started.headers["Location"]
    assert NAME not in started.headers["Location"]
    removed = person.post(f"{PAGE}/{account.id}/remove")
    assert "/confirm" in removed.headers["Location"]
    assert page.status_code == 200
    assert len(linked_of(member)) == 1


def test_an_unlinked_account_opens_nothing_and_ends_what_it_opened(
    app: CommunityFlask, person: Member, member: Actor
) -> None:
    subject = _stranger(person.provider)
    person.say_yes(person.walk(subject))
    by_provider = Visitor(app, person.provider)
    by_provider.sign_in(subject)
    [account] = linked_of(member)
    person.get(PAGE)
    assert person.post(f"{PAGE}/{account.id}/remove").status_code == 303
    assert not by_provider.is_in
    assert Visitor(app, person.provider).sign_in(subject).status_code == 403
    assert told_of(member, "account_unlinked") == (1, 1)


def test_nobody_unlinks_what_is_not_theirs(
    app: CommunityFlask, person: Member, member: Actor
) -> None:
    person.say_yes(person.walk(_stranger(person.provider)))
    [account] = linked_of(member)
    other = Member(app, person.provider, make_member(member))
    other.get("/settings/sessions")
    assert other.post(f"{PAGE}/{account.id}/remove").status_code == 404
    assert len(linked_of(member)) == 1


def test_the_page_lists_what_is_linked_and_offers_the_rest(person: Member, member: Actor) -> None:
    assert "Link with Acme" in words_of(person.get(PAGE))
    person.say_yes(person.walk(_stranger(person.provider)))
    with counting() as sent:
        page = person.get(PAGE)
    assert "Unlink" in words_of(page)
    assert "Link with Acme" not in words_of(page)
    assert len(sent) <= 12, str(sent)


def test_the_audit_names_what_was_done_and_no_address(
    app: CommunityFlask, owner: Actor, person: Member, member: Actor
) -> None:
    person.say_yes(person.walk(_stranger(person.provider)))
    found = Api(app, owner).get("/audit?limit=100").get_json()["items"]
    entries = [entry for entry in found if entry["verb"] == "link_account"]
    assert len(entries) == 1
    assert "@" not in str(entries)


def test_the_api_lists_the_own_ones_and_no_subject(
    app: CommunityFlask, person: Member, member: Actor
) -> None:
    subject = _stranger(person.provider)
    person.say_yes(person.walk(subject))
    answer = Api(app, member).get("/me/linked-accounts")
    [found] = answer.get_json()["items"]
    assert (found["provider"], found["address"]) == ("Acme", f"{subject}@example.org")
    assert f'"{subject}"' not in answer.text
    assert Api(app, make_member(member)).get("/me/linked-accounts").get_json()["items"] == []


def test_the_notice_is_in_the_list_and_cannot_be_switched_off(
    app: CommunityFlask, person: Member, member: Actor
) -> None:
    person.say_yes(person.walk(_stranger(person.provider)))
    assert "An account elsewhere was linked." in words_of(person.get("/notifications"))
    assert "security_account_linked" not in person.get("/settings/notifications").text
    kinds = [kind.code for kind in catalogue.all_kinds() if kind.essential]
    assert "security_account_linked" in kinds


# --- invitations


def _invited(app: CommunityFlask, provider: Provider, token: str) -> Visitor:
    visitor = Visitor(app, provider)
    page = visitor.get(f"//invite/{token}")
    found = re.search(r'href="(/login/oidc/[^"]+)"', page.text)
    assert found, words_of(page)
    visitor.way = f"/{found[1].replace('&amp;', '&')}"  # type: ignore[attr-defined]
    return visitor


def test_whoever_is_invited_joins_by_the_provider(
    app: CommunityFlask, provider: Provider, owner: Actor
) -> None:
    address = new_address()
    token = token_of(owner, make_invitation(owner, address).id)
    subject = f"sub-{uuid.uuid4().hex[:10]}"
    provider.knows(subject, email=address, email_verified=True, name="Mara Ellison")
    visitor = _invited(app, provider, token)
    there = visitor.set_out(visitor.way)  # type: ignore[attr-defined]
    back = visitor.come_back(provider.sign_in(there, subject))
    assert back.headers["Location"] == f"/invite/{token}"
    visitor.get(f"//invite/{token}")
    joined = visitor.post(f"//invite/{token}", {"name": "Mara Ellison"}, csrf=False)
    assert joined.headers["Location"] == f"/t/{owner.team_slug}/"
    assert visitor.get(f"//t/{owner.team_slug}/").status_code == 200


@pytest.mark.parametrize("case", ["other_address", "expired", "unknown"])
def test_an_invitation_that_is_not_ones_own_makes_nobody(
    app: CommunityFlask, provider: Provider, owner: Actor, case: str
) -> None:
    address = new_address()
    made = make_invitation(owner, new_address() if case == "other_address" else address)
    token = token_of(owner, made.id)
    if case == "expired":
        age_invitation(owner, made.id, days=8)
    if case == "unknown":
        token = token[:-4] + "aaaa"
    subject = f"sub-{uuid.uuid4().hex[:10]}"
    provider.knows(subject, email=address, email_verified=True)
    visitor = Visitor(app, provider)
    there = visitor.set_out(f"//login/oidc/{NAME}?next=/invite/{token}")
    assert visitor.come_back(provider.sign_in(there, subject)).status_code in (403, 404)
    assert not visitor.is_in
    with acting(owner) as unit:
        assert unit.session.query(LinkedAccount).filter_by(subject=subject).count() == 0


def test_an_invitation_to_an_address_the_provider_may_not_vouch_for_does_not_offer_it(
    app: CommunityFlask, provider: Provider, owner: Actor
) -> None:
    made = make_invitation(owner, f"mara-{uuid.uuid4().hex[:8]}@elsewhere.example")
    page = Portal(app).get(f"//invite/{token_of(owner, made.id)}")
    assert "Sign in with Acme" not in words_of(page)


def test_who_is_here_already_comes_back_to_the_invitation(
    app: CommunityFlask, provider: Provider, owner: Actor, stranger: Actor
) -> None:
    token = token_of(owner, make_invitation(owner, address_of(stranger)).id)
    visitor = _invited(app, provider, token)
    there = visitor.set_out(visitor.way)  # type: ignore[attr-defined]
    back = visitor.come_back(provider.sign_in(there, known_as(provider, stranger)))
    assert back.headers["Location"] == f"/invite/{token}"
