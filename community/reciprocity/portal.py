"""Between me and each person: in words first, with the entries behind them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask import Response, request
from markupsafe import Markup

from community.core import clock
from community.core.i18n import gettext as _
from community.core.i18n import lazy
from community.core.paging import PageRequest
from community.reciprocity import measures, queries
from community.reciprocity.queries import PairView
from community.web import charts, pages
from community.web.charts import ColumnLabels
from community.web.session import current_actor
from community.web.templating import NavItem, monthdate, url

SHOWN = 30
_WITHOUT_SIDE = (measures.BALANCED, measures.TOO_EARLY, measures.NO_EXCHANGE)
MONTHS = 12
ENOUGH_FOR_A_CHART = 3

FROM_ME, FROM_THEM = "from-me", "from-them"
GROUPS = (FROM_THEM, FROM_ME, *(word.replace(" ", "-") for word in _WITHOUT_SIDE))
_TONES = {FROM_ME: "give", FROM_THEM: "receive"}

bp = pages.blueprint("reciprocity")
NAV = NavItem("reciprocity", "reciprocity.index", "loop", lazy("Reciprocity"))


@dataclass(frozen=True)
class PairGroup:
    """Pairs of which the same is to be said."""

    key: str
    pairs: list[PairView]

    @property
    def words(self) -> str:
        """What is to be said."""
        return pair_words(self.pairs[0])

    @property
    def tone(self) -> str:
        """Its tone: give, receive, or none."""
        return pair_tone(self.pairs[0])


@bp.get("/reciprocity")
def index() -> Response:
    """Everybody I have exchanged help with, the latest first; no totals, no order by amount."""
    after = request.args.get("after")
    found = queries.find_pairs(current_actor(), clock.today(), PageRequest(SHOWN, after))
    return pages.show(
        "reciprocity/index.html",
        page="reciprocity",
        groups=_groups(found.items),
        next_url=url("reciprocity.index", after=found.next) if found.next else "",
    )


def _groups(pairs: Sequence[PairView]) -> list[PairGroup]:
    """The pairs by their words; within each as they came, the latest first."""
    groups = [PairGroup(key, [p for p in pairs if _key(p) == key]) for key in GROUPS]
    return [group for group in groups if group.pairs]


def _key(pair: PairView) -> str:
    if pair.words in (measures.LEANING, measures.ONE_SIDED):
        return FROM_ME if pair.figures.balance > 0 else FROM_THEM
    return pair.words.replace(" ", "-")


@bp.app_template_filter("pair_tone")
def pair_tone(pair: PairView) -> str:
    """The tone of the words: give, receive, or none."""
    return _TONES.get(_key(pair), "")


@bp.app_template_filter("pair_words")
def pair_words(pair: PairView) -> str:
    """How it stands, in plain words."""
    if pair.words == measures.NO_EXCHANGE:
        return _("Nothing between you yet")
    if pair.words == measures.TOO_EARLY:
        return _("Too early to tell")
    if pair.words == measures.BALANCED:
        return _("About even")
    return _("Mostly from you so far") if pair.figures.balance > 0 else _("Mostly from them so far")


@bp.app_template_global("pair_rule")
def pair_rule(pair: PairView | None = None) -> str:
    """What counts here, in the same words everywhere: between me and one person, or each of them."""
    thanked = _("Help counts once the one who received it said thank you.")
    by_kind = {
        None: _(
            "What you did for somebody outside the team counts at once, for you alone; so does"
            " help you noted with no reply needed."
        ),
        True: _("Help you noted with no reply needed counts at once, for you alone."),
        False: _(
            "They are outside the team, so what you did for them counts at once, for you alone."
        ),
    }[pair.is_member if pair else None]
    ageing = _(
        "Older help weighs less: half after half a year. One day never weighs more than six."
    )
    parts = [by_kind, ageing] if pair and not pair.is_member else [thanked, by_kind, ageing]
    return " ".join(parts)


@bp.app_template_global("pair_chart")
def pair_chart(pair: PairView) -> Markup:
    """A year month by month, once there is enough to draw; empty before that."""
    if pair.exchange.entries < ENOUGH_FOR_A_CHART:
        return Markup("")
    months = _months(pair.at_day)
    first = queries.number_of(months[0])
    days = queries.find_days(current_actor(), [pair.person_id], since=first)[pair.person_id]
    given, received = dict.fromkeys(months, 0), dict.fromkeys(months, 0)
    for day in days:
        if day.day <= pair.at:
            month = queries.day_of(day.day).replace(day=1)
            given[month] += day.given_entries
            received[month] += day.received_entries
    labels = ColumnLabels(
        name=_("Between you and %(name)s", name=pair.name),
        sentence=_("How often in each of the last twelve months, with thanks."),
        given=_("You helped"),
        received=_("You were helped"),
        month=_("Month"),
        table=_("The same as a table"),
    )
    names = [monthdate(month) for month in months]
    return charts.diverging_columns(names, list(given.values()), list(received.values()), labels)


def _months(last: date) -> list[date]:
    """The first days of the twelve months that end with this day's."""
    months = [last.replace(day=1)]
    while len(months) < MONTHS:
        months.append((months[-1] - timedelta(days=1)).replace(day=1))
    return months[::-1]
