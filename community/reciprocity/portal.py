"""Between me and each person: in words first, with the entries behind them."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Response, request
from markupsafe import Markup

from community.core import clock
from community.core.i18n import gettext as _
from community.core.i18n import lazy
from community.core.paging import PageRequest
from community.reciprocity import measures, queries
from community.reciprocity.queries import Month, PairView
from community.web import charts, pages
from community.web.charts import ColumnLabels
from community.web.session import current_actor
from community.web.templating import NavItem, monthdate, url

SHOWN = 30
_WITHOUT_SIDE = (measures.BALANCED, measures.TOO_EARLY, measures.NO_EXCHANGE)
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
    thanked = _thanked()
    by_kind = {
        None: _at_once(),
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


@bp.app_template_global("year_rule")
def year_rule() -> str:
    """What counts of one's own year: the same, each entry once however old."""
    return f"{_thanked()} {_at_once()}"


def _thanked() -> str:
    return _("Help counts once the one who received it said thank you.")


def _at_once() -> str:
    return _(
        "What you did for somebody outside the team counts at once, for you alone; so does"
        " help you noted with no reply needed."
    )


@bp.app_template_global("pair_chart")
def pair_chart(pair: PairView) -> Markup:
    """A year month by month, once there is enough to draw; empty before that."""
    if pair.exchange.entries < ENOUGH_FOR_A_CHART:
        return Markup("")
    months = {first: Month(first) for first in queries.months_until(pair.at_day)}
    first = queries.number_of(min(months))
    days = queries.find_days(current_actor(), [pair.person_id], since=first)[pair.person_id]
    for day in days:
        if day.day <= pair.at:
            month = months[queries.day_of(day.day).replace(day=1)]
            month.given += day.given_entries
            month.received += day.received_entries
    return _drawn(
        list(months.values()),
        _("Between you and %(name)s", name=pair.name),
        _("How often in each of the last twelve months, with thanks."),
    )


@bp.app_template_global("year_words")
def year_words(year: Sequence[Month]) -> str:
    """In how many of the months help went each way; empty while there is nothing to say."""
    given = sum(month.given > 0 for month in year)
    received = sum(month.received > 0 for month in year)
    if given and received:
        return _(
            "You helped in %(given)d of the last twelve months, and were helped in %(received)d.",
            given=given,
            received=received,
        )
    if given:
        return _("You helped in %(given)d of the last twelve months.", given=given)
    if received:
        return _("You were helped in %(received)d of the last twelve months.", received=received)
    return ""


@bp.app_template_global("year_chart")
def year_chart(year: Sequence[Month]) -> Markup:
    """One's own year month by month, once there is enough to draw; empty before that."""
    if sum(month.given + month.received for month in year) < ENOUGH_FOR_A_CHART:
        return Markup("")
    return _drawn(year, _("Your year"), _("How often in each of the last twelve months."))


def _drawn(year: Sequence[Month], name: str, sentence: str) -> Markup:
    labels = ColumnLabels(
        name=name,
        sentence=sentence,
        given=_("You helped"),
        received=_("You were helped"),
        month=_("Month"),
        table=_("The same as a table"),
    )
    given, received = [month.given for month in year], [month.received for month in year]
    names = [monthdate(month.first_on) for month in year]
    return charts.diverging_columns(names, given, received, labels)
