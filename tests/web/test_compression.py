"""Built files go out packed; pages, which hold tokens beside what people typed, do not."""

import gzip
from pathlib import Path

import pytest

from community.web.session import CommunityFlask
from tests.web_client import BASE_URL

STYLE = b"a { color: blue }"


@pytest.fixture
def built(app: CommunityFlask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "app.css").write_bytes(STYLE)
    (tmp_path / "app.css.gz").write_bytes(gzip.compress(STYLE))
    (tmp_path / "plain.css").write_bytes(STYLE)
    monkeypatch.setattr(app, "static_folder", str(tmp_path))


@pytest.mark.parametrize(
    ("name", "takes", "packed"),
    [
        ("app.css", "gzip, br", True),
        ("app.css", "br", False),
        ("app.css", "gzip;q=0", False),
        ("plain.css", "gzip", False),
    ],
)
def test_a_file_is_packed_for_whoever_takes_it(
    app: CommunityFlask, built: None, name: str, takes: str, packed: bool
) -> None:
    headers = {"Accept-Encoding": takes}
    answer = app.test_client().get(
        f"/static/{name}", headers=headers, base_url=BASE_URL, buffered=True
    )
    assert answer.status_code == 200
    assert answer.headers.get("Content-Encoding") == ("gzip" if packed else None)
    assert (gzip.decompress(answer.data) if packed else answer.data) == STYLE
    assert answer.mimetype == "text/css"
    assert "Accept-Encoding" in answer.headers["Vary"]
    assert "max-age=31536000" in answer.headers["Cache-Control"]


def test_a_page_is_not_packed(app: CommunityFlask) -> None:
    headers = {"Accept-Encoding": "gzip"}
    answer = app.test_client().get("/login", headers=headers, base_url=BASE_URL)
    assert answer.status_code == 200
    assert "Content-Encoding" not in answer.headers
