"""Which column goes to which field: guessed from the header, or checked as chosen.

A mapping is `{column: target}`; columns are the unique names of `tables.unique_columns`. A
target is a field of FIELDS, for addresses, numbers and links also `email:work`, with the label
after the colon. `email_label` and its like hold the label of the next such column, or one for each
of its values. `field:shoe_size` is a field of the team's own.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

from community.core.text import fold
from community.exchange.formats.errors import FormatError
from community.exchange.formats.limits import MAX_LABEL

FIELDS = (
    "name",
    "prefix",
    "first_name",
    "middle_name",
    "last_name",
    "suffix",
    "call_name",
    "sort_name",
    "email",
    "email_label",
    "phone",
    "phone_label",
    "url",
    "url_label",
    "address",
    "address_label",
    "organisation",
    "position",
    "positions",
    "birthday",
    "tags",
    "note",
    "external_id",
    "connected_on",
    "met_on",
    "details",
)
LABELLED = ("email", "phone", "url", "address")
OWN = "field"
NAMING = {"name", "first_name", "last_name", "call_name"}

# Target → header words, lower case, everything but letters and digits as one space.
_HEADERS = {
    "name": "name|full name|fullname|display name|person|contact|contact name|vollständiger name"
    "|anzeigename|kontakt",
    "prefix": "name prefix|prefix",
    "first_name": "first name|firstname|given name|given|forename|vorname",
    "middle_name": "middle name|additional name|weitere vornamen|zweiter vorname",
    "last_name": "last name|lastname|family name|surname|nachname|familienname|zuname",
    "suffix": "name suffix|suffix|namenszusatz",
    "call_name": "nickname|nick name|call name|rufname|spitzname",
    "sort_name": "sort as|sort name|file as|sortieren als",
    "email_label": "email label",
    "phone_label": "phone label",
    "url_label": "website label",
    "positions": "all positions",
    "email": "email|e mail|mail|email address|e mail address|e mail adresse|emailadresse"
    "|primary email|email 2|e mail 2|e mail 2 address|e mail 3 address|e mail 2 adresse"
    "|e mail 3 adresse|e mail adresse 2|e mail adresse 3|emails|mail address",
    "email:work": "work email|business email|e mail geschäftlich|e mail beruflich"
    "|e mail dienstlich",
    "email:home": "home email|personal email|private email|e mail privat",
    "phone": "phone|telephone|tel|telefon|phone number|telefonnummer|rufnummer|other phone"
    "|weiteres telefon|phones",
    "phone:work": "business phone|business phone 2|work phone|telefon geschäftlich"
    "|telefon geschäftlich 2|telefon firma|company main phone|telefon dienstlich|telefon arbeit",
    "phone:home": "home phone|home phone 2|telefon privat|telefon privat 2|private phone",
    "phone:mobile": "mobile|mobile phone|cell|cell phone|mobiltelefon|mobiltelefon 2|handy"
    "|handynummer|mobil|mobilnummer|mobile number",
    "phone:main": "primary phone|main phone|haupttelefon",
    "phone:work fax": "business fax|fax geschäftlich",
    "phone:home fax": "home fax|fax privat",
    "phone:fax": "fax|other fax|weitere faxnummer",
    "url": "url|website|web page|webseite|homepage|web|link|personal web page|links",
    "url:LinkedIn": "linkedin|linkedin url|linkedin profile",
    "address": "address|postal address|mailing address|adresse|anschrift|addresses",
    "address:home": "home address|private address|privatadresse",
    "address:work": "work address|business address|geschäftsadresse",
    "organisation": "organization|organisation|company|company name|organization name"
    "|organization 1 name|firma|unternehmen|arbeitgeber|employer|verein",
    "position": "position|title|job title|jobtitle|organization title|organization 1 title|role"
    "|rolle|funktion|beruf|berufsbezeichnung",
    "birthday": "birthday|birth date|birthdate|date of birth|dob|geburtstag|geburtsdatum",
    "tags": "tags|tag|labels|group membership|categories|category|kategorien|kategorie"
    "|schlagworte|schlagwörter|stichwörter|gruppen|groups",
    "note": "note|notes|notiz|notizen|comment|comments|bemerkung|bemerkungen|kommentar",
    "external_id": "external id|externalid|id|uid|contact id|kontakt id",
    "connected_on": "connected on|verbunden am|verbunden seit",
    "met_on": "met on|met|kennengelernt am|kennengelernt",
    "details": "further details|weitere angaben",
}
_EXACT = {header: target for target, words in _HEADERS.items() for header in words.split("|")}
_NUMBERED = re.compile(r"^(e mail|phone|website|address) \d+ (value|formatted|label|type)$")
_NUMBERED_TARGETS = {"e mail": "email", "phone": "phone", "website": "url", "address": "address"}
_NOT_WORD = re.compile(r"[\W_]+")
# Headers only one program writes.
_OUTLOOK = {
    "e mail 2 address",
    "e mail 2 adresse",
    "e mail display name",
    "business phone",
}
_OUTLOOK |= {
    "e mail typ",
    "telefon geschäftlich",
    "e mail adresse 2",
    "organisationsnr",
}


def guess_mapping(
    columns: tuple[str, ...], fields: Mapping[str, str] = MappingProxyType({})
) -> Mapping[str, str]:
    """A target for every column whose header says what it holds. `fields` as in `check_mapping`."""
    own = {fold(name): f"{OWN}:{key}" for key, name in fields.items()}
    # Outlook's Title is Mr or Ms; what others call title is its Job Title.
    salutation = "title" if "job title" in map(_words, columns) else ""
    mapping: dict[str, str] = {}
    once: set[str] = set()
    for column in columns:
        target = _target(column) or own.get(fold(column))
        if target is None or target in once or _words(column) == salutation:
            continue
        if target.split(":")[0] not in LABELLED and not target.endswith("_label"):
            once.add(target)
        mapping[column] = target
    return MappingProxyType(mapping)


def guess_source(columns: tuple[str, ...]) -> str:
    """ "linkedin", "google", "outlook", or "csv" for a table of nobody in particular."""
    words = {_words(column) for column in columns}
    if {"first name", "last name", "connected on"} <= words:
        return "linkedin"
    if any(_NUMBERED.match(word) for word in words):
        return "google"
    return "outlook" if words & _OUTLOOK else "csv"


def check_mapping(
    columns: tuple[str, ...],
    mapping: Mapping[str, str],
    fields: Mapping[str, str] = MappingProxyType({}),
) -> Mapping[str, str]:
    """The mapping without its empty targets; FormatError where it names what is not there.

    `fields` are the team's own, by key with their names; their targets are `field:key`.
    """
    kept = {column: target for column, target in mapping.items() if target}
    for column, target in kept.items():
        if column not in columns:
            raise FormatError("mapping_unknown_column", column=column[:MAX_LABEL])
        field_name, colon, label = target.partition(":")
        known = field_name in (LABELLED if colon else FIELDS)
        known = known or (field_name == OWN and label in fields)
        if not known or len(label) > MAX_LABEL:
            raise FormatError("mapping_unknown_field", field=target[:MAX_LABEL])
    if not NAMING & set(kept.values()):
        raise FormatError("mapping_without_name")
    return MappingProxyType(kept)


def _target(column: str) -> str | None:
    words = _words(column)
    if match := _NUMBERED.match(words):
        target = _NUMBERED_TARGETS[match[1]]
        return target if match[2] in ("value", "formatted") else f"{target}_label"
    if words in _EXACT:
        return _EXACT[words]
    # "Email (2)" is the second column called Email.
    return _EXACT.get(re.sub(r" \d+$", "", words)) if column.endswith(")") else None


def _words(column: str) -> str:
    return _NOT_WORD.sub(" ", column.lower()).strip()
