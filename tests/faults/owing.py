"""Gives whose mails are owed, for the tests that harm those who bring them."""

from collections.abc import Sequence

from community.identity.models import Actor
from tests.faults.load import Client, Tally
from tests.faults.rig import Rig


def log_to_all(rig: Rig, owner: Actor, members: Sequence[Actor]) -> list[str]:
    """Log one give to each member, each of which owes one mail; the ids of the gives."""
    client, tally = Client(rig, rig.token(owner)), Tally()
    ids = [client.log_give(str(member.person_id), tally) for member in members]
    assert tally.wrong == []
    return ids


def outbox_of(rig: Rig, owner: Actor, give_ids: list[str]) -> list[tuple[str, int, float]]:
    """State, attempts, and in how many seconds the next comes, of the mails about these gives."""
    return rig.rows(
        "SELECT o.state, o.attempt, coalesce(extract(epoch FROM o.next_at - clock_timestamp()), 0)"
        " FROM outbox o JOIN notices n ON n.team_id = o.team_id AND o.key = 'mail:' || n.key"
        " WHERE o.team_id = %s AND n.thing_id::text = ANY(%s)",
        owner.team_id,
        give_ids,
    )


def all_are(rig: Rig, owner: Actor, give_ids: list[str], state: str) -> bool:
    """Whether the mail of each of these gives is in this state."""
    rows = outbox_of(rig, owner, give_ids)
    return len(rows) == len(give_ids) and all(row[0] == state for row in rows)


def let_leases_pass(rig: Rig) -> None:
    """The checks do not sit out the minute that a dead worker's leases last; they end now."""
    rig.rows(
        "UPDATE outbox SET lease_until = clock_timestamp() WHERE lease_until > clock_timestamp()"
    )
