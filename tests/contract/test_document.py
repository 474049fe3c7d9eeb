"""The OpenAPI document: valid, complete, and every operation behaves as it says.

schemathesis makes the requests, drawn from the schemas, valid and not. With COMMUNITY_FAULTS=full
it draws more, and values at every boundary of the schemas.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis.config import CacheConfig
from schemathesis.engine import events, from_schema
from schemathesis.schemas import BaseSchema

from community.accounts import policy
from community.web import openapi
from community.web.session import CommunityFlask
from tests.contract.route import API, Route
from tests.contract.table import ROUTES
from tests.contract.things import Thing
from tests.contract.world import World, told
from tests.factories import identity
from tests.faults.sizes import FULL, size
from tests.web_client import Api

DOCUMENT = f"{API}/openapi.json"
OPERATIONS = [r for r in ROUTES if r.rule.startswith(API) and r.rule != DOCUMENT]
EXAMPLES = size(10, 100)
PHASES = ["examples", *(["coverage"] if FULL else []), "fuzzing"]
# Rules that no schema can say (the person exists, the day has come) answer 422 to valid data,
# and the access matrix covers credentials.
UNASKED = ["positive_data_acceptance", "ignored_auth"]
VERSIONED = ("PATCH", "PUT", "DELETE")


@pytest.fixture(autouse=True)
def _no_factor_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A drawn setting of the team would shut every later program out."""
    monkeypatch.setattr(policy, "must_have_factor", lambda _actor: False)


@pytest.fixture
def document(app: CommunityFlask) -> dict[str, Any]:
    return _document(app)


def path_of(route: Route) -> str:
    """A route's path as the document writes it."""
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route.rule)


