"""How the tests of the JSON resources of people ask."""

from typing import Any

from marshmallow import Schema

from tests.web_client import Api


def create(api: Api, **given: Any) -> dict[str, Any]:
    response = api.post("/people", {"name": "Mara Ellison", **given})
    assert response.status_code == 201, response.json
    return response.json


def agrees(schema: Schema, body: dict[str, Any]) -> None:
    """The answer holds exactly the fields of the document, and they read back."""
    assert set(body) == set(schema.fields)
    assert schema.validate(body) == {}
