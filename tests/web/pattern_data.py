"""The page patterns rendered alone, with a made-up team's data."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from markupsafe import Markup

from community.web.charts import ColumnLabels, diverging_columns
from tests.web.pattern_env import SHELL, TOAST, TODAY, environment, reldate

PATTERNS = ("today", "people_list", "person", "form_page", "settings", "sign_in")
KINDS = [
    ("intro", "Intro"),
    ("advice", "Advice"),
    ("review", "Review"),
    ("time", "Time"),
    ("resource", "Resource"),
    ("referral", "Referral"),
    ("support", "Support"),
]
SIZES = [("small", "Minutes"), ("medium", "An hour"), ("large", "A day")]
NAMES = [
    ("Mara Ellison", "Founder, Tidal Works"),
    ("Kofi Asante", "Programme lead, Alder Trust"),
    ("Lena Brandt", "Head of People, Corvid"),
    ("Ivy Okonjo", "Partner, Northlight"),
    ("Daniel Mensah", "Grants, Hale Foundation"),
    ("Wren Hollis", "Research, Open Commons"),
    ("Yara Mansour", "Director, Bridge House"),
    ("Emil Sørensen-Vestergaard", "Independent facilitator and trainer"),
    ("Zofia Nowak", ""),
]


def people() -> list[dict[str, Any]]:
    tags = [
        ["Investor"],
        ["Partner", "Spring cohort"],
        ["Design"],
        [],
        ["Funder"],
        ["Research"],
        [],
        ["Mentor"],
        [],
    ]
    steps = [4, 3, 4, 5, 2, 3, 1, 2, 0]
    bands = ["", "faint", "light", "warm", "strong", "strong"]
    return [
        {
            "name": name,
            "role": role,
            "id": f"p{at}",
            "slug": f"p{at}",
            "tags": tags[at],
            "steps": steps[at],
            "band": bands[steps[at]],
            "last": TODAY - timedelta(days=9 * at * at + 3) if at < 8 else None,
            "known_by": ", ".join(["Noor", "Ivy", "Tomas"][: at % 4]),
            "audience": "private" if at == 5 else "team",
        }
        for at, (name, role) in enumerate(NAMES)
    ]


def chart(sentence: str) -> Markup:
    months = [
        "December",
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
    ]
    gave = [0, 0, 0, 0, 1, 1, 4, 2, 4, 5, 2, 2]
    got = [0, 0, 1, 1, 1, 2, 3, 1, 5, 3, 2, 4]
    labels = ColumnLabels("By month", sentence, "From you", "To you", "Month", "As a table")
    return diverging_columns([*months, "November"], gave, got, labels)


def row(who: int, **more: Any) -> dict[str, Any]:
    return {"name": NAMES[who][0], "id": f"p{who}", **more}


def timeline() -> list[tuple[str, list[dict[str, Any]]]]:
    def entry(icon: str, tone: str, title: str, text: str, days: int) -> dict[str, Any]:
        return {
            "icon": icon,
            "tone": tone,
            "title": title,
            "text": text,
            "at": TODAY - timedelta(days=days),
        }

    return [
        (
            "October 2026",
            [
                entry(
                    "note",
                    "",
                    "Note from Ivy",
                    "Mentioned she would like to speak at the winter gathering.",
                    21,
                ),
                entry(
                    "heart",
                    "thanks",
                    "Lena thanked you",
                    "For sitting in on a session about moving to Berlin.",
                    35,
                ),
                entry(
                    "give",
                    "give",
                    "You helped Lena",
                    "Shared notes and a template for the board update.",
                    36,
                ),
                entry(
                    "talk",
                    "",
                    "You spoke, 25 minutes",
                    "Talked about team morale and her father. She wants to hire one researcher before January.",
                    37,
                ),
            ],
        ),
        (
            "September 2026",
            [
                entry(
                    "mentor",
                    "info",
                    "Session with Priya",
                    "Second of six. Agreed: shadow one interview round.",
                    51,
                )
            ],
        ),
        (
            "August 2026",
            [
                entry(
                    "intro",
                    "info",
                    "Introduced to Zanele Dube",
                    "They met for lunch and kept in touch.",
                    92,
                )
            ],
        ),
    ]


def contexts() -> dict[str, dict[str, Any]]:
    """What each pattern needs besides the shell."""
    facts = [
        {
            "label": "How you met",
            "text": "At the spring cohort dinner in Lisbon, seated by Ivy",
            "meta": "Mar 2025",
        },
        {
            "label": "Working on",
            "text": "Rebuilding the research practice after two people left",
            "meta": "Noor, 14 Oct",
        },
        {
            "label": "Cares about",
            "text": "Fair credit for junior designers, community libraries",
            "editing": True,
        },
        {"label": "Prefers", "text": "Voice notes over e-mail, never before ten"},
        {
            "label": "Good to know",
            "text": "Caring for her father this autumn, so plans may move",
            "seen_by": ["Ivy"],
        },
    ]
    return {
        "today": today_context(),
        "people_list": {
            "page": "people",
            "people": people(),
            "query": "",
            "tags": [("", "Any tag"), ("design", "Design")],
            "bands": [("", "Any strength"), ("warm", "Warm")],
        },
        "person": {
            "page": "people",
            "person": {
                "name": "Lena Brandt",
                "first": "Lena",
                "id": "p2",
                "slug": "lena",
                "line": "Head of People, Corvid · Bengaluru, 09:40 there now",
            },
            "known": facts,
            "months": timeline(),
            "timeline_filters": [
                (k, v, f"?show={k}")
                for k, v in [
                    ("", "Everything"),
                    ("help", "Help"),
                    ("contact", "Contact"),
                    ("introductions", "Introductions"),
                    ("sessions", "Sessions"),
                    ("notes", "Notes"),
                ]
            ],
            "strength_words": "You are in touch often and in both directions. You last spoke 5 weeks ago.",
            "strength_parts": [
                ("How often", 27, 35, "11 contacts in twelve months"),
                ("How recent", 18, 25, "36 days ago"),
                ("Rhythm", 12, 15, "five of six months"),
                ("Both ways", 9, 10, ""),
            ],
            "chart": chart("About even between you: you helped with 3 things, Lena with 6."),
            "knows": [
                row(3, text="Worked together 2021 to 2024", steps=4, band="strong"),
                row(7, text="Spring cohort, monthly call", steps=3, band="warm"),
                row(6, text="Met once, in June", steps=1, band="faint"),
            ],
        },
        "form_page": form_context(),
        "settings": {
            "page": "settings",
            "themes": [("", "As the system"), ("light", "Light"), ("dark", "Dark")],
            "settings_tabs": [
                (k, k.capitalize(), f"/settings/{k}")
                for k in (
                    "profile",
                    "notifications",
                    "appearance",
                    "keyboard",
                    "sessions",
                    "tokens",
                )
            ],
        },
        "sign_in": {"brand": "Northlight"},
    }


def today_context() -> dict[str, Any]:
    return {
        "page": "today",
        "today": TODAY,
        "summary": "3 people to check in with, 3 people you may want to thank, one session this afternoon.",
        "people": people(),
        "kinds": KINDS,
        "sizes": SIZES,
        "nudges": [
            row(
                0,
                why="You usually talk every month. Last time she was choosing between two pilot partners.",
                tag="Quiet 11 weeks",
                tone="receive",
            ),
            row(
                1,
                why="You said you would send the onboarding guide after the 6 November call.",
                tag="Promise",
                tone="info",
            ),
            row(
                2,
                why="Starts as design director at Hale Studio on Monday. A short note would land well.",
                tag="New job",
                tone="give",
            ),
        ],
        "unthanked": [
            row(
                3,
                text=Markup("Reviewed the workshop outline line by line, ")
                + reldate(TODAY - timedelta(days=11)),
            ),
            row(
                4,
                text=Markup("Shared notes and a template for the board update, ")
                + reldate(TODAY - timedelta(days=13)),
            ),
            row(
                5,
                text=Markup("Wrote a note of support about pricing for the pilot, ")
                + reldate(TODAY - timedelta(days=92)),
            ),
        ],
        "recent": [
            row(
                6,
                title="Yara Mansour helped Emil",
                text="Introduced two venues for the winter gathering",
                kind="Intro",
                at=TODAY - timedelta(days=2),
            )
        ],
        "sessions": [
            row(
                6,
                text="Last time: draft a first 30-day plan and bring two questions.",
                meta="Today 15:30 · you mentor",
            ),
            row(
                7,
                text="Last time: try delegating the board update.",
                meta="Tue 24 Nov 10:00 · mentors you",
            ),
        ],
        "asks": [
            row(
                6,
                title="Someone who has run a paid pilot with a university",
                text="Yara · you did this with Alder Trust in March",
            ),
            row(
                8,
                title="An introduction to a grant officer",
                text="Zofia · you know Daniel Mensah well",
            ),
        ],
        "chart": chart("You helped 21 times in twelve months and were helped 23 times."),
        "flashes": [TOAST],
    }


def form_context() -> dict[str, Any]:
    messages = {"email": ["That is not an e-mail address."]}
    return {
        "page": "people",
        "errors": messages,
        "person_fields": [
            {
                "name": "name",
                "label": "Name",
                "value": "Mara Ellison",
                "required": True,
                "autocomplete": "off",
            },
            {
                "name": "email",
                "label": "E-mail",
                "type": "email",
                "value": "mara@",
                "errors": messages["email"],
            },
            {
                "name": "how",
                "label": "How did you meet?",
                "type": "textarea",
                "rows": 3,
                "hint": "One sentence is plenty. It is what you will be glad of in two years.",
            },
        ],
        "side_fields": [
            {"name": "role", "label": "What they do"},
            {
                "name": "organisation",
                "label": "Where",
                "type": "list",
                "options": ["Corvid", "Alder Trust"],
            },
        ],
    }


def render(name: str, *, strict: bool = False, **overrides: Any) -> str:
    """One pattern as a whole page."""
    template = environment(strict).get_template(f"patterns/{name}.html")
    return template.render({**SHELL, **contexts()[name], **overrides})
