"""Settings of oneself: profile, appearance, keys, sign-in, tokens, and leaving the team."""

from datetime import timedelta
from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

from babel import Locale
from flask import Response, current_app, g, request

from community.accounts import policy, schemas
from community.accounts.actions import membership, own_way_in, profile, sessions
from community.accounts.actions import tokens as token_actions
from community.accounts.formats import browser_name
from community.accounts.portal.browser import (
    current_session,
    remember_theme,
    say,
    see_other,
    signed_in,
    signed_out,
)
from community.accounts.queries import factors as factors_queries
from community.accounts.queries import sessions as session_queries
from community.accounts.queries import sign_in as sign_in_queries
from community.accounts.queries import tokens as token_queries
from community.accounts.queries.profile import Profile, get_profile
from community.core import clock
from community.core.i18n import LANGUAGES
from community.core.i18n import gettext as _
from community.core.paging import MAX_LIMIT, PageRequest
from community.core.providers import all_providers
from community.identity import policy as policy_of_team
from community.web import idempotency, pages
from community.web.session import (
    current_actor,
    find_actor,
    needs_confirmation,
    without_factor,
)
from community.web.templating import theme, url

pages_inside = pages.blueprint("settings", feature="accounts")
pages_inside.add_app_template_filter(browser_name)


@pages_inside.app_context_processor
def _tabs() -> dict[str, Any]:
    """`settings_tabs` on every page below /settings, whichever feature it belongs to."""
    return {"settings_tabs": settings_tabs()} if _is_settings() else {}


@pages_inside.before_app_request
def _section() -> None:
    if _is_settings():
        g.page = "settings"


def _is_settings() -> bool:
    return bool(request.url_rule and request.url_rule.rule.startswith("/t/<team>/settings"))


def settings_tabs() -> list[tuple[str, str, str]]:
    """The pages of the settings: (key, label, address); others add theirs by being there."""
    tabs = [
        ("profile", _("Profile"), "settings.show_profile"),
        ("notifications", _("Notifications"), "notifications.settings"),
        ("appearance", _("Appearance"), "settings.show_appearance"),
        ("keyboard", _("Keyboard"), "settings.show_keyboard"),
        ("sessions", _("Sign-in"), "settings.show_sessions"),
        ("second_factor", _("Second factor"), "settings.second_factor"),
        ("tokens", _("Tokens"), "settings.show_tokens"),
        ("privacy", _("Your data"), "records.mine"),
    ]
    if all_providers():
        tabs.append(("linked", _("Linked accounts"), "settings.linked_accounts"))
    actor = find_actor()
    if actor is not None and policy_of_team.can_see_members(actor):
        tabs.append(("team", _("The team"), "team.members"))
    there = current_app.view_functions
    return [(key, label, url(endpoint)) for key, label, endpoint in tabs if endpoint in there]


@pages_inside.get("/settings")
def index() -> Response:
    """The first page of the settings."""
    return see_other(url("settings.show_profile"))


@pages_inside.get("/settings/profile")
def show_profile() -> Response:
    """What the team sees of one, and what one can do."""
    found = get_profile(current_actor())
    form = pages.Form(schemas.ProfileForm(), _profile_values(found))
    return _profile_page(found, form, _email_form())


@pages_inside.post("/settings/profile")
def change_profile() -> Response:
    """Save the profile."""
    actor = current_actor()
    form = pages.Form(schemas.ProfileForm())
    if form.valid() and _quiet_hours_are_whole(form):
        with form.attempt():
            profile.change_profile(actor, _profile_changes(form.data))
            return pages.done(_("Saved."), to=url("settings.show_profile"))
    return _profile_page(get_profile(actor), form, _email_form())


@pages_inside.post("/settings/email")
def change_email() -> Response:
    """Mail a link to a new address of one's own."""
    actor = current_actor()
    form = _email_form(sent=True)
    if form.valid():
        with form.attempt():
            own_way_in.request_new_email(
                actor, current_session(), form.data["email"], current=form.data["current_password"]
            )
            text = _(
                "We sent a link to %(address)s. Open it to confirm.", address=form.data["email"]
            )
            return pages.done(text, to=url("settings.show_profile"))
    found = get_profile(actor)
    profile_form = pages.Form(schemas.ProfileForm(), _profile_values(found))
    profile_form.submitted = False
    return _profile_page(found, profile_form, form)


