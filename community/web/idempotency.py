"""One request, one effect: the first answer to an Idempotency-Key is kept and given again.

The key comes from the header (API) or a form's hidden field (portal). A second request with
the key while the first still runs answers 409, without waiting; another body answers 422.
"""

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Response, current_app, g, request
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert

from community.core import clock, db
from community.core.errors import BadRequest, Conflict, RuleBroken
from community.core.i18n import gettext as _
from community.core.idempotency import KEPT, IdempotencyKey
from community.web.session import find_actor, is_api, is_partial

FORM_FIELD = "idempotency_key"
_KEPT_HEADERS = ("Location", "ETag", "Content-Type", "Link")

_LOOK = text(
    "SELECT pg_try_advisory_xact_lock(hashtextextended(:lock, 0)) AS mine, k.request_digest, k.status, k.headers,"
    " k.body, k.thing_id FROM (SELECT 1) AS one LEFT JOIN idempotency_keys k"
    " ON k.team_id = :team_id AND k.member_id = :member_id AND k.key = :key AND k.created_at > :since"
)


def around(view: Callable[[], Any]) -> Any:
    """Run the view, or answer as it answered the first time."""
    key = _key()
    actor = find_actor()
    if key is None or actor is None or request.method != "POST":
        return view()
    digest = _digest()
    values = {"team_id": actor.team_id, "member_id": actor.member_id, "key": key}
    since = clock.now() - KEPT
    lock = f"{actor.member_id}:{key}"
    found = db.session().execute(_LOOK, {**values, "lock": lock, "since": since}).one()
    if not found.mine:
        raise _in_progress()
    if found.request_digest is not None:
        return _again(found, digest)
    response = current_app.make_response(view())
    if 200 <= response.status_code < 400:
        _keep(values, digest, response, since)
    return response


def _in_progress() -> Conflict:
    return Conflict(
        _("The first request with this key is still being worked on."), code="in_progress"
    )


def answer_holds_secret(thing_id: Any) -> None:
    """Say that this answer shows a secret: only the id of what it made is kept."""
    g.secret_of = thing_id


def _again(found: Any, digest: bytes) -> Response:
    if bytes(found.request_digest) != digest:
        raise RuleBroken(
            _("This Idempotency-Key was used for another request. Use a new key."),
            code="key_reused",
        )
    if found.thing_id is not None:
        raise Conflict(
            _("This was created already; its secret is shown once."), code="already_created"
        )
    response = Response(bytes(found.body or b""), status=found.status)
    for name, value in found.headers.items():
        response.headers[name] = value
    response.headers["Idempotent-Replayed"] = "true"
    return response


def _keep(values: dict[str, Any], digest: bytes, response: Response, since: datetime) -> None:
    secret_of = g.pop("secret_of", None)
    answer = {
        "request_digest": digest,
        "status": response.status_code,
        "headers": {
            name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers
        },
        "body": None if secret_of else response.get_data(),
        "thing_id": secret_of,
        "created_at": clock.now(),
    }
    # A row older than the 24 hours may still stand under this key. A younger one was committed
    # after we had looked and before we held the lock: ours is the second effect, and is undone.
    statement = insert(IdempotencyKey).values(**values, **answer)
    keeping = statement.on_conflict_do_update(
        index_elements=["team_id", "member_id", "key"],
        set_=answer,
        where=IdempotencyKey.created_at <= since,
    )
    if db.session().scalar(keeping.returning(IdempotencyKey.key)) is None:
        raise _in_progress()


def _key() -> str | None:
    key = request.headers.get("Idempotency-Key")
    if key is None and not is_api() and request.method == "POST":
        key = request.form.get(FORM_FIELD) or None
    if key is None:
        return None
    if not 8 <= len(key) <= 200 or not key.isascii() or not key.isprintable():
        raise BadRequest(
            _("An Idempotency-Key is 8 to 200 printable ascii characters."), code="bad_key"
        )
    return key


def _digest() -> bytes:
    # A part of a page answers nobody who asks for the whole.
    whole = "part" if is_partial() else "whole"
    hashed = hashlib.sha256(f"{request.method} {request.full_path} {whole}\n".encode())
    if request.mimetype == "multipart/form-data":
        for name, value in sorted(request.form.items(multi=True)):
            hashed.update(f"{name}\0{value}\0".encode())
        for name, upload in sorted(request.files.items(multi=True), key=lambda pair: pair[0]):
            hashed.update(
                f"{name}\0{upload.filename}\0".encode()
                + hashlib.sha256(upload.stream.read()).digest()
            )
            upload.stream.seek(0)
    else:
        hashed.update(request.get_data(cache=True))
    return hashed.digest()
