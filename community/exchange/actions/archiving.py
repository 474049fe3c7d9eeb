"""The complete archive of a team, out and in again: the operator's commands, each one transaction.

What is read back is counted and hashed once more as it stands in the tables then; where anything
differs, nothing of it is kept. Nothing is sent: work that was owed stays where it was owed.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from importlib import metadata
from itertools import count
from pathlib import Path
from typing import IO, Any
from uuid import UUID

import orjson
import psycopg
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from community.accounts.actions.teams import check_slug
from community.core import clock, db, tokens
from community.core.addresses import normalise_email
from community.core.csv_writing import write_csv
from community.core.errors import Conflict, NotFound
from community.core.i18n import gettext as _
from community.core.revisions import newest_revision
from community.exchange.formats import archives
from community.exchange.formats.archives import NOBODY, Lines, Manifest, Reader, Writer, renamed
from community.exchange.formats.errors import FormatError
from community.exchange.queries import archives as queries
from community.exchange.queries.archives import Kept
from community.identity.models import Team, User, UserEmail
from community.identity.queries import find_team

Told = Callable[[str, int], None]


def write_archive(slug: str, path: Path, told: Told = lambda _name, _rows: None) -> Manifest:
    """Everything a team holds, as of one moment, into a new file that its owner alone may read.

    `told` hears of each table that is written. Conflict where the file is there already.
    """
    with _new_file(path) as file, db.transaction(snapshot=True):
        team = find_team(slug)
        if team is None:
            raise NotFound(_("There is no team at this address."))
        db.enter(team.id, None)
        _take_as_long_as_it_takes()
        return _write(Writer(file, clock.now()), team, told)


@contextmanager
def _new_file(path: Path) -> Iterator[IO[bytes]]:
    """A file that is there only once it is whole."""
    part = path.with_name(f"{path.name}.part")
    if path.exists() or part.exists():
        text_ = _("%(path)s is there already. Nothing is overwritten.", path=path)
        raise Conflict(text_, code="file_exists")
    part.touch(mode=0o600)
    try:
        with part.open("wb") as file:
            yield file
        part.rename(path)
    finally:
        part.unlink(missing_ok=True)


def _write(writer: Writer, team: Team, told: Told) -> Manifest:
    tables = {}
    for kept in queries.kept_tables():
        lines = archives.with_files(queries.find_lines(kept), _files(kept, writer.file))
        tables[kept.name] = writer.lines(f"tables/{kept.name}.jsonl", lines)
        writer.chunks(f"csv/{kept.name}.csv", _csv(kept))
        told(kept.name, tables[kept.name].rows)
    accounts = (orjson.dumps(each) for each in queries.find_accounts())
    manifest = Manifest(
        made_at=clock.now().isoformat(),
        program_version=metadata.version("community"),
        revision=newest_revision(),
        team=queries.find_team_columns(team),
        users=writer.lines(archives.USERS, accounts),
        tables=tables,
    )
    writer.close(manifest)
    return manifest


def _files(kept: Kept, keep: Callable[[str, bytes], dict[str, Any]]) -> dict[str, Iterator[Any]]:
    """Has the bytes of a table's rows kept; returns by column what stands for each, in their order."""
    numbers = count(1)
    return {
        name: iter(
            [
                None
                if content is None
                else keep(f"files/{kept.name}/{next(numbers)}.bin", bytes(content))
                for content in queries.find_bytes(kept, name)
            ]
        )
        for name in kept.binary
    }


def _csv(kept: Kept) -> Iterator[bytes]:
    rows = (orjson.loads(line) for line in queries.find_lines(kept))
    return write_csv(kept.plain, ([_cell(row[name]) for name in kept.plain] for row in rows))


def _cell(value: Any) -> object:
    return orjson.dumps(value).decode() if isinstance(value, dict | list) else value


def read_archive(path: Path, slug: str, told: Told = lambda _name, _rows: None) -> Manifest:
    """A team of its own from an archive, at an address that is free; whole, or not at all.

    Members sign in by the addresses they had; whoever signs in with one of them here already is
    that member. Passwords, second factors and tokens are not in an archive.
    """
    with path.open("rb") as file, archives.reading(file) as reader, db.transaction():
        manifest = reader.manifest
        _refuse_another(manifest)
        _take_as_long_as_it_takes()
        with _plain(archives.MANIFEST):
            team = _make_team(manifest, slug)
        with _plain(archives.USERS):
            users = _bring_users(reader)
        db.enter(team.id, None)
        db.session().execute(_STAGING)
        for kept in queries.kept_tables():
            rows = _bring(reader, kept, users)
            told(kept.name, rows)
            if queries.names_others(kept, users.values()):
                # An account of this place that the archive does not bring is not its to let in.
                raise FormatError("archive_row_refused", name=f"tables/{kept.name}.jsonl")
    return manifest


