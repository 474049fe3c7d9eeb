"""Every route there is, by feature. A route that is missing here fails the tests."""

from tests.contract.route import Route
from tests.contract.table import (
    accounts,
    exchange,
    facts,
    home,
    ledger,
    merging,
    mine,
    moments,
    notifications,
    operation,
    people,
    pictures,
    records,
)

ROUTES: tuple[Route, ...] = (
    *operation.ROUTES,
    *accounts.ROUTES,
    *people.ROUTES,
    *facts.ROUTES,
    *moments.ROUTES,
    *pictures.ROUTES,
    *ledger.ROUTES,
    *records.ROUTES,
    *merging.ROUTES,
    *exchange.ROUTES,
    *home.ROUTES,
    *mine.ROUTES,
    *notifications.ROUTES,
)