@pages_inside.get("/settings/appearance")
def show_appearance() -> Response:
    """Theme and language."""
    form = pages.Form(schemas.AppearanceForm(), _appearance_values())
    return _appearance_page(form)


@pages_inside.post("/settings/appearance")
def change_appearance() -> Response:
    """Save theme and language; the theme is this browser's, the language the person's."""
    form = pages.Form(schemas.AppearanceForm())
    if form.valid():
        with form.attempt():
            profile.change_profile(current_actor(), {"locale": form.data["locale"]})
            response = pages.done(_("Saved."), to=url("settings.show_appearance"))
            remember_theme(response, form.data["theme"])
            return response
    return _appearance_page(form)


@pages_inside.get("/settings/keyboard")
def show_keyboard() -> Response:
    """The switch for single keys, and what they do."""
    form = pages.Form(schemas.KeyboardForm(), {"hotkeys": current_actor().hotkeys})
    return pages.show("accounts/keyboard.html", form=form)


@pages_inside.post("/settings/keyboard")
def change_keyboard() -> Response:
    """Switch single keys on or off."""
    form = pages.Form(schemas.KeyboardForm())
    if form.valid():
        profile.change_profile(current_actor(), form.data)
        return pages.done(_("Saved."), to=url("settings.show_keyboard"))
    return pages.show("accounts/keyboard.html", form=form)


@pages_inside.get("/help/keyboard")
def keyboard_help() -> Response:
    """Every key of the portal, within the team's shell."""
    g.page = "keyboard"
    return pages.show("accounts/keyboard_help.html")


@pages_inside.get("/settings/sessions")
def show_sessions() -> Response:
    """Where one is signed in, and the password."""
    return _sessions_page(pages.Form(schemas.NewPasswordForm()))


@pages_inside.post("/settings/sessions/<uuid:session_id>/end")
def end_session(session_id: UUID) -> Response:
    """Sign one browser out."""
    sessions.end_session(current_actor().user_id, session_id)
    if session_id == current_session().id:
        return signed_out(url("accounts.login"))
    return pages.done(_("That browser is signed out."), to=url("settings.show_sessions"))


@pages_inside.post("/settings/sessions/end_others")
def end_other_sessions() -> Response:
    """Sign every other browser out."""
    sessions.end_other_sessions(current_session())
    text = _("Every other browser is signed out.")
    return pages.done(text, to=url("settings.show_sessions"))


@pages_inside.post("/settings/sessions/end_all")
def end_all_sessions() -> Response:
    """Sign every browser out, this one too."""
    sessions.sign_out_everywhere(current_actor().user_id)
    say(_("You are signed out everywhere."))
    return signed_out(url("accounts.login"))


@pages_inside.post("/settings/sessions/<uuid:session_id>/name")
def name_session(session_id: UUID) -> Response:
    """Call a browser something."""
    form = pages.Form(schemas.SessionNameForm())
    if form.valid():
        sessions.name_session(current_actor().user_id, session_id, form.data["name"])
        return pages.done(_("Saved."), to=url("settings.show_sessions"))
    return _sessions_page(pages.Form(schemas.NewPasswordForm()), name_form=form)


@pages_inside.post("/settings/password")
def set_password() -> Response:
    """Set or change the password; this browser goes on with a fresh session."""
    form = pages.Form(schemas.NewPasswordForm())
    if form.valid():
        with form.attempt():
            secret = own_way_in.set_password(
                current_actor(),
                current_session(),
                form.data["password"],
                current=form.data["current_password"],
            )
            say(_("Your password is set. Other browsers and tokens are signed out."))
            return signed_in(secret, url("settings.show_sessions"))
    return _sessions_page(form)


@pages_inside.post("/settings/password/link")
def request_password_link() -> Response:
    """Mail a link for whoever does not know the present password any more."""
    own_way_in.request_password_link(current_actor())
    text = _("We mailed you a link. It lets you set a new password.")
    return pages.done(text, to=url("settings.show_sessions"))


@pages_inside.get("/settings/tokens")
def show_tokens() -> Response:
    """The own tokens, and a form for a new one."""
    form = pages.Form(schemas.TokenForm(), {"scopes": ["read"], "days": "90"})
    return _tokens_page(form)


