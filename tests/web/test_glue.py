"""The shared web layer: who may pass, how errors look, keys and versions."""

import pytest

from community.identity.models import Actor
from community.web.session import CommunityFlask
from tests.web_client import Api, Portal, words_of


def test_the_document_is_open_to_all(app: CommunityFlask) -> None:
    response = Portal(app).client.get("/api/v1/openapi.json")
    assert response.status_code == 200
    assert response.json["openapi"] == "3.1.0"


def test_an_unknown_api_address_answers_problem_json(app: CommunityFlask, owner: Actor) -> None:
    response = Api(app, owner).get("/nothing-here")
    assert response.status_code == 404
    assert response.mimetype == "application/problem+json"
    assert set(response.json) == {"type", "title", "status", "detail", "code", "errors", "trace_id"}


def test_every_answer_carries_the_policy(app: CommunityFlask) -> None:
    response = Portal(app).client.get("/api/v1/openapi.json")
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert "unsafe" not in response.headers["Content-Security-Policy"]
    assert response.headers["Cache-Control"] == "no-store"


def test_an_unknown_page_is_a_page(app: CommunityFlask, owner: Actor) -> None:
    response = Portal(app, owner).get("/nothing-here")
    assert response.status_code == 404
    assert response.mimetype == "text/html"


def test_the_api_has_readable_pages(app: CommunityFlask) -> None:
    response = Portal(app).client.get("/api/docs")
    assert response.status_code == 200
    assert "openapi.json" in response.get_data(as_text=True)


@pytest.mark.parametrize("path", ["/t/a%00b/", "/t/a%00b/people", "/login/a%00", "/i/cty_a%00_x"])
def test_nul_in_an_address_names_nothing(app: CommunityFlask, path: str) -> None:
    assert app.test_client().get(path).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/people?q=%00",
        "/people?tag=a%00b",
        "/people.csv?q=%00",
        "/gives?from=%00",
        "/search?q=%00",
        "/search/palette?q=%00",
        "/people?%00=1",
        "/notifications?after=%00",
    ],
)
def test_nul_in_a_question_is_refused_in_words(
    app: CommunityFlask, owner: Actor, path: str
) -> None:
    assert Portal(app, owner).get(path).status_code == 422


def test_a_refused_page_tells_nobody_that_they_see_it(app: CommunityFlask, member: Actor) -> None:
    answer = Portal(app, member).get("/admin/audit")
    assert answer.status_code == 403
    said = words_of(answer)
    assert "This is not open to you" in said
    assert "Only owners read the audit." in said
    assert "You may see this" not in said
