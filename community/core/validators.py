"""What marshmallow refuses by itself, in our words and in the reader's language.

Importing this module gives every field and nested schema these messages; `core.fields` does.
"""

from collections.abc import Sized
from typing import Any, TypeVar

from marshmallow import ValidationError, fields, validate

from community.core.i18n import gettext as _
from community.core.i18n import lazy, ngettext

Counted = TypeVar("Counted", bound=Sized)

# marshmallow takes what becomes text when it is shown, but its types ask for text.
NEEDED: Any = lazy("This is needed.")
SCHEMA_MESSAGES: dict[str, Any] = {
    "type": lazy("This must be an object with fields."),
    "unknown": lazy("There is no such field."),
}

_MESSAGES: dict[type[fields.Field[Any]], dict[str, Any]] = {
    fields.Field: {
        "required": NEEDED,
        "null": NEEDED,
        "validator_failed": lazy("This is not possible here."),
    },
    fields.Nested: {"type": SCHEMA_MESSAGES["type"]},
    fields.List: {"invalid": lazy("This must be a list.")},
    fields.String: {
        "invalid": lazy("This must be text."),
        "invalid_utf8": lazy("This must be text."),
    },
    fields.Integer: {
        "invalid": lazy("This must be a whole number."),
        "too_large": lazy("This number is too large."),
    },
}
for _field, _messages in _MESSAGES.items():
    _field.default_error_messages = {**_field.default_error_messages, **_messages}


class Length(validate.Length):
    """How many characters a text, or entries a list, may have."""

    def __call__(self, value: Counted) -> Counted:
        """The value, or a refusal that says how many are possible."""
        if self.min is not None and len(value) < self.min:
            raise ValidationError(self._too_short(value))
        if self.max is not None and len(value) > self.max:
            raise ValidationError(self._too_long(value))
        return value

    def _too_short(self, value: Sized) -> str:
        low = self.min or 0
        if low == 1:
            return str(NEEDED)
        if isinstance(value, str):
            return ngettext("At least %(num)d character.", "At least %(num)d characters.", low)
        return ngettext("At least %(num)d entry.", "At least %(num)d entries.", low)

    def _too_long(self, value: Sized) -> str:
        high = self.max or 0
        if isinstance(value, str):
            return ngettext("At most %(num)d character.", "At most %(num)d characters.", high)
        return ngettext("At most %(num)d entry.", "At most %(num)d entries.", high)


class Range(validate.Range):
    """Between which numbers a number must lie."""

    def __call__(self, value: Any) -> Any:
        """The value, or a refusal that says what is possible."""
        if not self.min <= value <= self.max:
            raise ValidationError(
                _("This must be between %(low)s and %(high)s.", low=self.min, high=self.max)
            )
        return value
