"""Portal pages: a form is read by the same schema as the API, and comes back with its messages.

form = pages.Form(PersonIn())
if form.valid():
    with form.attempt():
        person = actions.create_person(actor, **form.data)
        return pages.done(_("Added."), to=url("people.page", slug=person.slug))
return pages.show("people/new.html", form=form)
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from flask import (
    Blueprint,
    Response,
    flash,
    make_response,
    redirect,
    render_template,
    request,
)
from marshmallow import Schema, ValidationError
from werkzeug.datastructures import MultiDict

from community.core import db
from community.core.errors import Conflict, NotAllowed, RuleBroken, Stale
from community.core.i18n import gettext as _
from community.web import faces
from community.web.errors import field_errors, referring_page
from community.web.form_values import (
    Difference,
    compare,
    flatten_values,
    marks_of,
    read_fields,
    with_theirs,
)
from community.web.session import is_partial

_MENDABLE = (RuleBroken, Conflict, NotAllowed)


def blueprint(name: str, *, feature: str = "", in_team: bool = True) -> Blueprint:
    """A portal blueprint of a feature (`name`, unless it has several), below `/t/<team>` or not."""
    prefix = "/t/<team>" if in_team else None
    package = f"community.{feature or name}"
    return Blueprint(name, package, url_prefix=prefix, template_folder="templates")


class Form:
    """What was sent, what it means, and what is wrong with it.

    Names in HTML: `field`, repeated for lists of values, `field-0-part` for lists of things,
    `field`, `field_people`, `field_circle` for an audience named `field`.
    """

    def __init__(self, schema: Schema, values: Mapping[str, Any] | None = None) -> None:
        self.schema = schema
        self.raw: MultiDict[str, str] = request.form
        self.initial = values or {}
        self.data: dict[str, Any] = {}
        self.errors: dict[str, list[str]] = {}
        self.submitted = request.method == "POST"
        self.refusal = 422
        self.is_stale = False
        if self.submitted:
            self.raw = with_theirs(self.raw, flatten_values(self.initial))

    def valid(self) -> bool:
        """Whether it was sent and the schema takes it; fills `data` or `errors`."""
        if not self.submitted:
            return False
        try:
            self.data = dict(self.schema.load(read_fields(self.schema, self.raw)))
        except ValidationError as error:
            for refused in field_errors(error):
                self.errors.setdefault(refused.field, []).append(refused.message)
        return not self.errors

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Run the act; a refusal undoes it and becomes the form's messages."""
        try:
            with db.attempt():
                yield
        except Stale:
            self.is_stale = True
            self.errors.setdefault("", []).append(
                _(
                    "Someone saved a change here after you opened this page. Nothing you typed is lost."
                )
            )
        except _MENDABLE as error:
            self.refusal = 403 if isinstance(error, NotAllowed) else 422
            for refused in error.errors:
                self.errors.setdefault(refused.field, []).append(str(refused.message))
            if not error.errors:
                self.errors.setdefault("", []).append(str(error.message))

    @property
    def version(self) -> Any:
        """The version the next send is made against: the newest, once the reader was shown it."""
        return self.value("version") if not self.is_stale else self.initial.get("version", "")

    def differences(self) -> list[Difference]:
        """Where what was sent is not what is stored now, field by field."""
        sent = read_fields(self.schema, self.raw)
        return compare(self._stored(), sent, self.raw.get("shown", ""))

    @property
    def shown(self) -> str:
        """Marks of the values the reader was shown, to go along with `version`."""
        came_back = self.submitted and not self.is_stale
        return self.raw.get("shown", "") if came_back else marks_of(self._stored())

    def _stored(self) -> dict[str, Any]:
        return read_fields(self.schema, flatten_values(self.initial))

    @property
    def status(self) -> int:
        """What a form that comes back says: 403 without the right, else 422; 200 before it is sent."""
        return self.refusal if self.errors else 200

    def value(self, name: str, default: Any = "") -> Any:
        """What to show in a control: what was typed, else the stored value."""
        if self.submitted:
            return self.raw.get(name, "")
        found = self.initial.get(name, default)
        return default if found is None else found

    def values(self, name: str) -> list[str]:
        """The chosen values of a control that takes several."""
        if self.submitted:
            return self.raw.getlist(name)
        return [str(value) for value in self.initial.get(name, [])]

    def of(self, name: str) -> list[str]:
        """The messages of a field."""
        return self.errors.get(name, [])


def show(
    template: str, *, form: Form | None = None, status: int | None = None, **values: Any
) -> Response:
    """A page, or the same template alone when htmx asks for a part."""
    html = faces.shown(render_template(template, form=form, **values))
    return make_response(html, status or (form.status if form else 200))


def done(
    text: str,
    *,
    to: str | None = None,
    undo: str | None = None,
    undo_label: str = "",
    part: str | None = None,
) -> Response:
    """The act is done: back to the page with a message and its Undo; a part when htmx asked for one.

    `to` must be an address of ours; without it the reader goes back to where they came from.
    `part` is the HTML that replaces the target; the message comes with it out of band.
    """
    message = {
        "text": text,
        "undo": {"url": undo, "label": undo_label or _("Undo")} if undo else None,
    }
    if part is not None and is_partial():
        html = faces.shown(part) + render_template("components/toast_reply.html", flash=message)
        return make_response(html)
    flash(message)  # type: ignore[arg-type]
    return redirect(to or back(), 303)  # type: ignore[return-value]


def table(name: str, content: bytes) -> Response:
    """A CSV file to keep."""
    response = Response(content, mimetype="text/csv")
    response.headers["Content-Disposition"] = f"attachment; filename={name}"
    return response


def cards(name: str, content: bytes) -> Response:
    """Cards for an address book, to keep."""
    response = Response(content, mimetype="text/vcard")
    response.headers["Content-Disposition"] = f"attachment; filename={name}"
    return response


def archive(name: str, content: bytes) -> Response:
    """A zip to keep: never shown, and kept by nobody on the way."""
    response = Response(content, mimetype="application/zip")
    response.headers["Content-Disposition"] = f"attachment; filename={name}"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    return response


def picture(content: bytes, mimetype: str, *, etag: str, kept: str) -> Response:
    """A picture, or nothing anew for a browser that has this one; `kept` says for how long it may."""
    known = f'"{etag}"' in request.headers.get("If-None-Match", "")
    response = Response(status=304) if known else Response(content, mimetype=mimetype)
    response.headers["Cache-Control"] = f"private, {kept}"
    response.headers["ETag"] = f'"{etag}"'
    return response


def back(default: str = "/") -> str:
    """The page of ours that the reader came from."""
    return referring_page(default)


def local_path(value: str | None, default: str) -> str:
    """A `next=` parameter, taken only when it is a path of ours."""
    if (
        not value
        or not value.startswith("/")
        or value.startswith("//")
        or "\\" in value
        or any(c < " " for c in value)
    ):
        return default
    return value
