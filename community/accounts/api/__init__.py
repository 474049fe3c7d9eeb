"""The API of oneself, the team, its members and circles, and one's own tokens."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Response

from community.accounts import policy, schemas
from community.accounts.actions import circles, membership, profile, sessions, tokens
from community.accounts.models import (
    ApiToken,
    AuthenticatorApp,
    Passkey,
    Session,
)
from community.accounts.queries import factors as factor_queries
from community.accounts.queries import members as members_queries
from community.accounts.queries import profile as profile_queries
from community.accounts.queries import sessions as session_queries
from community.accounts.queries import tokens as tokens_queries
from community.accounts.queries.factors import Factors
from community.core import clock
from community.core.i18n import gettext as _
from community.identity.models import Actor, Circle, Team
from community.identity.queries import get_membership, get_team
from community.web import endpoints, idempotency
from community.web.session import current_actor, needs_scope

blp = endpoints.blueprint(
    "accounts", description="Oneself, the team, its members and circles, and tokens."
)


@blp.route("/me", methods=["GET"])
@blp.response(200, schemas.MeOut)
def get_me() -> Response:
    """Who this token acts as."""
    return _me(current_actor())


@blp.route("/me", methods=["PATCH"])
@blp.arguments(schemas.MeIn)
@blp.response(200, schemas.MeOut)
@endpoints.needs_version
def change_me(data: dict[str, Any]) -> Response:
    """Change own fields."""
    version = endpoints.required_version()
    visibility = data.pop("default_visibility", None)
    if visibility is not None:
        data["default_audience"] = visibility["audience"]
    profile.change_profile(current_actor(), data, version=version)
    return _me(current_actor())


@blp.route("/me/departure", methods=["POST"])
@blp.response(200, schemas.DepartureOut)
def leave() -> Response:
    """Leave the team; this token ends with it."""
    actor = current_actor()
    membership.leave_team(actor)
    return endpoints.answered({"id": actor.person_id, "state": "left"})


@blp.route("/me/sessions", methods=["GET"])
@blp.response(200, endpoints.items_schema(schemas.SessionOut, "Sessions"))
def list_sessions() -> Response:
    """The browsers one is signed in with, the latest used first."""
    found = session_queries.find_open_sessions(_own_user_id())
    return endpoints.answered({"items": [_session(row) for row in found], "next": None})


@blp.route("/me/sessions/<uuid:session_id>", methods=["PATCH"])
@blp.arguments(schemas.SessionIn)
@blp.response(200, schemas.SessionOut)
def name_session(data: dict[str, Any], session_id: UUID) -> Response:
    """Call one of one's own browsers something."""
    user_id = _own_user_id()
    sessions.name_session(user_id, session_id, data["name"])
    return endpoints.answered(_session(session_queries.get_session(user_id, session_id)))


@blp.route("/me/sessions/<uuid:session_id>", methods=["DELETE"])
@blp.response(204)
def end_session(session_id: UUID) -> Response:
    """Sign one of one's own browsers out."""
    sessions.end_session(_own_user_id(), session_id)
    return Response(status=204)


@blp.route("/me/factors", methods=["GET"])
@blp.response(200, schemas.FactorsOut)
def list_factors() -> Response:
    """One's second factors. They are set up and removed in the portal, after a fresh proof."""
    found = factor_queries.find_factors(_own_user_id())
    return endpoints.answered(_factors(current_actor(), found))


@blp.route("/team", methods=["GET"])
@blp.response(200, schemas.TeamOut)
def get_the_team() -> Response:
    """The team this token belongs to."""
    return _team(get_team(current_actor()))


@blp.route("/team", methods=["PATCH"])
@blp.arguments(schemas.TeamIn)
@blp.response(200, schemas.TeamOut)
@needs_scope("admin")
@endpoints.needs_version
def change_the_team(data: dict[str, Any]) -> Response:
    """Change the team's name, zone, language or settings (owners)."""
    version = endpoints.required_version()
    return _team(profile.change_team(current_actor(), data, version=version))


@blp.route("/members", methods=["GET"])
@blp.arguments(endpoints.PageArgs, location="query")
@blp.response(200, endpoints.items_schema(schemas.MemberOut, "Members"))
def list_members(args: dict[str, Any]) -> Response:
    """Who is in the team, by name."""
    found = members_queries.find_members(current_actor(), endpoints.page_request(args))
    return endpoints.fast_list(found, _member)


@blp.route("/members/<uuid:person_id>", methods=["GET"])
@blp.response(200, schemas.MemberOut)
def get_member(person_id: UUID) -> Response:
    """One member, by their person id."""
    return _versioned_member(current_actor(), person_id)


