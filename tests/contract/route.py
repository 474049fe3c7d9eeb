"""What the contract says of one route: whose thing its address names, who may, what it takes."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.contract.things import Thing
    from tests.contract.world import World

API = "/api/v1"
ALL = ("owner", "steward", "member", "guest")
MEMBERS = ("owner", "steward", "member")
KEEPERS = ("owner", "steward")
OWNER = ("owner",)
NOBODY: tuple[str, ...] = ()

Body = Mapping[str, Any]
Sends = Body | Callable[["World", "Thing"], Body]

_PLACE = re.compile(r"<(?:\w+:)?(\w+)>")
# Answers to htmx, and files to keep.
_NO_PAGES = (
    "/palette",
    "/count",
    ".csv",
    ".vcf",
    "/export",
    "/file",
    "/pictures/<uuid:picture_id>",
)


@dataclass(frozen=True)
class Route:
    """One method of one address.

    `of` is the kind of thing the address names (things.py); without one it is a list, a page or
    an act on the team. `roles` may do it to what they see without having made it; a maker may
    always, with the answer `answers`; `by` names another of the world who may instead. `refers`
    are the fields of the body that name a person. `public` needs no sign-in, `proof` is a link
    that is the proof itself, `spends` ends the membership of whoever does it. `queries` are
    tried too when it is read, besides `query`. `refusal` answers those without the right.
    `tells_deletions`: it says of what one read that it is gone.
    """

    method: str
    rule: str
    of: str = ""
    sends: Sends = field(default_factory=dict)
    refers: tuple[str, ...] = ()
    answers: int = 200
    roles: tuple[str, ...] = ALL
    scope: str = ""
    by: str = ""
    public: bool = False
    proof: bool = False
    spends: bool = False
    query: str = ""
    queries: tuple[str, ...] = ()
    refusal: int = 403
    uploads: bool = False
    tells_deletions: bool = False

    def __str__(self) -> str:
        return f"{self.method} {self.rule}"

    @property
    def is_api(self) -> bool:
        """Whether programs use it, with a token."""
        return self.rule.startswith("/api/")

    @property
    def reads(self) -> bool:
        """Whether it only reads."""
        return self.method == "GET"

    @property
    def is_page(self) -> bool:
        """Whether it is read as a page: not as a part for htmx, nor as a file to keep."""
        return self.reads and not self.is_api and not self.rule.endswith(_NO_PAGES)

    @property
    def needs(self) -> str:
        """The scope a token needs."""
        return self.scope or ("read" if self.reads else "write")

    @property
    def places(self) -> tuple[str, ...]:
        """The names of what the address leaves open, without the team."""
        return tuple(name for name in _PLACE.findall(self.rule) if name != "team")

    def path(self, values: Mapping[str, str]) -> str:
        """The address with its places filled."""
        return _PLACE.sub(lambda found: values[found[1]], self.rule)

    def body(self, world: "World", thing: "Thing") -> dict[str, Any]:
        """What a valid request carries."""
        found = self.sends(world, thing) if callable(self.sends) else self.sends
        return dict(found)


def api(method: str, path: str, **contract: Any) -> Route:
    """A route of the API, written as below `/api/v1`."""
    usual = {"POST": 200, "DELETE": 204}.get(method, 200)
    return Route(method, f"{API}{path}", **{"answers": usual, **contract})


def page(method: str, path: str, **contract: Any) -> Route:
    """A page of a team, written as below `/t/<team>`; a form answers 303."""
    usual = 200 if method == "GET" else 303
    return Route(method, f"/t/<team>{path}", **{"answers": usual, **contract})


def both(path: str, *, of: str = "", **contract: Any) -> tuple[Route, Route]:
    """A form's page and its sending."""
    roles = contract.pop("shown_to", ALL)
    return page("GET", path, of=of, roles=roles), page("POST", path, of=of, **contract)


def outside(method: str, rule: str, **contract: Any) -> Route:
    """A page outside any team."""
    usual = 200 if method == "GET" else 303
    return Route(method, rule, **{"answers": usual, **contract})
