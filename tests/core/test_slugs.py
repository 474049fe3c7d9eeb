"""Short ids in the addresses of pages."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from community.core import slugs


@given(st.uuids())
def test_the_slug_of_an_id_leads_back_to_it(thing_id: UUID) -> None:
    sought = slugs.read(slugs.slug(thing_id, "Lena Brandt"))
    assert sought is not None
    assert sought.names(thing_id)


@given(st.uuids(), st.integers(1, 2**32 - 1))
def test_ids_of_one_millisecond_are_told_apart(thing_id: UUID, other: int) -> None:
    twin = UUID(int=thing_id.int ^ other)
    sought = slugs.read(slugs.short_id(thing_id))
    assert sought is not None
    assert sought.names(thing_id)
    assert not sought.names(twin)


def test_a_short_id_is_sixteen_characters_before_the_name() -> None:
    slug = slugs.slug(UUID("01a20138-404e-7082-8b13-1fca0e241985"), "Renée O’Hara")
    short, _, name = slug.partition("-")
    assert len(short) == 16
    assert name == "renee-ohara"


@given(st.text(max_size=40))
def test_any_text_is_read_without_an_error(text: str) -> None:
    sought = slugs.read(text)
    assert sought is None or sought.low < sought.high


def test_what_is_not_a_short_id_names_nothing() -> None:
    for text in ("", "new", "import", "0123456789abcde", "0123456789abcdefgh", "u" * 16):
        assert slugs.read(text) is None