@blp.route("/members/<uuid:person_id>", methods=["PATCH"])
@blp.arguments(schemas.MemberIn)
@blp.response(200, schemas.MemberOut)
@needs_scope("admin")
@endpoints.needs_version
def change_member(data: dict[str, Any], person_id: UUID) -> Response:
    """Change a member's role (owners)."""
    version = endpoints.required_version()
    membership.change_role(current_actor(), person_id, data["role"], version=version)
    return _versioned_member(current_actor(), person_id)


@blp.route("/members/<uuid:person_id>", methods=["DELETE"])
@blp.response(204)
@needs_scope("admin")
@endpoints.needs_version
def remove_member(person_id: UUID) -> Response:
    """Remove a member from the team (owners)."""
    version = endpoints.required_version()
    membership.remove_member(current_actor(), person_id, version=version)
    return Response(status=204)


@blp.route("/tokens", methods=["GET"])
@blp.arguments(endpoints.PageArgs, location="query")
@blp.response(200, endpoints.items_schema(schemas.TokenOut, "Tokens"))
def list_tokens(args: dict[str, Any]) -> Response:
    """Own tokens, the newest first."""
    actor = current_actor()
    found = tokens_queries.find_tokens(actor, endpoints.page_request(args))
    return endpoints.fast_list(found, lambda token: _token(actor, token))


@blp.route("/tokens", methods=["POST"])
@blp.arguments(schemas.TokenIn)
@blp.response(201, schemas.NewTokenOut)
def create_token(data: dict[str, Any]) -> Response:
    """A new token with at most the scopes of this one; its secret is in this answer alone."""
    actor = current_actor()
    token, secret = tokens.create_token(actor, **data)
    idempotency.answer_holds_secret(token.id)
    return endpoints.created({**_token(actor, token), "token": secret}, f"/tokens/{token.id}")


@blp.route("/tokens/<uuid:token_id>", methods=["GET"])
@blp.response(200, schemas.TokenOut)
def get_token(token_id: UUID) -> Response:
    """One of the own tokens, without its secret."""
    actor = current_actor()
    return endpoints.answered(_token(actor, tokens_queries.get_token(actor, token_id)))


@blp.route("/tokens/<uuid:token_id>", methods=["DELETE"])
@blp.response(204)
def revoke_token(token_id: UUID) -> Response:
    """End one of the own tokens."""
    tokens.revoke_token(current_actor(), token_id)
    return Response(status=204)


@blp.route("/circles", methods=["GET"])
@blp.arguments(endpoints.PageArgs, location="query")
@blp.response(200, endpoints.items_schema(schemas.CircleOut, "Circles"))
def list_circles(args: dict[str, Any]) -> Response:
    """The team's circles and who is in them."""
    actor = current_actor()
    found = members_queries.find_circles(actor, endpoints.page_request(args))
    people = members_queries.find_circle_members(actor, [circle.id for circle in found.items])
    return endpoints.fast_list(found, lambda circle: _circle(circle, people[circle.id]))


@blp.route("/circles", methods=["POST"])
@blp.arguments(schemas.CircleIn)
@blp.response(201, schemas.CircleOut)
def create_circle(data: dict[str, Any]) -> Response:
    """A new circle, kept by its maker (owners and stewards)."""
    actor = current_actor()
    circle = circles.create_circle(actor, **data)
    people = members_queries.find_circle_members(actor, [circle.id])[circle.id]
    body = _circle(circle, people)
    return endpoints.created(body, f"/circles/{circle.id}", version=circle.version)


@blp.route("/circles/<uuid:circle_id>", methods=["GET"])
@blp.response(200, schemas.CircleOut)
def get_circle(circle_id: UUID) -> Response:
    """One circle and who is in it."""
    return _circle_answer(current_actor(), circle_id)


@blp.route("/circles/<uuid:circle_id>", methods=["PATCH"])
@blp.arguments(schemas.CircleChange)
@blp.response(200, schemas.CircleOut)
@endpoints.needs_version
def change_circle(data: dict[str, Any], circle_id: UUID) -> Response:
    """Another name or purpose (owners, stewards, its keepers)."""
    version = endpoints.required_version()
    circles.change_circle(current_actor(), circle_id, version=version, **data)
    return _circle_answer(current_actor(), circle_id)


@blp.route("/circles/<uuid:circle_id>/closing", methods=["POST"])
@blp.response(200, schemas.CircleOut)
def close_circle(circle_id: UUID) -> Response:
    """Nothing new is shared with it; what was stays with those who are in it."""
    circles.close_circle(current_actor(), circle_id)
    return _circle_answer(current_actor(), circle_id)


