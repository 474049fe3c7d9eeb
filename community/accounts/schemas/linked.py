"""Accounts elsewhere that sign somebody in, as programs read them."""

from typing import Any

from marshmallow import fields

from community.accounts.models import LinkedAccount
from community.core.fields import Id, Schema
from community.core.providers import label_of


class LinkedAccountOut(Schema):
    """An account elsewhere of one's own, without what the provider calls one."""

    id = Id(required=True)
    provider = fields.String(required=True)
    issuer = fields.String(required=True)
    address = fields.String(required=True)
    created_at = fields.DateTime(required=True)
    last_used_at = fields.DateTime(required=True, allow_none=True)


class LinkedAccountsOut(Schema):
    """All of them."""

    items = fields.List(fields.Nested(LinkedAccountOut), required=True)


def dump_linked(account: LinkedAccount) -> dict[str, Any]:
    """One as it is answered."""
    return {
        "id": account.id,
        "provider": label_of(account.issuer),
        "issuer": account.issuer,
        "address": account.address,
        "created_at": account.created_at,
        "last_used_at": account.last_used_at,
    }
