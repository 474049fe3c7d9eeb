"""Imports for programs."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from community.exchange import actions, schemas
from community.exchange.formats.limits import MAX_FILE
from community.exchange.models import ImportBatch
from community.identity.models import Actor
from community.web.session import CommunityFlask
from tests.conftest import counting
from tests.exchange.test_actions import ANN, BOB, count, outsiders
from tests.factories.exchange import bring, table, work_on
from tests.factories.identity import make_member
from tests.web_client import Api

CORPUS = Path(__file__).parents[1] / "corpus" / "import"
EXPECTED = json.loads((CORPUS / "expected.json").read_text())


@pytest.fixture
def api(app: CommunityFlask, owner: Actor) -> Api:
    return Api(app, owner)


def send(api: Api, content: bytes, filename: str = "people.csv", **fields: str) -> TestResponse:
    data = {"file": (io.BytesIO(content), filename), **fields}
    return api.open("POST", "/imports", data=data, content_type="multipart/form-data")


def send_raw(api: Api, content: bytes) -> TestResponse:
    """A large file; the test client's own encoder would leave a temporary file open."""
    head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="x.csv"\r\n\r\n'
    body = head + content + b"\r\n--b--\r\n"
    return api.open("POST", "/imports", data=body, content_type="multipart/form-data; boundary=b")


def work(owner: Actor, answer: TestResponse) -> None:
    actions.carry_on(owner.team_id, answer.json["id"])


def test_a_file_is_taken_and_worked_on_and_undone(api: Api, owner: Actor) -> None:
    started = send(api, table(ANN, BOB))
    assert started.status_code == 202
    assert started.json == {"id": started.json["id"], "state": "queued", "progress": 0}
    path = started.headers["Location"].removeprefix("/api/v1")
    work(owner, started)
    done = api.get(path).json
    assert (done["state"], done["stage"], done["progress"]) == ("done", "done", 100)
    assert (done["counts"]["new"], done["filename"], done["format"]) == (2, "people.csv", "csv")
    assert done["visibility"]["audience"] == "private"
    assert schemas.ImportDetail().validate(done) == {}
    assert {"Ann Lee", "Bob Ray"} == set(outsiders(owner))
    assert api.open("DELETE", path).status_code == 204
    undone = api.get(path).json
    assert (undone["state"], undone["stage"], undone["progress"]) == ("done", "undone", 100)
    assert undone["undone_at"] is not None
    assert undone["counts"]["removed"] == 2
    assert outsiders(owner) == {}
    assert api.open("DELETE", path).status_code == 204


def test_a_file_of_a_header_alone_is_gone_through(api: Api, owner: Actor) -> None:
    batch = bring(owner, table())
    shown = api.get(f"/imports/{batch.id}").json
    assert (shown["state"], shown["progress"], shown["counts"]["new"]) == ("done", 100, 0)


def test_a_dry_run_shows_rows_and_is_published_by_a_verb(api: Api, owner: Actor) -> None:
    started = send(api, table(ANN, BOB, ",x@example.org,,,,,,,"), dry_run="true")
    work(owner, started)
    path = f"/imports/{started.json['id']}"
    preview = api.get(path).json
    assert (preview["state"], preview["stage"], preview["published_at"]) == ("done", "ready", None)
    assert preview["errors"] == [
        {
            "line": 4,
            "field": "name",
            "code": "no_name",
            "message": "No name, so nobody was made from this row.",
        }
    ]
    first = api.get(f"{path}/rows?limit=2").json
    second = api.get(f"{path}/rows?limit=2&cursor={first['next']}").json
    rows = [*first["items"], *second["items"]]
    assert [(row["line"], row["outcome"], row["name"]) for row in rows] == [
        (2, "new", "Ann Lee"),
        (3, "new", "Bob Ray"),
        (4, "error", None),
    ]
    assert "positions" in rows[0]["fields"]
    assert schemas.RowList().validate({"items": rows, "next": None}) == {}
    assert [r["line"] for r in api.get(f"{path}/rows?outcome=error").json["items"]] == [4]
    assert outsiders(owner) == {}
    published = api.post(f"{path}/publication")
    assert (published.status_code, published.json["state"]) == (202, "running")
    work(owner, started)
    assert set(outsiders(owner)) == {"Ann Lee", "Bob Ray"}


def test_mapping_order_encoding_source_and_audience_are_taken(api: Api, owner: Actor) -> None:
    content = "Wer;Geboren;Nr\nBärbel Groß;3/4/1980;7\n".encode("cp1252")
    started = send(
        api,
        content,
        format="csv",
        mapping=json.dumps({"Wer": "name", "Geboren": "birthday", "Nr": "external_id"}),
        order="dmy",
        encoding="cp1252",
        source="crm",
        visibility=json.dumps({"audience": "team"}),
    )
    work(owner, started)
    person = outsiders(owner)["Bärbel Groß"]
    assert person.birthday == {"day": 3, "month": 4, "year": 1980}
    assert (person.audience, person.source_detail) == ("team", "crm")
    shown = api.get("/people?external_id=7&source=crm").json["items"]
    assert [item["id"] for item in shown] == [str(person.id)]


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_bad_files_are_refused_with_the_line_and_nothing_is_kept(
    api: Api, owner: Actor, name: str
) -> None:
    expected = EXPECTED[name]
    refused = send(api, (CORPUS / name).read_bytes(), name, format=expected["reader"])
    assert (refused.status_code, refused.json["code"]) == (422, expected["code"])
    (error,) = refused.json["errors"]
    assert error["field"] == "file"
    assert error["message"].startswith(f"Line {expected['line']}: ") == bool(expected["line"])
    assert count(owner, ImportBatch) == 0


