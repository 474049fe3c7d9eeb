"""Every message of the portal and the mails, as a template for translators: `python -m tools.messages`.

English is the source language, so the template is made when it is wanted and not kept:
it goes to build/messages.pot. A language is `pybabel init -l de -i build/messages.pot
-d community/translations`, and its code in `community.core.i18n.LANGUAGES`.
"""

from collections.abc import Mapping
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import write_po

ROOT = Path(__file__).parents[1]
TEMPLATE = ROOT / "build" / "messages.pot"
METHODS = [
    ("**.py", "python"),
    ("**/templates/**.html", "jinja2"),
    ("**/templates/**.txt", "jinja2"),
]
KEYWORDS: Mapping[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "lazy": None,
    "gettext": None,
    "N_": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
}


def extract(folder: Path = ROOT / "community") -> Catalog:
    """The messages of all modules and templates, with the places they are in."""
    catalog = Catalog(project="Community", version="1", charset="utf-8")
    found = extract_from_dir(
        folder,
        METHODS,
        keywords=dict(KEYWORDS),
        comment_tags=("Translators:",),
        strip_comment_tags=True,
    )
    for name, line, message, comments, context in found:
        place = (f"{folder.name}/{name}", line)
        catalog.add(message, None, [place], auto_comments=comments, context=context)
    return catalog


def main() -> None:
    """Write the template."""
    catalog = extract()
    TEMPLATE.parent.mkdir(exist_ok=True)
    with TEMPLATE.open("wb") as file:
        write_po(file, catalog, width=100)
    print(f"{len(catalog)} messages in {TEMPLATE.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
