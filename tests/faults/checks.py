"""What must hold after any fault: of the writes, of what they owe, and of what arrived."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from community.core import db
from community.identity.models import Actor
from community.journal import queries as journal
from community.reciprocity import actions as reciprocity
from tests.faults.conftest import Figures
from tests.faults.load import Tally
from tests.faults.rig import Rig


@dataclass(frozen=True)
class Writes:
    """The gives that were acknowledged (key → id), as the database knows them."""

    acknowledged: dict[str, str]
    lost: list[str]
    doubled: list[str]


def wrong(tallies: Sequence[Tally]) -> list[str]:
    """What the clients were told that they should not have been."""
    return [said for tally in tallies for said in tally.wrong]


def written(rig: Rig, owner: Actor, tallies: Sequence[Tally]) -> Writes:
    """P1, P2: which acknowledged gives of the team are missing, which are there twice."""
    acknowledged = {key: id_ for tally in tallies for key, id_ in tally.gives.items()}
    stored: dict[str, list[str]] = dict(
        rig.rows(
            "SELECT story, array_agg(give_id::text) FROM give_words WHERE team_id = %s"
            " GROUP BY story",
            owner.team_id,
        )
    )
    lost = [key for key, id_ in acknowledged.items() if id_ not in stored.get(key, [])]
    return Writes(acknowledged, lost, [story for story, ids in stored.items() if len(ids) > 1])


def check_writes(
    rig: Rig, owner: Actor, tallies: Sequence[Tally], figures: Figures, at_least: int = 1
) -> None:
    """P1, P2, P3, P9: none lost, none doubled, each with what it owes, and balances that sum up."""
    found = written(rig, owner, tallies)
    said = figures(
        acknowledged=len(found.acknowledged),
        requests=sum(tally.sent for tally in tallies),
        cut=sum(tally.cut for tally in tallies),
        replayed=sum(tally.replayed for tally in tallies),
        faults=dict(rig.kills),
        lost=len(found.lost),
        doubled=len(found.doubled),
    )
    assert not wrong(tallies), (said, wrong(tallies)[:5])
    assert len(found.acknowledged) >= at_least, said
    assert (found.lost, found.doubled) == ([], []), said
    assert owed_wrongly(rig, owner) == [], said
    assert differences(rig, owner) == [], said


def owed_wrongly(rig: Rig, owner: Actor) -> list[tuple[str, int, int, int]]:
    """P3: gives with another number of notices, owed mails or journal entries than one."""
    return rig.rows(
        """
        SELECT g.id::text, count(DISTINCT n.id), count(DISTINCT o.id), count(DISTINCT j.id)
        FROM gives g
        LEFT JOIN notices n ON n.team_id = g.team_id AND n.thing_id = g.id
        LEFT JOIN outbox o ON o.team_id = g.team_id AND o.key = 'mail:' || n.key
        LEFT JOIN journal_entries j ON j.team_id = g.team_id AND j.thing_id = g.id
        WHERE g.team_id = %s GROUP BY g.id
        HAVING (count(DISTINCT n.id), count(DISTINCT o.id), count(DISTINCT j.id)) <> (1, 1, 1)
        """,
        owner.team_id,
    )


def differences(rig: Rig, owner: Actor) -> list[str]:
    """P9, P14: where balances differ from a replay of the ledger, and the journal from its seals."""
    with rig.core(), db.transaction(owner.team_id):
        return [*reciprocity.verify(), *map(str, journal.verify(owner.team_id))]


def check_arrivals(
    rig: Rig, owner: Actor, give_ids: set[str], healed: float, figures: Figures
) -> None:
    """P4, P5, P9: each give one notice, and its mail arrived, a repeat under the same id."""
    notices: dict[str, list[str]] = dict(
        rig.rows(
            "SELECT thing_id::text, array_agg(id::text) FROM notices"
            " WHERE team_id = %s AND thing_id::text = ANY(%s) GROUP BY thing_id",
            owner.team_id,
            list(give_ids),
        )
    )
    arrived: dict[str, list[str]] = defaultdict(list)
    for message in rig.listener.arrived:
        arrived[message["References"]].append(message["Message-ID"])
    mails = {give_id: arrived[f"<give-{give_id}@localhost>"] for give_id in give_ids}
    lost = [give_id for give_id, ids in mails.items() if not ids]
    renamed = [give_id for give_id, ids in mails.items() if len(set(ids)) > 1]
    said = figures(
        acknowledged=len(give_ids),
        faults=dict(rig.kills),
        notices=sum(map(len, notices.values())),
        notices_doubled=sum(len(ids) - 1 for ids in notices.values()),
        mails=sum(map(len, mails.values())),
        mails_repeated=sum(len(ids) - 1 for ids in mails.values() if ids),
        lost=len(lost),
        repeats_with_another_id=len(renamed),
        all_out_after_seconds=round(healed, 1),
    )
    assert notices.keys() == give_ids, said
    assert all(len(ids) == 1 for ids in notices.values()), said
    assert (lost, renamed) == ([], []), said
    for give_id, (notice_id,) in notices.items():
        assert set(mails[give_id]) == {f"<notice-{notice_id}@localhost>"}, said
    dead = "SELECT count(*) FROM outbox WHERE team_id = %s AND state = 'dead'"
    assert rig.value(dead, owner.team_id) == 0, said
    assert differences(rig, owner) == [], said


def due(rig: Rig, owner: Actor) -> int:
    """Mails that are owed and not done, due or leased."""
    return int(
        rig.value(
            "SELECT count(*) FROM outbox WHERE team_id = %s AND queue = 'mail'"
            " AND next_at IS NOT NULL",
            owner.team_id,
        )
    )