def test_a_file_that_is_too_large_is_refused_unread(api: Api, owner: Actor) -> None:
    refused = send_raw(api, b"x" * (MAX_FILE + 200_000))
    assert (refused.status_code, refused.json["code"]) == (413, "file_too_large")
    assert "10 MiB" in refused.json["detail"]
    just_above = send_raw(api, b"x" * (MAX_FILE + 1))
    assert (just_above.status_code, just_above.json["code"]) == (413, "file_too_large")
    assert count(owner, ImportBatch) == 0


def test_only_this_body_may_be_large(api: Api) -> None:
    refused = api.open("POST", "/people", data=b"x" * 2_000_000, content_type="application/json")
    assert refused.status_code == 413


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"format": "xls"}, "format"),
        ({"mapping": "{"}, "mapping"),
        ({"mapping": '["name"]'}, "mapping"),
        ({"visibility": '{"audience": "all"}'}, "visibility.audience"),
        ({"dry_run": "perhaps"}, "dry_run"),
        ({"order": "ymd"}, "order"),
        ({"colour": "blue"}, "colour"),
        ({"mapping": '{"Nobody": "name"}'}, "mapping"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(
    api: Api, owner: Actor, fields: dict[str, str], field: str
) -> None:
    refused = send(api, table(ANN), **fields)
    assert refused.status_code == 422
    assert [error["field"] for error in refused.json["errors"]] == [field]
    assert count(owner, ImportBatch) == 0


def test_a_file_is_needed(api: Api) -> None:
    refused = api.open(
        "POST", "/imports", data={"format": "csv"}, content_type="multipart/form-data"
    )
    assert (refused.status_code, refused.json["errors"][0]["field"]) == (422, "file")


def test_the_same_key_brings_a_file_once(api: Api, owner: Actor) -> None:
    def again() -> TestResponse:
        data = {"file": (io.BytesIO(table(ANN)), "people.csv")}
        return api.open(
            "POST",
            "/imports",
            data=data,
            content_type="multipart/form-data",
            headers={"Idempotency-Key": "one-file-once"},
        )

    first, second = again(), again()
    assert first.json["id"] == second.json["id"]
    assert count(owner, ImportBatch) == 1


def test_imports_are_their_importers_alone(app: CommunityFlask, api: Api, owner: Actor) -> None:
    mine = bring(owner, table(ANN))
    other = Api(app, make_member(owner))
    assert [item["id"] for item in api.get("/imports").json["items"]] == [str(mine.id)]
    assert other.get("/imports").json["items"] == []
    for method, path in (
        ("GET", ""),
        ("GET", "/rows"),
        ("POST", "/publication"),
        ("DELETE", ""),
    ):
        assert other.open(method, f"/imports/{mine.id}{path}").status_code == 404
    guest = Api(app, make_member(owner, role="guest"))
    assert send(guest, table(ANN)).status_code == 403


def test_reading_needs_the_scope(app: CommunityFlask, owner: Actor) -> None:
    reader = Api(app, owner, scopes=("read",))
    assert send(reader, table(ANN)).status_code == 403
    assert reader.get("/imports").status_code == 200


def test_lists_of_imports_and_rows_cost_few_statements(api: Api, owner: Actor) -> None:
    batch = bring(owner, table(ANN, BOB))
    for path in ("/imports", f"/imports/{batch.id}", f"/imports/{batch.id}/rows"):
        with counting() as sent:
            assert api.get(path).status_code == 200
        assert len(sent) <= 4, str(sent)


def test_the_document_says_how_a_file_is_sent(api: Api) -> None:
    document: dict[str, Any] = api.client.get("/api/v1/openapi.json").json
    paths = {path for path in document["paths"] if "/imports" in path}
    assert len(paths) == 7
    posted = document["paths"]["/api/v1/imports"]["post"]
    ((content_type, content),) = posted["requestBody"]["content"].items()
    assert content_type == "multipart/form-data"
    name = content["schema"]["$ref"].rpartition("/")[2]
    properties = document["components"]["schemas"][name]["properties"]
    assert set(properties) == {"file", *schemas.ImportIn().fields}
    assert properties["file"]["format"] == "binary"
    assert "202" in posted["responses"]


def test_an_import_has_no_version_so_that_its_undo_needs_none(api: Api, owner: Actor) -> None:
    batch = bring(owner, table(ANN))
    path = f"/imports/{batch.id}"
    assert "ETag" not in api.get(path).headers
    assert api.open("DELETE", path).status_code == 204
    assert api.open("DELETE", path).status_code == 204, "an undo that is done is done"
    assert api.get(path).json["stage"] == "undone"
    document = api.get("/openapi.json").json["paths"]["/api/v1/imports/{batch_id}"]["delete"]
    assert "If-Match" not in str(document)


def test_a_row_tells_what_the_person_has_no_field_for(api: Api, owner: Actor) -> None:
    card = b"BEGIN:VCARD\nVERSION:3.0\nFN:Dana\nADR;TYPE=HOME:;;Ufer 3;Berlin;;10115;\nEND:VCARD\n"
    batch = bring(owner, card, filename="dana.vcf", dry_run=True)
    (row,) = api.get(f"/imports/{batch.id}/rows").json["items"]
    address = {"kind": "address", "label": "home", "value": "Ufer 3, 10115 Berlin"}
    assert (row["fields"], row["extra"]) == (["name", "extra", "external_id"], [address])
    api.post(f"/imports/{batch.id}/publication")
    work_on(batch)
    (row,) = api.get(f"/imports/{batch.id}/rows").json["items"]
    assert api.get(f"/people/{row['person_id']}").json["extra"] == [address]