def test_the_document_is_valid_openapi_3_1(app: CommunityFlask, document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    assert app.test_client().get(DOCUMENT).json == document, "asked twice, answered twice the same"
    OpenAPIV31SpecValidator(document).validate()


def test_no_route_is_missing_from_the_document(document: dict[str, Any]) -> None:
    written = {(method.upper(), path) for path, method, _op in openapi.operations(document)}
    assert {(route.method, path_of(route)) for route in OPERATIONS} == written


def test_every_operation_says_what_it_does_and_answers(document: dict[str, Any]) -> None:
    for path, method, operation in openapi.operations(document):
        name = f"{method} {path}"
        assert operation.get("summary", "").endswith("."), name
        assert operation["tags"], name
        assert any(code.startswith("2") for code in operation["responses"]), name
        assert "application/problem+json" in operation["responses"]["default"]["content"], name


@pytest.mark.parametrize("route", OPERATIONS, ids=str)
def test_the_scope_in_the_document_is_the_one_that_is_asked_for(
    document: dict[str, Any], route: Route
) -> None:
    operation = document["paths"][path_of(route)][route.method.lower()]
    assert operation["security"] == [{"token": [route.needs]}]


@pytest.mark.parametrize("route", [r for r in OPERATIONS if r.method in VERSIONED], ids=str)
def test_what_needs_a_version_says_so(world: World, document: dict[str, Any], route: Route) -> None:
    operation = document["paths"][path_of(route)][route.method.lower()]
    said = [p for p in operation.get("parameters", []) if p.get("name") == "If-Match"]
    thing = world.named_by(route)
    actor = world.people[route.by] if route.by else thing.maker
    path = route.path(thing.path).removeprefix(API)
    api, kind = world.api(actor), "data" if route.uploads else "json"
    for header, status in ((None, 428), ("nonsense", 412), ('"999999"', 412)):
        headers = {} if header is None else {"If-Match": header}
        if said:
            body = {kind: route.body(world, thing)}
            response = api.open(route.method, path, headers=headers, **body)
            assert response.status_code == status, told(response)
    if not said:
        body = {kind: route.body(world, thing)}
        assert api.open(route.method, path, **body).status_code == route.answers


@pytest.mark.timeout(600)
@pytest.mark.parametrize("route", OPERATIONS, ids=str)
def test_an_operation_does_what_the_document_says(wild_world: World, route: Route) -> None:
    schema = _schema(wild_world, route)
    complaints = list(_complaints(schema))
    assert not complaints, "\n\n".join(complaints[:20])


@pytest.mark.timeout(600)
def test_chains_of_operations_do_what_the_document_says(wild_world: World) -> None:
    schema = _loaded(wild_world, identity.make_team(), _document(wild_world.app))
    schema = schema.exclude(path=f"{API}/me/departure")
    schema.config.phases.update(phases=["stateful"])
    complaints = list(_complaints(schema))
    assert not complaints, "\n\n".join(complaints[:20])


def _schema(world: World, route: Route) -> BaseSchema:
    thing = world.named_by(route)
    actor = world.people[route.by] if route.by else thing.maker
    document, path = _document(world.app), path_of(route)
    # Of a whole document schemathesis walks every operation at each phase.
    document["paths"] = {path: document["paths"][path]}
    schema = _loaded(world, actor, document).include(method=route.method, path=path)
    schema.config.phases.update(phases=PHASES)
    places = {f"path.{name}": thing.path[name] for name in route.places}
    schema.config.update(parameters=places)
    _name_somebody(schema, world, route, thing)
    return schema


def _document(app: CommunityFlask) -> dict[str, Any]:
    found: dict[str, Any] = app.test_client().get(DOCUMENT).json
    return found


def _loaded(world: World, actor: Any, document: dict[str, Any]) -> BaseSchema:
    config = schemathesis.Config(cache=CacheConfig(enabled=False))
    schema = schemathesis.openapi.from_dict(document, config=config)
    schema.app = world.app
    token = Api(world.app, actor).token
    schema.config.update(
        headers={"Authorization": f"Bearer {token}", "If-Match": "*"},
        continue_on_failure=True,
        workers=1,
    )
    schema.config.generation.update(
        max_examples=EXAMPLES,
        deterministic=True,
        database="none",
        no_shrink=True,
        with_security_parameters=False,
    )
    # To read our sources for words to try takes longer than ten examples.
    schema.config.analysis.constants.enabled = EXAMPLES > 10
    schema.config.checks.missing_required_header.expected_statuses = ["428"]
    schema.config.checks.update(excluded_check_names=UNASKED)
    return schema


def _name_somebody(schema: BaseSchema, world: World, route: Route, thing: Thing) -> None:
    """Let every other drawn body name a person who is there, so that acts succeed too."""
    if not route.refers:
        return
    somebody = str(world.subject(thing.maker).id)

    @schema.hook("map_case")
    def name_somebody(_context: Any, case: Any) -> Any:
        is_valid = (
            case.meta is None or case.meta.generation.mode is schemathesis.GenerationMode.POSITIVE
        )
        if is_valid and isinstance(case.body, dict) and len(str(case.body)) % 2:
            case.body = {**case.body, route.refers[0]: somebody}
        return case


def _complaints(schema: BaseSchema) -> Iterator[str]:
    asked = 0
    for event in from_schema(schema).execute():
        if isinstance(event, events.NonFatalError | events.FatalError):
            yield f"schemathesis: {vars(event) if hasattr(event, '__dict__') else event}"
        if isinstance(event, events.ScenarioFinished):
            asked += len(event.recorder.interactions)
            yield from _failed(event.recorder.checks)
    assert asked, "schemathesis asked nothing"


def _failed(checks: Any) -> Iterator[str]:
    for found in checks.values():
        for check in found:
            info = check.failure_info
            if info is not None:
                said = " ".join(info.failure.message.split())[:300]
                yield f"{check.name}: {info.failure.title}: {said}\n{info.code_sample[:600]}"
            elif check.status.value == "error":
                yield f"{check.name} could not be checked"
