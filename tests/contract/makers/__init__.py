"""How every kind of thing is made. A feature adds its kinds here."""

from tests.contract.makers import (
    accounts,
    exchange,
    facts,
    ledger,
    merging,
    mine,
    moments,
    people,
    pictures,
    records,
)
from tests.contract.things import Kind, Maker

KINDS: dict[str, Kind] = {
    **accounts.KINDS,
    **people.KINDS,
    **facts.KINDS,
    **moments.KINDS,
    **pictures.KINDS,
    **ledger.KINDS,
    **records.KINDS,
    **merging.KINDS,
    **mine.KINDS,
    **exchange.KINDS,
}

PROOFS: dict[str, Maker] = {**accounts.PROOFS, **ledger.PROOFS}
"""Links that are their own proof: whoever holds one may use it, and made-up ones open nothing."""
