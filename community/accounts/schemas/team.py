"""What the pages of the team and its circles take, and the API of what the group agreed on."""

from community.core.fields import Choice, Schema, Text, Whole
from community.identity.models import ROLES


class MemberForm(Schema):
    """Another role for a member."""

    role = Choice(ROLES, required=True)
    version = Whole(required=True)


class RemovalForm(Schema):
    """A name, typed to confirm."""

    confirm = Text(length=200, minimum=1, required=True)