@blp.route("/circles/<uuid:circle_id>/closing", methods=["DELETE"])
@blp.response(204)
def reopen_circle(circle_id: UUID) -> Response:
    """Open a closed circle again."""
    circles.reopen_circle(current_actor(), circle_id)
    return Response(status=204)


@blp.route("/circles/<uuid:circle_id>/members/<uuid:person_id>", methods=["PUT"])
@blp.arguments(schemas.CircleMemberIn)
@blp.response(200, schemas.CircleOut)
def add_to_circle(data: dict[str, Any], circle_id: UUID, person_id: UUID) -> Response:
    """Let a member into a circle (owners, stewards, its keepers)."""
    actor = current_actor()
    circles.add_to_circle(actor, circle_id, person_id, **data)
    return _circle_answer(actor, circle_id)


@blp.route("/circles/<uuid:circle_id>/members/<uuid:person_id>", methods=["DELETE"])
@blp.response(204)
def take_from_circle(circle_id: UUID, person_id: UUID) -> Response:
    """Take a member out of a circle; everybody may take themselves out."""
    circles.take_from_circle(current_actor(), circle_id, person_id)
    return Response(status=204)


def _me(actor: Actor) -> Response:
    found = profile_queries.get_profile(actor)
    body = {
        "id": found.person_id,
        "member_id": found.member_id,
        "name": found.name,
        "call_name": found.call_name,
        "email": found.email,
        "role": found.role,
        "state": "active",
        "team": {"id": actor.team_id, "slug": actor.team_slug, "name": actor.team_name},
        "scopes": sorted(actor.scopes),
        "locale": found.locale,
        "zone": found.zone,
        "hotkeys": found.hotkeys,
        "default_visibility": {
            "audience": found.default_audience,
            "people": [],
            "circle_id": None,
        },
        "quiet_hours": found.quiet_hours,
        "capacity": found.capacity,
        "joined_at": found.joined_at,
        "created_at": found.created_at,
        "updated_at": found.updated_at,
        "version": found.version,
    }
    return endpoints.versioned(body, found.version)


def _team(team: Team) -> Response:
    return endpoints.versioned(schemas.dump_team(team), team.version)


_MEMBER = ("id", "member_id", "name", "call_name", "role", "state", "joined_at")
_STAMPS = ("created_at", "updated_at", "version")


def _member(row: Any) -> Mapping[str, Any]:
    return {name: getattr(row, name) for name in (*_MEMBER, *_STAMPS)}


def _versioned_member(actor: Actor, person_id: UUID) -> Response:
    row = members_queries.get_member(actor, person_id)
    return endpoints.versioned(_member(row), row.version)


def _token(actor: Actor, token: ApiToken) -> dict[str, Any]:
    return {
        "id": token.id,
        "name": token.name,
        "scopes": token.scopes,
        "state": token.state(clock.now()),
        "created_by_id": actor.person_id,
        "created_at": token.created_at,
        "expires_at": token.expires_at,
        # Nothing of a token is ever changed.
        "updated_at": token.created_at,
        "version": 1,
        "last_used_at": token.last_used_at,
    }


def _own_user_id() -> UUID:
    """The actor's user, read from the membership: these tables have no team that the database
    could hold a mistaken actor to, and the membership has."""
    actor = current_actor()
    return get_membership(actor, actor.member_id).user_id


def _session(row: Session) -> dict[str, Any]:
    names = ("id", "name", "user_agent", "created_at", "seen_at", "expires_at")
    return {name: getattr(row, name) for name in names}


def _factors(actor: Actor, found: Factors) -> dict[str, Any]:
    items = [_factor("app", _("Authenticator app"), found.app)] if found.app else []
    items += [_factor("passkey", passkey.name, passkey) for passkey in found.passkeys]
    return {
        "items": items,
        "recovery_codes_left": found.codes_left,
        "is_required": policy.must_have_factor(actor),
    }


def _factor(kind: str, name: str, row: AuthenticatorApp | Passkey) -> dict[str, Any]:
    return {
        "id": row.id,
        "kind": kind,
        "name": name,
        "created_at": row.created_at,
        "last_used_at": row.last_used_at,
    }


def _circle(circle: Circle, people: list[Any]) -> dict[str, Any]:
    return {
        "id": circle.id,
        "name": circle.name,
        "purpose": circle.purpose,
        "state": circle.state,
        "members": [
            {"person_id": p.person_id, "name": p.name, "is_keeper": p.is_keeper} for p in people
        ],
        **{name: getattr(circle, name) for name in _STAMPS},
    }


def _circle_answer(actor: Actor, circle_id: UUID) -> Response:
    circle = members_queries.get_circle(actor, circle_id)
    people = members_queries.find_circle_members(actor, [circle.id])[circle.id]
    return endpoints.versioned(_circle(circle, people), circle.version)
