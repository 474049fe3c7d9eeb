"""What a reader says when it cannot go on (FormatError) or cannot use a row (record.RowError).

Codes are stable. `message` is in the language in force; a stored error is shown again in the
reader's by `_(MESSAGES[code], **params)`. `N_` marks the templates for extraction.
"""

from collections.abc import Mapping
from typing import Any

from community.core.errors import RuleBroken
from community.core.i18n import gettext


def N_(message: str) -> str:  # noqa: N802 - the extraction keyword gettext tools know
    """Mark a template for translation without translating it here."""
    return message


MESSAGES: dict[str, str] = {
    # The whole file is refused.
    "file_too_large": N_("The file is larger than %(limit)s MiB."),
    "file_empty": N_("The file is empty."),
    "file_zipped": N_(
        "This is a zip archive or an Excel workbook. Unpack it, or save it as CSV, and try again."
    ),
    "nul_byte": N_("The file holds a NUL byte, so it is not a text file."),
    "encoding_mixed": N_(
        "The file mixes two encodings: this line is not UTF-8, while line %(other)s is."
        " Save the file as UTF-8 and try again."
    ),
    "encoding_unknown": N_("The encoding cannot be told. Save the file as UTF-8 and try again."),
    "encoding_wrong": N_("The file cannot be read as %(encoding)s."),
    "too_many_lines": N_("The file has more than %(limit)s lines."),
    "too_many_rows": N_("The file has more than %(limit)s rows. Split it and import the parts."),
    "too_many_columns": N_("There are more than %(limit)s columns."),
    "record_too_long": N_("A row is longer than %(limit)s KiB."),
    "cell_too_long": N_("A cell is longer than %(limit)s KiB."),
    "quote_unclosed": N_("The quotation mark opened on this line is never closed."),
    "quote_misplaced": N_(
        "The quotation mark opened on this line is closed in the middle of a cell on line"
        " %(other)s. A quotation mark inside a cell must be doubled."
    ),
    "header_missing": N_("There is no line with column names."),
    "linkedin_header_missing": N_(
        "The columns First Name and Last Name were not found. Is this LinkedIn's Connections.csv?"
    ),
    "mapping_unknown_column": N_("There is no column “%(column)s”."),
    "mapping_unknown_field": N_("“%(field)s” is not a field a column can go to."),
    "mapping_without_name": N_("No column is mapped to a name."),
    "not_vcard": N_("This is not a vCard file: it should begin with BEGIN:VCARD."),
    "vcard_version": N_(
        "This is a vCard of version %(version)s. Export it as version 3.0 or 4.0 and try again."
    ),
    "vcard_nested": N_("A card begins inside another card (begun on line %(other)s)."),
    "vcard_unclosed": N_("The card begun on this line does not end."),
    "vcard_end_alone": N_("END without BEGIN."),
    "vcard_too_many_properties": N_("A card has more than %(limit)s properties."),
    "property_too_long": N_("A property is longer than %(limit)s KiB."),
    "too_many_folds": N_("A property is folded over more than %(limit)s lines."),
    "archive_elsewhere": N_(
        "This is the complete archive of a team. The operator reads it back by the command line."
    ),
    "archive_broken": N_(
        "This is no whole zip file. It may have been cut off on its way; fetch it again."
    ),
    "archive_name": N_(
        "The archive holds “%(name)s”, which no archive of ours does. Take the file as it was made."
    ),
    "archive_packed": N_("“%(name)s” in the archive is packed in a way that is not read here."),
    "archive_too_large": N_("Unpacked, the archive is larger than %(limit)s MiB."),
    "archive_too_much": N_(
        "The file holds more than can be read at once. Ask the operator for the complete archive of the"
        " team instead."
    ),
    "field_unknown": N_("There is no field “%(value)s” here."),
    "field_refused": N_("%(words)s"),
    "archive_bomb": N_("The archive unpacks to far more than it can hold, so it is not read."),
    "archive_manifest": N_(
        "The archive does not say what it holds, or holds something else. Take the file as it was"
        " made."
    ),
    "archive_changed": N_(
        "“%(name)s” in the archive is not what it was when the archive was made. Fetch it again."
    ),
    "archive_row": N_("A row of “%(name)s” in the archive cannot be read."),
    "archive_row_refused": N_("“%(name)s” in the archive holds what the tables do not take."),
    "archive_differs": N_("“%(name)s” would not be here what it is in the archive."),
    "archive_revision": N_(
        "The archive was made at revision %(theirs)s of the tables, and here they are at %(ours)s."
        " Read it with the version that made it, bring that up to date, and export again."
    ),
    "past_columns_missing": N_(
        "A table of what was needs the columns Date, Text and Person (or Email), and What: note,"
        " given or received."
    ),
    "too_many_past": N_("There are more than %(limit)s rows. Split it and import the parts."),
    # One row, or one field of it, is not used.
    "no_name": N_("No name, so nobody was made from this row."),
    "not_a_person": N_("This is a company or a group, not a person."),
    "too_many_cells": N_("The row has more cells than there are columns."),
    "too_long": N_("Longer than %(limit)s characters, so it was left out."),
    "too_many_values": N_("More than %(limit)s values; the rest was left out."),
    "email_malformed": N_("“%(value)s” is not an e-mail address."),
    "url_malformed": N_("“%(value)s” is not a web address."),
    "date_unreadable": N_("“%(value)s” is not a date."),
    "date_ambiguous": N_("“%(value)s” may be day first or month first. Choose which it is."),
    "line_malformed": N_("“%(value)s” is not a vCard property."),
    "what_unknown": N_("“%(value)s” is none of note, given and received."),
    "text_missing": N_("There is no text."),
    "day_missing": N_("There is no day."),
    "kind_unknown": N_("“%(value)s” is no kind of help; leave it empty for other help."),
    "person_unknown": N_("Nobody you see here is “%(value)s”. Import the people first."),
    "person_ambiguous": N_("Several people here are called “%(value)s”. Give a mail address."),
    "is_yourself": N_("This is about yourself."),
    "refused": N_("%(words)s"),
    # The row is fine, and the people who are here already say what becomes of it.
    "id_of_another": N_(
        "“%(value)s” stands for somebody else since an earlier import. Say where this file comes"
        " from, so that the two are kept apart."
    ),
    "joined": N_("The same person as on line %(line)s, so the two were put together."),
    "not_yours": N_(
        "Already known here: somebody else shares this person with you, and they alone may change"
        " it. Nothing was added."
    ),
    "keeps_own": N_("In the team already. Members keep their own details, so nothing was added."),
    "seen_by_others": N_(
        "Somebody else shares this person with the team. Choose “The team” for the import to add"
        " to what all see."
    ),
    # Left as it was when the import was undone.
    "changed_since": N_("Changed since the import: %(fields)s."),
    "edited_since": N_("Changed since the import."),
    "notes_since": N_("Somebody wrote a note since the import."),
    "in_use": N_("Something was added about this person since the import."),
    "merged_since": N_("Merged with another person since the import."),
    "deleted_since": N_("Deleted since the import."),
}


def render(code: str, params: Mapping[str, Any]) -> str:
    """The text of a message in the language in force."""
    return gettext(MESSAGES[code], **params)


class FormatError(RuleBroken):
    """The file as a whole is refused; nothing of it may be imported.

    `line` is the physical line to look at, counted from 1, or None where no line is to blame.
    """

    def __init__(self, code: str, line: int | None = None, **params: str | int) -> None:
        words = render(code, params)
        if line is not None:
            words = gettext("Line %(line)s: %(words)s", line=line, words=words)
        field = "mapping" if code.startswith("mapping_") else "file"
        super().__init__(words, code=code, field=field)
        self.line = line
        self.params = params
