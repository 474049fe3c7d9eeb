"""create_app: the web's composition root. Every feature is named here, in explicit lists."""

from flask import Blueprint
from flask_smorest import Blueprint as ApiBlueprint
from werkzeug.middleware.proxy_fix import ProxyFix

from community import installation
from community.accounts import api as accounts_api
from community.accounts import jobs as accounts_jobs
from community.accounts import portal as accounts_portal
from community.accounts.actions.tokens import note_token_use
from community.accounts.api import agreement as agreement_api
from community.accounts.api import invitations as invitations_api
from community.accounts.api import linked as linked_api
from community.accounts.api import team as team_api
from community.accounts.queries import opening
from community.core import crypto, outbox
from community.core.i18n import lazy
from community.core.outbox import Handler
from community.exchange import api as exchange_api
from community.exchange import jobs as exchange_jobs
from community.exchange import portal as exchange_portal
from community.home import api as home_api
from community.home import portal as home_portal
from community.journal import api as journal_api
from community.journal import portal as journal_portal
from community.ledger import api as ledger_api
from community.ledger import jobs as ledger_jobs
from community.ledger import portal as ledger_portal
from community.notifications import api as notifications_api
from community.notifications import jobs as notifications_jobs
from community.notifications import portal as notifications_portal
from community.people import api as people_api
from community.people import portal as people_portal
from community.people.api import custom as fields_api
from community.people.api import disputes as disputes_api
from community.people.api import facts as facts_api
from community.people.api import moments as moments_api
from community.people.api import organisations as organisations_api
from community.people.api import pictures as pictures_api
from community.people.api import profiles as profiles_api
from community.people.api import relations as relations_api
from community.people.api import views as views_api
from community.people.portal import custom as fields_portal
from community.people.portal import disputes as disputes_portal
from community.people.portal import facts as facts_portal
from community.people.portal import moments as moments_portal
from community.people.portal import organisations as organisations_portal
from community.people.portal import pictures as pictures_portal
from community.people.portal import profiles as profiles_portal
from community.people.portal import relations as relations_portal
from community.people.portal import views as views_portal
from community.people.queries import pictures
from community.reciprocity import api as reciprocity_api
from community.reciprocity import portal as reciprocity_portal
from community.records import api as records_api
from community.records import jobs as records_jobs
from community.records import portal as records_portal
from community.records.api import handovers as handovers_api
from community.records.api import many as many_api
from community.records.api import merging as merging_api
from community.relationships import api as relationships_api
from community.relationships import portal as relationships_portal
from community.web import (
    documents,
    endpoints,
    errors,
    faces,
    health,
    idempotency,
    security,
    session,
    templating,
)
from community.web.session import CommunityFlask, Gate
from community.web.templating import NavItem
from config import Config

# One line a feature, in the order of the tiers.
API: tuple[ApiBlueprint, ...] = (
    accounts_api.blp,
    agreement_api.blp,
    invitations_api.blp,
    linked_api.blp,
    team_api.blp,
    journal_api.blp,
    notifications_api.blp,
    people_api.blp,
    disputes_api.blp,
    organisations_api.blp,
    relations_api.blp,
    fields_api.blp,
    relationships_api.blp,
    facts_api.blp,
    moments_api.blp,
    profiles_api.blp,
    views_api.blp,
    pictures_api.blp,
    ledger_api.blp,
    reciprocity_api.blp,
    records_api.blp,
    handovers_api.blp,
    many_api.blp,
    merging_api.blp,
    exchange_api.blp,
    home_api.blp,
)
PORTAL: tuple[Blueprint, ...] = (
    *accounts_portal.BLUEPRINTS,
    journal_portal.blp,
    notifications_portal.bp,
    notifications_portal.outside,
    people_portal.blp,
    disputes_portal.blp,
    organisations_portal.blp,
    relations_portal.blp,
    fields_portal.blp,
    relationships_portal.blp,
    facts_portal.blp,
    moments_portal.blp,
    profiles_portal.blp,
    views_portal.blp,
    pictures_portal.blp,
    *ledger_portal.BLUEPRINTS,
    reciprocity_portal.bp,
    records_portal.blp,
    exchange_portal.blp,
    home_portal.root,
    home_portal.blp,
)
NAV: tuple[NavItem, ...] = (
    NavItem("search", "home.search", "search", lazy("Search")),
    NavItem("palette", "home.palette", "search", lazy("Search and commands")),
    NavItem("today", "home.today", "sun", lazy("Today")),
    NavItem("people", "people.list", "people", lazy("People")),
    NavItem("organisations", "organisations.list", "building", lazy("Organisations")),
    accounts_portal.NAV,
    *ledger_portal.NAV,
    reciprocity_portal.NAV,
    notifications_portal.NAV,
    NavItem("settings", "settings.show_profile", "gear", lazy("Settings")),
    NavItem("me", "profiles.me", "person", lazy("My page")),
    NavItem("keyboard", "settings.keyboard_help", "keyboard", lazy("Keyboard")),
    NavItem("more", "home.more", "more", lazy("More")),
)
JOBS: dict[str, Handler] = {
    **accounts_jobs.JOBS,
    **notifications_jobs.JOBS,
    **ledger_jobs.JOBS,
    **records_jobs.JOBS,
    **exchange_jobs.JOBS,
}


def create_app(config: Config) -> CommunityFlask:
    """The WSGI application of one installation."""
    installation.configure(config)
    app = CommunityFlask("community", static_folder="web/static", template_folder="web/templates")
    app.config.update(
        SECRET_KEY=crypto.flask_key(),
        BASE_URL=config.base_url,
        SECURE=config.secure,
        DEVELOPMENT=config.development,
        COMMUNITY=config,
        SESSION_COOKIE_NAME="__Host-flask" if config.secure else "community-flask",
        SESSION_COOKIE_SECURE=config.secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SEND_FILE_MAX_AGE_DEFAULT=31_536_000,
    )
    if config.trusted_proxies:
        count = config.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=0)  # type: ignore[method-assign]
    app.extensions["community.idempotency"] = idempotency.around
    outbox.register(JOBS)
    session.install(app, _gate())
    security.install(app)
    errors.install(app)
    templating.install(app, NAV)
    faces.install(app, pictures.find_pictures, "pictures.show")
    health.install(app)
    for blueprint in PORTAL:
        app.register_blueprint(blueprint)
    endpoints.install(app, API)
    app.add_url_rule("/api/docs", "api_docs", session.public(documents.docs_page))
    return app


def _gate() -> Gate:
    return Gate(
        open_portal=opening.open_portal,
        open_api=opening.open_api,
        opened_actor=opening.opened_actor,
        require_factor=opening.require_factor,
        require_fresh=opening.require_fresh_opening,
        note_use_due=opening.note_use_due,
        after_token_use=note_token_use,
        ask_first=accounts_portal.ask_first,
    )
