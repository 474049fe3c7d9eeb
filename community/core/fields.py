"""Strict marshmallow fields: what is not exactly of the type is refused, never bent.

marshmallow's own take 1.9 or "1_000" as an integer, NUL in a string and "on" as true.
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from marshmallow import Schema as _Schema
from marshmallow import ValidationError, fields

from community.core.addresses import normalise_email
from community.core.i18n import gettext as _
from community.core.validators import SCHEMA_MESSAGES, Length, Range

MAX_INT = 2**31 - 1
_LINE_BREAKS = re.compile(r"\r\n?|[\u2028\u2029]")
_CONTROL = re.compile(r"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]")


class Schema(_Schema):
    """Input refuses unknown fields, so that a misspelt one is never silently lost."""

    error_messages = SCHEMA_MESSAGES

    class Meta:
        unknown = "raise"
        ordered = True


class Text(fields.String):
    """Unicode text: NFC, no NUL, no lone surrogates, no control characters; trimmed.

    `lines=False` also refuses line breaks. `length` is in characters.
    """

    def __init__(
        self, *, length: int = 200, minimum: int = 0, lines: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(validate=Length(min=minimum, max=length), **kwargs)
        self.length, self.minimum, self.lines = length, minimum, lines

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str:
        if not isinstance(value, str):
            raise ValidationError(_("This must be text."))
        if "\0" in value or any(0xD800 <= ord(c) <= 0xDFFF for c in value):
            raise ValidationError(_("This text holds characters that cannot be stored."))
        text = _LINE_BREAKS.sub("\n", unicodedata.normalize("NFC", value)).strip()
        if not self.lines and "\n" in text:
            raise ValidationError(_("This must be one line."))
        if _CONTROL.search(text):
            raise ValidationError(_("This text holds control characters."))
        return text


class Email(Text):
    """A mail address, stored normalised."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            length=254, metadata={"format": "email", **kwargs.pop("metadata", {})}, **kwargs
        )

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        address = normalise_email(text)
        if address is None:
            raise ValidationError(_("This is not a mail address, like name@example.org."))
        return address


class Url(Text):
    """An http(s) address."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(length=2000, **kwargs)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if not re.fullmatch(r"https?://[^\s/?#@]+(?:[/?#]\S*)?", text, re.IGNORECASE):
            raise ValidationError(_("This is not a web address, like https://example.org."))
        return text


class Whole(fields.Integer):
    """A whole number within a range; JSON numbers only (a form's digits are read by the form)."""

    def __init__(self, *, low: int = 0, high: int = MAX_INT, **kwargs: Any) -> None:
        super().__init__(strict=True, validate=Range(min=low, max=high), **kwargs)

    def _validated(self, value: Any) -> int:
        if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,10}", value.strip()):
            return int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValidationError(_("This must be a whole number."))
        return value


class YesNo(fields.Boolean):
    """true or false; a form's checkbox value is `yes`."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> bool:
        if value is True or value == "yes":
            return True
        if value is False or value == "no":
            return False
        raise ValidationError(_("This must be true or false."))


class Id(fields.UUID):
    """A UUID in its usual form."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> UUID:
        if not isinstance(value, str) or not re.fullmatch(
            r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", value
        ):
            raise ValidationError(_("This is not an id."))
        return UUID(value)


class Day(fields.Date):
    """A calendar day, `YYYY-MM-DD`."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> date:
        if not isinstance(value, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
            raise ValidationError(_("This must be a day, like 2026-03-31."))
        try:
            day = date.fromisoformat(value)
        except ValueError as error:
            raise ValidationError(_("There is no such day.")) from error
        if not 1900 <= day.year <= 2200:
            raise ValidationError(_("This year is out of range."))
        return day


class Moment(fields.DateTime):
    """A time with an offset (RFC 3339), kept as UTC."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> datetime:
        day, clock = r"[0-9]{4}-[0-9]{2}-[0-9]{2}", r"[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?"
        shape = f"{day}[Tt ]{clock}([Zz]|[+-][0-9]{{2}}:[0-9]{{2}})"
        if not isinstance(value, str) or not re.fullmatch(shape, value):
            raise ValidationError(
                _("This must be a time with an offset, like 2026-03-31T14:00:00+02:00.")
            )
        try:
            moment = datetime.fromisoformat(value.upper().replace("Z", "+00:00")).astimezone(UTC)
        except (ValueError, OverflowError) as error:
            raise ValidationError(_("There is no such time.")) from error
        if not 1900 <= moment.year <= 2200:
            raise ValidationError(_("This year is out of range."))
        return moment


class Choice(Text):
    """One of fixed codes."""

    def __init__(self, choices: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(length=60, **kwargs)
        self.choices = choices
        codes = [*choices, *([None] if self.allow_none else [])]
        self.metadata = {"enum": codes, **self.metadata}

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if text not in self.choices:
            raise ValidationError(
                _("This must be one of: %(choices)s.", choices=", ".join(self.choices))
            )
        return text


class Audience(Schema):
    """Who may see an item: `{"audience": …, "people": [ids], "circle_id": id}`."""

    audience = Choice(("private", "people", "circle", "team"), required=True)
    people = fields.List(Id(), load_default=list, validate=Length(max=100))
    circle_id = Id(load_default=None, allow_none=True)
