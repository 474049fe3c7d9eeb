"""Achievements, hard times, and who takes them on."""

from tests.contract.route import MEMBERS, NOBODY, Route, api, both, page

_TITLE = {"title": "Opened a studio"}
_FORM = {**_TITLE, "happened_on": "2026-01-31", "visibility": "private"}


def _noun(noun: str, plural: str, verb: str, end: str) -> tuple[Route, ...]:
    here = f"/{plural}/<uuid:{noun}_id>"
    listed = f"/people/<uuid:person_id>/{plural}"
    claimed, deleted = f"claimed_{noun}", f"deleted_{noun}"
    return (
        api("GET", listed, of="person"),
        api("POST", listed, of="person", sends=_TITLE, roles=MEMBERS, answers=201),
        api("GET", f"/{plural}"),
        api("GET", here, of=noun),
        api("PATCH", here, of=noun, sends=_TITLE, roles=NOBODY),
        api("DELETE", here, of=noun, roles=NOBODY),
        api("POST", f"{here}/restoration", of=deleted, roles=NOBODY, refusal=404),
        api("POST", f"{here}/{verb}", of=noun, roles=MEMBERS),
        api("PATCH", f"{here}/{verb}", of=claimed, sends={"state": end}, roles=NOBODY),
        api("DELETE", f"{here}/{verb}", of=claimed, roles=NOBODY, refusal=409),
    )


_QUESTIONS = (
    api("GET", "/people/<uuid:person_id>/questions", of="person"),
    api("POST", "/people/<uuid:person_id>/questions/<code>/dismissal", of="asked_about"),
    api("DELETE", "/people/<uuid:person_id>/questions/<code>/dismissal", of="asked_about"),
)
_PORTAL = (
    *both("/people/<slug>/moments/new", of="person", sends=_FORM, roles=MEMBERS),
    page("GET", "/moments/<uuid:moment_id>", of="achievement"),
    *both("/moments/<uuid:moment_id>/edit", of="achievement", sends=_FORM, roles=NOBODY),
    page("POST", "/moments/<uuid:moment_id>/claim", of="achievement", roles=MEMBERS),
    page("POST", "/moments/<uuid:moment_id>/release", of="claimed_achievement", roles=NOBODY),
    page("POST", "/moments/<uuid:moment_id>/finish", of="achievement", roles=MEMBERS),
    page("POST", "/moments/<uuid:moment_id>/reopen", of="ended_achievement", roles=NOBODY),
    page("POST", "/moments/<uuid:moment_id>/delete", of="achievement", roles=NOBODY),
    page(
        "POST",
        "/moments/<uuid:moment_id>/restore",
        of="deleted_achievement",
        roles=NOBODY,
        refusal=404,
    ),
)
ROUTES: tuple[Route, ...] = (
    *_noun("achievement", "achievements", "congratulation", "sent"),
    *_noun("hard_time", "hard_times", "support", "over"),
    *_QUESTIONS,
    *_PORTAL,
)
