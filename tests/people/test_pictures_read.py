"""What a file with a picture may hold, and what is made of it; the hostile ones are in tests/corpus/pictures."""

import io
import json
import time
from pathlib import Path

import pytest
from PIL import Image

from community.core.errors import RuleBroken, TooLarge
from community.people.formats.pictures import LARGE, MAX_BYTES, SMALL, read_picture, take_upload
from tests.people.picturing import drawn

CORPUS = Path(__file__).parents[1] / "corpus" / "pictures"
EXPECTED: dict[str, str] = json.loads((CORPUS / "expected.json").read_text())


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


def test_every_file_of_the_corpus_has_its_outcome() -> None:
    assert {path.name for path in CORPUS.iterdir()} - {"expected.json"} == set(EXPECTED)


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_hostile_file_is_refused_or_made_anew_and_quickly(name: str) -> None:
    content, began = (CORPUS / name).read_bytes(), time.process_time()
    if EXPECTED[name] != "read":
        with pytest.raises(RuleBroken) as refused:
            read_picture(content)
        assert refused.value.code == EXPECTED[name]
        assert refused.value.errors[0].field == "file"
        assert "Save it" in str(refused.value.message)
    else:
        made = read_picture(content)
        for said in (made.large, made.small):
            assert said.startswith(b"\xff\xd8\xff")
            assert said.endswith(b"\xff\xd9")
            assert b"Secret" not in said
            assert b"Exif" not in said
            assert b"<script" not in said
            assert getattr(opened(said), "n_frames", 1) == 1
    assert time.process_time() - began < 1


def test_a_picture_is_turned_as_its_camera_said_and_cut_to_the_middle() -> None:
    made = opened(read_picture((CORPUS / "turned_with_place.jpg").read_bytes()).large)
    assert made.size == (64, 64)
    # Blue at the left and red at the right, turned to the right: blue is above.
    above, below = made.getpixel((32, 4)), made.getpixel((32, 60))
    assert isinstance(above, tuple)
    assert isinstance(below, tuple)
    assert above[2] > above[0]
    assert below[0] > below[2]


def test_both_sizes_are_squares_and_none_is_larger_than_the_file_was() -> None:
    made = read_picture(drawn(1600, 900))
    assert opened(made.large).size == (LARGE, LARGE)
    assert opened(made.small).size == (SMALL, SMALL)
    tiny = read_picture(drawn(40, 60))
    assert opened(tiny.large).size == opened(tiny.small).size == (40, 40)


@pytest.mark.parametrize("name", ["see_through.png", "palette_see_through.png", "deep_grey.png"])
def test_what_one_sees_through_is_white(name: str) -> None:
    shade = opened(read_picture((CORPUS / name).read_bytes()).large).getpixel((20, 20))
    assert isinstance(shade, tuple)
    assert min(shade) > 250


def test_an_empty_or_too_large_file_says_so_before_it_is_looked_at() -> None:
    with pytest.raises(RuleBroken, match="Choose a picture"):
        read_picture(b"")
    with pytest.raises(RuleBroken, match="10 MiB"):
        read_picture(b"x" * (MAX_BYTES + 1))
    with pytest.raises(TooLarge, match="10 MiB"):
        take_upload(MAX_BYTES * 2)
