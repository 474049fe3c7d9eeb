"""Every text can be translated: extraction finds them all, and a catalogue comes back as it went."""

import ast
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from jinja2 import Environment, nodes

from community.core import i18n
from tools.messages import KEYWORDS, ROOT, extract

CODE = ROOT / "community"
MARKS = frozenset(KEYWORDS)


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return extract()


def _ids(catalog: Catalog) -> set[str]:
    found: set[str] = set()
    for message in catalog:
        found.update([message.id] if isinstance(message.id, str) else message.id)
    return found


def _in_code() -> Iterator[tuple[str, ast.Call]]:
    for path in sorted(CODE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            named = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
            if named and node.func.id in MARKS and node.args:
                yield f"{path.relative_to(ROOT)}:{node.lineno}", node


def _in_templates() -> Iterator[tuple[str, nodes.Call]]:
    environment = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    for path in sorted(CODE.rglob("templates/**/*")):
        if path.suffix in (".html", ".txt"):
            for node in environment.parse(path.read_text()).find_all(nodes.Call):
                if isinstance(node.node, nodes.Name) and node.node.name in MARKS:
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", node


def test_every_message_of_the_code_is_found(catalog: Catalog) -> None:
    known, missing = _ids(catalog), []
    for place, call in _in_code():
        first = call.args[0]
        if isinstance(first, ast.Constant) and first.value not in known:
            missing.append(f"{place}: {first.value}")
    assert missing == []


def test_every_message_of_the_templates_is_found(catalog: Catalog) -> None:
    known = _ids(catalog)
    calls = list(_in_templates())
    assert len(calls) > 500
    texts = [(place, call.args[0]) for place, call in calls if call.args]
    assert [
        f"{place}: {text.value}"
        for place, text in texts
        if isinstance(text, nodes.Const) and text.value not in known
    ] == []


def test_a_message_is_written_out_where_it_is_marked() -> None:
    """`_(variable)` is only for texts that were marked with N_ where they stand."""
    marked_later = {
        place.rpartition(":")[0]
        for place, call in _in_code()
        if not isinstance(call.args[0], ast.Constant)
    }
    with_table = {
        place.rpartition(":")[0]
        for place, call in _in_code()
        if isinstance(call.func, ast.Name) and call.func.id == "N_"
    }
    defining = {"community/core/i18n.py"}
    assert marked_later - with_table - defining == set()
    composed = [
        place
        for place, call in _in_templates()
        if call.args and not isinstance(call.args[0], nodes.Const)
    ]
    assert composed == []


def test_places_in_messages_have_names(catalog: Catalog) -> None:
    """A translator can move named places about, and sees what they stand for."""
    bad = [
        message.id
        for message in catalog
        if message.id and any(sign in str(message.id) for sign in ("%s", "%d", "{}", "{0}"))
    ]
    assert bad == []


def test_one_word_does_not_glue_sentences(catalog: Catalog) -> None:
    """No message begins or ends in a space: pieces of sentences cannot be translated."""
    texts = [text for text in _ids(catalog) if text]
    assert [text for text in texts if text != text.strip()] == []


def _translated(catalog: Catalog) -> Catalog:
    """A language that says everything backwards in brackets."""
    made = Catalog(locale="de", charset="utf-8", project="Community", version="1")
    for message in catalog:
        if not message.id:
            continue
        if isinstance(message.id, str):
            text: str | tuple[str, ...] = f"⟦{message.id}⟧"
        else:
            text = tuple(f"⟦{part}⟧" for part in message.id)
        made.add(message.id, text, context=message.context, flags=message.flags)
    return made


def test_a_catalogue_comes_back_as_it_went(catalog: Catalog) -> None:
    sent = _translated(catalog)
    file = BytesIO()
    write_po(file, sent)
    file.seek(0)
    back = read_po(file, locale="de")
    assert {m.id: m.string for m in back if m.id} == {m.id: m.string for m in sent if m.id}
    assert [error for _message, errors in back.check() for error in errors] == []


def test_a_compiled_catalogue_is_spoken(
    catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "de" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "messages.mo").open("wb") as file:
        write_mo(file, _translated(catalog))
    monkeypatch.setattr(i18n, "TRANSLATIONS", tmp_path)
    i18n._catalogue.cache_clear()
    with i18n.speaking("de"):
        assert i18n.gettext("Please sign in.") == "⟦Please sign in.⟧"
        assert i18n.ngettext("%(num)d day ago", "%(num)d days ago", 3) == "⟦3 days ago⟧"
        late = i18n.lazy("Notifications")
        assert str(late) == "⟦Notifications⟧"
    assert str(late) == "Notifications"
    i18n._catalogue.cache_clear()
