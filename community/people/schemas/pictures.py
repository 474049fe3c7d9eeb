"""Pictures as programs and forms send them."""

from marshmallow import fields

from community.core.fields import Choice, Id, Schema, Whole


class PictureFile(Schema):
    """A picture: JPEG, PNG or WebP, up to 10 MiB."""

    file = fields.Raw(required=True, metadata={"type": "string", "format": "binary"})


class NothingElse(Schema):
    """What stands beside the file: no field."""


class PictureArgs(Schema):
    """How large."""

    size = Choice(("large", "small"), load_default="large")


class EarlierPicture(Schema):
    """Which picture to show again: a `picture_id` that the person had."""

    picture_id = Id(required=True)


class PictureForm(Schema):
    """The form; the file comes beside it."""

    version = Whole(load_default=None, allow_none=True)