@pages_inside.post("/settings/tokens")
@needs_confirmation
def create_token() -> Response:
    """Make a token and show its secret, this once."""
    form = pages.Form(schemas.TokenForm())
    if form.valid():
        data = form.data
        ends = None if data["days"] == "never" else clock.now() + timedelta(days=int(data["days"]))
        with form.attempt():
            token, secret = token_actions.create_token(
                current_actor(), name=data["name"], scopes=data["scopes"], expires_at=ends
            )
            idempotency.answer_holds_secret(token.id)
            return pages.show("accounts/new_token.html", token=token, secret=secret)
    return _tokens_page(form)


@pages_inside.post("/settings/tokens/<uuid:token_id>/revoke")
def revoke_token(token_id: UUID) -> Response:
    """End a token."""
    token_actions.revoke_token(current_actor(), token_id)
    return pages.done(_("The token has ended."), to=url("settings.show_tokens"))


@pages_inside.get("/settings/leave")
@without_factor
def show_leave() -> Response:
    """What leaving means, before one does."""
    return pages.show("accounts/leave.html")


@pages_inside.post("/settings/leave")
@without_factor
def leave() -> Response:
    """Leave the team."""
    actor = current_actor()
    membership.leave_team(actor)
    say(_("You have left %(team)s.", team=actor.team_name))
    if sign_in_queries.find_teams_of(actor.user_id):
        return see_other(url("accounts.teams"))
    return signed_out(url("accounts.login"))


def _profile_values(found: Profile) -> dict[str, Any]:
    quiet, capacity = found.quiet_hours or {}, found.capacity or {}
    return {
        "name": found.name,
        "call_name": found.call_name,
        "zone": found.zone,
        "default_audience": found.default_audience,
        "quiet_starts": quiet.get("starts"),
        "quiet_ends": quiet.get("ends"),
        "hours_per_month": capacity.get("hours_per_month"),
        "times_per_month": capacity.get("times_per_month"),
    }


def _profile_changes(data: dict[str, Any]) -> dict[str, Any]:
    quiet = {"starts": data["quiet_starts"], "ends": data["quiet_ends"]}
    capacity = {name: data[name] for name in ("hours_per_month", "times_per_month")}
    return {
        **{name: data[name] for name in ("name", "call_name", "zone", "default_audience")},
        "quiet_hours": quiet if quiet["starts"] else None,
        "capacity": capacity if any(v is not None for v in capacity.values()) else None,
    }


def _quiet_hours_are_whole(form: pages.Form) -> bool:
    if (form.data["quiet_starts"] is None) == (form.data["quiet_ends"] is None):
        return True
    missing = "quiet_starts" if form.data["quiet_starts"] is None else "quiet_ends"
    form.errors[missing] = [_("Say when they begin and when they end, or leave both empty.")]
    return False


def _email_form(*, sent: bool = False) -> pages.Form:
    form = pages.Form(schemas.EmailForm())
    form.submitted = sent
    return form


def _profile_page(found: Profile, form: pages.Form, email_form: pages.Form) -> Response:
    return pages.show(
        "accounts/profile.html",
        form=form,
        email_form=email_form,
        profile=found,
        has_factor=factors_queries.has_factor(current_actor().user_id),
        zones=sorted(available_timezones()),
        status=422 if form.errors or email_form.errors else 200,
    )


def _appearance_values() -> dict[str, str]:
    return {"theme": theme() or "system", "locale": current_actor().locale}


def _appearance_page(form: pages.Form) -> Response:
    return pages.show("accounts/appearance.html", form=form, languages=_languages())


def _languages() -> list[tuple[str, str]]:
    """Each language by its own name, as those who speak it look for it."""
    return [(code, (Locale.parse(code).display_name or code).capitalize()) for code in LANGUAGES]


def _sessions_page(form: pages.Form, name_form: pages.Form | None = None) -> Response:
    actor = current_actor()
    form.submitted = form.submitted and name_form is None
    return pages.show(
        "accounts/sessions.html",
        form=form,
        name_form=name_form,
        here=current_session().id,
        sessions=session_queries.find_open_sessions(actor.user_id),
        profile=get_profile(actor),
        has_factor=factors_queries.has_factor(actor.user_id),
        status=422 if name_form else None,
    )


def _tokens_page(form: pages.Form) -> Response:
    actor = current_actor()
    return pages.show(
        "accounts/tokens.html",
        form=form,
        tokens=token_queries.find_tokens(actor, PageRequest(limit=MAX_LIMIT)).items,
        scopes=policy.grantable_scopes(actor),
    )
