"""Members, seats in circles, tokens, signed-in browsers, and links that sign in or off."""

import json
from datetime import timedelta
from typing import TYPE_CHECKING

from community.accounts.actions import recovery, sign_in, team_life, teams
from community.accounts.models import ApiToken, Credential, LinkedAccount, Passkey
from community.core import clock, db, slugs, tokens
from community.notifications.formats import links
from tests.contract.things import OWN, READERS, SHARED, Kind, Maker, Thing, maker_of, word
from tests.factories import accounts, identity
from tests.factories.identity import acting
from tests.factories.invitations import age_invitation, make_invitation, token_of

if TYPE_CHECKING:
    from tests.contract.world import World


def member(world: "World", case: str) -> Thing:
    """Somebody in the team, whom the whole team knows, or in another."""
    maker, secret = maker_of(world, case), word()
    made = identity.make_member(maker, f"Quillon {secret}")
    slug = slugs.slug(made.person_id, made.name)
    path = {"person_id": str(made.person_id), "slug": slug}
    secrets = (secret, str(made.person_id), slugs.short_id(made.person_id))
    return Thing(maker, READERS[case], path, secrets, made.person_id, made.name)


def circle_seat(world: "World", case: str) -> Thing:
    """A circle, and a member who is in it."""
    maker, secret = maker_of(world, case), word("Circle")
    other = identity.make_member(maker, f"Quillon {word()}")
    circle = identity.make_circle(maker, other, name=secret)
    path = {"circle_id": str(circle.id), "person_id": str(other.person_id)}
    secrets = (secret, *path.values(), slugs.short_id(circle.id))
    path["slug"] = slugs.slug(circle.id, circle.name)
    return Thing(maker, READERS[case], path, secrets, circle.id)


def token(world: "World", case: str) -> Thing:
    """An API token, which is its maker's alone."""
    maker, secret = maker_of(world, case), word("Token")
    with acting(maker):
        made = ApiToken(
            member_id=maker.member_id,
            name=secret,
            digest=tokens.digest(tokens.issue(maker.team_key)),
            scopes=["read"],
        )
        db.add(made)
    path = {"token_id": str(made.id)}
    return Thing(maker, READERS[case], path, (secret, str(made.id)), made.id)


def session(world: "World", case: str) -> Thing:
    """A signed-in browser, which is its user's alone."""
    maker = maker_of(world, case)
    found = accounts.open_session(accounts.make_session(maker))
    return Thing(maker, READERS[case], {"session_id": str(found.id)}, (str(found.id),), found.id)


def passkey(world: "World", case: str) -> Thing:
    """A passkey, which is its user's alone."""
    maker, secret = maker_of(world, case), word("Passkey")
    with acting(maker):
        made = Passkey(
            user_id=maker.user_id, credential_id=secret.encode(), public_key=b"", name=secret
        )
        db.add(made)
        recovery.renew(maker.user_id)
    path = {"passkey_id": str(made.id)}
    return Thing(maker, READERS[case], path, (secret, str(made.id)), made.id)


def linked_account(world: "World", case: str) -> Thing:
    """An account elsewhere, which is its user's alone."""
    maker, secret = maker_of(world, case), word("Linked").lower()
    with acting(maker):
        made = LinkedAccount(
            user_id=maker.user_id,
            issuer=f"https://{secret}.example",
            subject=secret,
            address=f"{secret}@example.org",
        )
        db.add(made)
    path = {"linked_id": str(made.id)}
    return Thing(maker, READERS[case], path, (secret, str(made.id)), made.id)


def account_to_link(world: "World", case: str) -> Thing:
    """What somebody came back with from a provider, theirs alone to link."""
    maker, secret = maker_of(world, case), word("Proof").lower()
    told = {"issuer": f"https://{secret}.example", "subject": secret, "name": secret}
    with acting(maker):
        made = Credential(
            id=db.new_id(),
            user_id=maker.user_id,
            kind="proof",
            purpose="link",
            detail=json.dumps(told),
            expires_at=clock.now() + timedelta(minutes=10),
        )
        db.add(made)
    return Thing(maker, READERS[case], {"proof_id": str(made.id)}, (secret, str(made.id)), made.id)


def sign_in_link(world: "World", _case: str) -> Thing:
    """A mailed link that signs its owner in."""
    owner = identity.make_member(world.people["owner"], "Lina Link")
    with db.transaction():
        sign_in.new_link(owner.user_id, "sign_in", life=timedelta(minutes=15))
    secret = accounts.newest_link(owner.user_id)
    assert secret is not None
    return Thing(owner, frozenset(), {"token": secret})


def unsubscribe_link(world: "World", _case: str) -> Thing:
    """The link at the foot of a mail."""
    who = identity.make_member(world.people["owner"], "Ulla Unwilling")
    link = links.Unsubscribe(who.member_id, "note_about_you")
    return Thing(who, frozenset(), {"token": links.unsubscribe_token(who.team_key, link)})


def invitation(world: "World", case: str) -> Thing:
    """An address asked in as a guest: its maker's to see, and the team's keepers'."""
    maker, secret = maker_of(world, case), word("invited").lower()
    made = make_invitation(maker, f"{secret}@example.org", role="guest")
    age_invitation(maker, made.id, days=1.1)  # so that the day's limit is not reached here
    readers = {"team": frozenset({"author", "owner", "steward"})}.get(case, READERS[case])
    path = {"invitation_id": str(made.id)}
    return Thing(maker, readers, path, (secret, str(made.id)), made.id)


def invitation_link(world: "World", _case: str) -> Thing:
    """The link in an invitation's mail."""
    made = make_invitation(world.people["owner"], f"{word('invited').lower()}@example.org")
    token = token_of(world.people["owner"], made.id)
    return Thing(world.people["owner"], frozenset(), {"token": token})


def ending_team(world: "World", _case: str) -> Thing:
    """A team of somebody's that they have deleted, and may bring back."""
    owner, secret = world.people["named"], word("ended").lower()
    with db.transaction(None, owner.user_id):
        made = teams.create_team(teams.NewTeam(secret, secret), owner.user_id, owner.name)
        team_life.end_team(made)
    return Thing(owner, frozenset({"named"}), {"slug": secret}, (secret,), made.team_id)


KINDS: dict[str, Kind] = {
    "ending_team": Kind(ending_team, ("private",)),
    "invitation": Kind(invitation, SHARED),
    "member": Kind(member, SHARED),
    "circle_seat": Kind(circle_seat, SHARED),
    "token": Kind(token, OWN),
    "session": Kind(session, OWN),
    "passkey": Kind(passkey, OWN),
    "linked_account": Kind(linked_account, OWN),
    "account_to_link": Kind(account_to_link, OWN),
}
PROOFS: dict[str, Maker] = {
    "sign_in_link": sign_in_link,
    "unsubscribe_link": unsubscribe_link,
    "invitation_link": invitation_link,
}
