"""Kinds of input that only people have: what the team's own fields hold, and labels in one line."""

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields

from community.core.fields import Text
from community.core.i18n import gettext as _
from community.core.validators import Length

NAME, KEY, MANY, LABEL, CUSTOM, LEARNED = 200, 500, 50, 60, 2_000, 1_000


class CustomRaw(fields.Field[Any]):
    """What a field of the team's own may hold, before its kind is asked; null empties it."""

    def __init__(self) -> None:
        super().__init__(allow_none=True)
        self.text = Text(length=CUSTOM, lines=True)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> Any:
        if isinstance(value, str):
            return self.text.deserialize(value)
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not is_number:
            raise ValidationError(_("This must be a text or a number."))
        return value


class CustomFields(fields.Dict):
    """What the team's own fields hold, by key. Fields that are left out stay as they are."""

    def __init__(self, **kwargs: Any) -> None:
        told = {
            "description": "By the keys of `GET /custom_fields`: a text, a number, a day, one of"
            " the choices, or a person's id; null empties it."
        }
        keys = Text(length=LABEL, minimum=1)
        super().__init__(
            keys=keys, values=CustomRaw(), validate=Length(max=MANY), metadata=told, **kwargs
        )


class CommaList(Text):
    """Labels in one line, separated by commas, as a form sends them."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> Any:
        line = super()._deserialize(value, attr, data, **kwargs)
        labels = [label.strip() for label in line.split(",") if label.strip()]
        if len(labels) > MANY or any(len(label) > LABEL for label in labels):
            raise ValidationError(
                _("At most %(many)d tags of %(length)d characters.", many=MANY, length=LABEL)
            )
        return labels

    def _validate(self, value: Any) -> None:
        """The labels were measured while they were read."""
