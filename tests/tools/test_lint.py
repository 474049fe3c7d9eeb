"""Each house rule catches a planted breach, and lets the allowed neighbour pass."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tools.lint import python, sizes, text, tree
from tools.lint.finding import Finding

ROOT = Path(__file__).resolve().parents[2]
PYPROJECT = """
[[tool.importlinter.contracts]]
id = "roles"
containers = ["community.people"]
"""


def planted(root: Path, name: str, content: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)


def rules(found: "list[Finding]") -> list[str]:
    return [each.rule for each in found]


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ("clock", "import datetime\nAT = datetime.datetime.now(datetime.UTC)\n"),
        ("clock", "from datetime import datetime\nAT = datetime.utcnow()\n"),
        ("clock", "from datetime import date\nAT = date.today()\n"),
        ("clock", "from datetime import datetime\ndef f(clock=datetime.now): ...\n"),
        ("clock", "import time\nAT = time.time()\n"),
        ("commit", "def save(session):\n    session.commit()\n"),
        ("commit", "def save(session):\n    session.rollback()\n"),
        ("local-import", "def f():\n    from community.core import db\n    return db\n"),
        ("local-import", "class A:\n    def f(self):\n        import os\n        return os\n"),
        ("local-import", "def f():\n    if True:\n        import scipy, os\n"),
        ("broad-except", "try:\n    pass\nexcept Exception:\n    pass\n"),
        (
            "broad-except",
            "try:\n    pass\nexcept (ValueError, BaseException) as e:\n    print(e)\n",
        ),
        ("broad-except", "try:\n    pass\nexcept:\n    pass\n"),
    ],
)
def test_python_rules_catch(tmp_path: Path, rule: str, code: str) -> None:
    planted(tmp_path, "community/people/actions.py", code)
    assert rules(list(python.check(tmp_path))) == [rule]


@pytest.mark.parametrize(
    ("place", "code"),
    [
        ("community/core/clock.py", "import datetime\nAT = datetime.datetime.now(datetime.UTC)\n"),
        ("community/people/actions.py", "from community.core import clock\nAT = clock.now()\n"),
        ("community/people/actions.py", "import time\nSINCE = time.monotonic()\n"),
        ("community/core/db.py", "def end(session):\n    session.commit()\n"),
        ("community/people/matching.py", "def f():\n    from scipy import optimize\n"),
        ("community/worker.py", "try:\n    pass\nexcept Exception:\n    pass\n"),
        ("community/people/actions.py", "try:\n    pass\nexcept ValueError:\n    pass\n"),
        ("community/people/actions.py", "try:\n    pass\nexcept BaseException:\n    raise\n"),
        ("migrations/versions/1.py", "from community.core import db\n"),
    ],
)
def test_python_rules_let_pass(tmp_path: Path, place: str, code: str) -> None:
    planted(tmp_path, place, code)
    assert list(python.check(tmp_path)) == []


def test_a_migration_that_imports_models_is_caught(tmp_path: Path) -> None:
    planted(tmp_path, "migrations/versions/1.py", "from community.people.models import Person\n")
    planted(tmp_path, "migrations/versions/2.py", "import community.people.models\n")
    assert rules(list(python.check(tmp_path))) == ["migration-import"] * 2


@pytest.mark.parametrize(
    ("rule", "markup"),
    [
        ("inline-style", '<p style="color: red">Hi</p>'),
        ("inline-style", "<p\n class='a'\n style='x'>"),
        ("inline-style", "<style>p {}</style>"),
        ("inline-script", "<script>alert(1)</script>"),
        ("inline-script", '<a href="javascript:go()">Go</a>'),
        ("inline-handler", '<button onclick="go()">Go</button>'),
        ("inline-handler", '<button hx-on::after-request="go()">Go</button>'),
        ("unsafe", "{{ note|safe }}"),
        ("unsafe", "{{ note|safe % {'a': b} }}"),
        ("unsafe", "{{ _('words')|safe }}"),
        ("unsafe", "{% autoescape false %}"),
    ],
)
def test_template_rules_catch(tmp_path: Path, rule: str, markup: str) -> None:
    planted(tmp_path, "community/people/templates/people/person.html", markup)
    assert rules(list(text.check(tmp_path))) == [rule]


@pytest.mark.parametrize(
    "markup",
    [
        '<script src="/static/app.js" defer></script>',
        "<p>In the style = of 1990, once on = two</p>",
        '<input name="once" class="person" data-hotkeys="off">',
        '<button hx-post="/x" hx-target="#a">Go</button>',
        "{{ note|safely }}",
        "{{ _('Seen %(when)s')|safe % {'when': at|reldate} }}",
    ],
)
def test_template_rules_let_pass(tmp_path: Path, markup: str) -> None:
    planted(tmp_path, "community/people/templates/people/person.html", markup)
    assert list(text.check(tmp_path)) == []


def test_mail_may_carry_its_style_sheet_and_nothing_else(tmp_path: Path) -> None:
    where = "community/people/templates/people/email/note/body.html"
    planted(tmp_path, where, "<style>p {}</style><p style='x'>Hi</p><script>a()</script>")
    assert sorted(rules(list(text.check(tmp_path)))) == ["inline-script", "inline-style"]


@pytest.mark.parametrize("word", ["TO" + "DO", "FIX" + "ME", "XX" + "X"])
@pytest.mark.parametrize("place", ["community/a.py", "docs/a.md", "community/web/static/src/a.css"])
def test_leftovers_are_caught(tmp_path: Path, place: str, word: str) -> None:
    planted(tmp_path, place, f"/* {word}: later */\n")
    assert rules(list(text.check(tmp_path))) == ["leftover"]


def test_lock_files_name_public_hosts_only(tmp_path: Path) -> None:
    planted(
        tmp_path,
        "uv.lock",
        'source = { registry = "https://pypi.org/simple" }\n'
        'url = "https://files.pythonhosted.org/packages/a.whl"\n'
        'url = "https://mirror.example.org/a.whl"\n',
    )
    lock = {"packages": {"": {}, "node_modules/a": {"version": "1", "resolved": "https://x/a.tgz"}}}
    planted(tmp_path, "package-lock.json", json.dumps(lock))
    found = list(text.check(tmp_path))
    assert [(each.path, each.line, each.rule) for each in found] == [
        ("uv.lock", 3, "lock-host"),
        ("package-lock.json", 1, "lock-host"),
    ]


def test_file_names_are_roles(tmp_path: Path) -> None:
    for name in (
        "people/models.py",
        "people/queries/finding.py",
        "people/reports.py",
        "people/utils.py",
        "core/anything.py",
        "core/helpers.py",
    ):
        planted(tmp_path, f"community/{name}", "")
    found = [(each.path, each.rule) for each in tree.names(tmp_path)]
    assert found == [
        ("community/core/helpers.py", "name"),
        ("community/people/reports.py", "role"),
        ("community/people/utils.py", "name"),
        ("community/people/utils.py", "role"),
    ]


def test_a_feature_outside_the_contract_on_roles_is_caught(tmp_path: Path) -> None:
    planted(tmp_path, "pyproject.toml", PYPROJECT)
    for name in ("people", "records", "core"):
        planted(tmp_path, f"community/{name}/__init__.py", "")
    found = list(tree.contracts(tmp_path))
    assert ["community.records" in each.message for each in found] == [True]


def test_sizes_over_the_limit_are_caught_and_docstrings_do_not_count(tmp_path: Path) -> None:
    body = "    x = 1\n"
    doc = '    """' + "words\n    " * 80 + '"""\n'
    planted(tmp_path, "community/a.py", "x = 1\n" * 401)
    planted(tmp_path, "community/b.py", f"def long():\n{body * 60}\n")
    planted(tmp_path, "community/c.py", f"def told():\n{doc}{body * 59}\n")
    planted(tmp_path, "community/d.py", f"@blp.route('/')\ndef page():\n{body * 25}\n")
    assert [each.message.split(",")[0] for each in sizes.check(tmp_path)] == [
        "community/a.py has 401 lines",
        "community/b.py:long has 61 lines",
        "community/d.py:page has 26 lines",
    ]


def test_the_report_tells_the_percentiles(tmp_path: Path) -> None:
    for lines in range(1, 11):
        planted(tmp_path, f"community/f{lines}.py", "x = 1\n" * lines)
    counts = [row.split()[1:5] for row in sizes.report(tmp_path).splitlines()]
    assert counts[1] == ["10", "6", "10", "10"]


def test_every_exception_to_a_rule_is_still_needed() -> None:
    others = (f"community/{each}" for each in tree.OTHERS)
    for key in (*sizes.LONGER, *python.DATABASE, *others):
        path = ROOT / key.partition(":")[0]
        assert path.exists() or path.with_suffix(".py").exists(), key


def test_a_breach_fails_the_command_and_says_where(tmp_path: Path) -> None:
    planted(tmp_path, "pyproject.toml", PYPROJECT)
    planted(tmp_path, "community/people/actions.py", "def f(s):\n    s.commit()\n")
    argv = [sys.executable, "-m", "tools.lint", "--root", str(tmp_path)]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "community/people/actions.py:2: commit: s.commit()" in done.stderr
