"""The audit's page has words for every act there is."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from community.installation import AUDITED
from community.journal.policy import OF_THE_TEAM
from community.journal.portal import labels
from community.ledger.models import VERBS

ROOT = Path(__file__).parents[2]


def written() -> Iterator[str]:
    """The verbs that are written as such where the audit is told of an act."""
    for path in (ROOT / "community").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(
                ("journal.record", "journal_everywhere")
            ):
                yield from (a.value for a in node.args[1:2] if isinstance(a, ast.Constant))
            # One of two, chosen in the line before.
            match node:
                case ast.Assign(targets=[ast.Name(id="verb")], value=ast.IfExp() as chosen):
                    either = (chosen.body, chosen.orelse)
                    yield from (a.value for a in either if isinstance(a, ast.Constant))


def test_every_act_has_a_word() -> None:
    verbs = {*written(), *VERBS}
    assert len(verbs) > 30
    assert verbs - labels.VERBS.keys() == set()


def test_every_kind_of_thing_that_is_shown_has_a_word() -> None:
    assert {*OF_THE_TEAM, *AUDITED} == labels.KINDS.keys()


@pytest.mark.parametrize("name", [labels.verb_name, labels.kind_name])
def test_what_has_no_word_is_shown_as_it_is(name: object) -> None:
    assert name("walk_the_dog") == "walk the dog"  # type: ignore[operator]


def test_a_chosen_code_without_a_word_stays_chosen() -> None:
    assert ("walk_the_dog", "walk the dog") in labels.options(dict(labels.VERBS), "walk_the_dog")


def test_no_two_choices_read_alike() -> None:
    for codes in (labels.VERBS, labels.KINDS):
        names = [str(name) for name in codes.values()]
        assert sorted({*names}) == sorted(names)