def _refuse_another(manifest: Manifest) -> None:
    """Tables have one form a revision; what another wrote may not fit, or fit wrongly."""
    if manifest.revision != newest_revision():
        raise FormatError("archive_revision", theirs=manifest.revision[:40], ours=newest_revision())
    if set(manifest.tables) != {kept.name for kept in queries.kept_tables()}:
        raise FormatError("archive_manifest")


def _make_team(manifest: Manifest, slug: str) -> Team:
    if queries.find_slug(check_slug(slug)) is not None:
        raise Conflict(
            _("There is a team at this address already. An archive is read into a new one."),
            code="slug_taken",
            field="slug",
        )
    said = manifest.team
    try:
        team = Team(
            id=db.new_id(),
            key=tokens.team_key(),
            slug=slug,
            created_at=datetime.fromisoformat(str(said["created_at"])),
            **{name: said[name] for name in ("name", "zone", "locale", "settings")},
            agreement_number=int(said["agreement_number"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise FormatError("archive_manifest") from error
    db.add(team)
    db.flush()
    return team


def _bring_users(reader: Reader) -> dict[str, str]:
    """Makes who is not here yet; returns everybody's id here, by their id there."""
    users: dict[str, str] = {}
    for number, line in enumerate(reader.lines(archives.USERS, reader.manifest.users), 1):
        try:
            said = orjson.loads(line)
            given = UUID(said["id"])
            address = _primary(said["emails"])
            here = address and queries.find_user_by_address(address)
            here = here or _make_user(given, said, address)
        except (orjson.JSONDecodeError, KeyError, TypeError, ValueError, AttributeError) as error:
            raise FormatError("archive_row", number, name=archives.USERS) from error
        users[str(given)] = str(here)
    return users


def _primary(emails: Sequence[Mapping[str, Any]]) -> str | None:
    """The one address that an account is known and made by; None where it has none any more.

    The others were proved elsewhere, if at all: whoever has them adds them again.
    """
    if not emails:
        return None
    (address,) = [str(mail["address"]) for mail in emails if mail["is_primary"] is True]
    if normalise_email(address) != address:
        raise ValueError
    return address


def _make_user(given: UUID, said: Mapping[str, Any], address: str | None) -> UUID:
    user = User(
        id=db.new_id() if queries.has_user(given) else given,
        created_at=datetime.fromisoformat(said["created_at"]),
        disabled_at=_moment(said["disabled_at"]),
        **{name: said[name] for name in ("locale", "zone", "hotkeys")},
    )
    db.add(user)
    db.flush()
    # Whether the address is theirs was proved at another place; here it is proved by signing in.
    if address is not None:
        db.add(UserEmail(user_id=user.id, address=address, is_primary=True))
        db.flush()
    return user.id


def _moment(said: str | None) -> datetime | None:
    return datetime.fromisoformat(said) if said else None


_STAGING = text("CREATE TEMP TABLE archive_rows (line jsonb) ON COMMIT DROP")
_EMPTY = text("TRUNCATE archive_rows")


def _bring(reader: Reader, kept: Kept, users: Mapping[str, str]) -> int:
    """One table: laid down, put in place in one statement, and compared with what was told."""
    name = f"tables/{kept.name}.jsonl"
    put, there = Lines(), Lines()
    told = reader.lines(name, reader.manifest.tables[kept.name])
    lines = put.passing(archives.all_renamed(told, users))
    lines = archives.with_bytes(lines, kept.binary, reader.file)
    with _plain(name):
        _put(kept, renamed(lines, NOBODY, db.current_team_id()))
    back = archives.with_files(queries.find_lines(kept), _files(kept, archives.told_of))
    for _line in there.passing(back):
        pass
    if put.contents != there.contents:
        raise FormatError("archive_differs", name=name)
    return there.contents.rows


@contextmanager
def _plain(name: str) -> Iterator[None]:
    """What the database cannot take is a row that no archive of ours holds."""
    try:
        yield
    except (DBAPIError, psycopg.Error, UnicodeDecodeError, ValueError, AttributeError) as error:
        raise FormatError("archive_row_refused", name=name) from error


def _put(kept: Kept, lines: Iterable[bytes]) -> None:
    """Rows into their table in one statement, so that they may refer to each other."""
    connection = db.session().connection()
    connection.execute(_EMPTY)
    driver: Any = connection.connection.cursor()
    with driver.copy("COPY archive_rows (line) FROM STDIN") as copy:
        for line in lines:
            copy.write_row((line.decode(),))
    names = [*kept.plain, *kept.binary]
    listed = ", ".join(f'"{name}"' for name in names)
    taken = ", ".join(f'r."{name}"' for name in names)
    statement = (
        f'INSERT INTO "{kept.name}" (team_id, {listed}) SELECT :team_id, {taken}'
        f' FROM archive_rows a, jsonb_populate_record(NULL::"{kept.name}", a.line) r'
    )
    connection.execute(text(statement), {"team_id": db.current_team_id()})


def _take_as_long_as_it_takes() -> None:
    """No time limit for this transaction's statements: it is a command, on a whole team."""
    db.session().execute(text("SELECT set_config('statement_timeout', '0', true)"))
