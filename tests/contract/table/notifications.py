"""Notices, and by which channel they come."""

from tests.contract.route import Route, api, both, outside, page

ROUTES: tuple[Route, ...] = (
    api("GET", "/notices", queries=("?state=new", "?state=seen")),
    api("POST", "/notices/seen", sends={"ids": []}),
    api("GET", "/notification_preferences"),
    api("PUT", "/notification_preferences", sends={"items": []}),
    page("GET", "/notifications", queries=("?show=seen", "?show=new")),
    page("GET", "/notifications/count"),
    page("POST", "/notifications/seen"),
    page(
        "POST",
        "/notifications/switch",
        sends={"kind": "note_about_you", "channel": "mail", "enabled": "yes"},
    ),
    *both("/settings/notifications"),
    outside("GET", "/u/<token>", public=True, of="unsubscribe_link"),
    outside("POST", "/u/<token>", public=True, proof=True, of="unsubscribe_link", answers=200),
    outside("GET", "/mailbox", public=True),
    outside("GET", "/mailbox/<name>", public=True, answers=404),
    outside("GET", "/mailbox/<name>/html", public=True, answers=404),
)
