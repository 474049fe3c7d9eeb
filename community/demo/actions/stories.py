"""What people in the sample team helped with, in words that follow “Thank … for” and “I helped … with”.

Each phrase stands under a kind and the size it tells of, so that text and figures agree.
"""

from collections.abc import Sequence
from random import Random

TOPICS = (
    "pricing the pilot",
    "hiring a first designer",
    "the board update",
    "moving the office",
    "grant writing",
    "running retrospectives that people like",
    "the partnership with Alder Trust",
    "parting well with a difficult client",
    "the spring cohort",
    "a talk on trust in teams",
    "onboarding two engineers",
    "the seed round",
    "sharing equity fairly",
    "the new contract terms",
    "a hard conversation with a founder",
    "the annual report",
    "setting up payroll",
    "data protection in a small team",
    "working with volunteers",
    "saying no to a good customer",
    "the price increase",
    "the funding application",
    "interviewing people about money",
    "a four-day week",
)
WORKS = (
    "the pitch deck",
    "the job description",
    "the contract draft",
    "chapter three",
    "the press release",
    "the keynote",
    "the interview questions",
    "the cover letter",
    "the website copy",
    "the case study",
    "the survey",
)
BIG_WORKS = (
    "the workshop outline",
    "the grant draft",
    "the research plan",
    "the onboarding guide",
    "the budget",
    "the product roadmap",
    "the move to the new accounts",
)
HOUSES = (
    "Corvid",
    "Meridian Foods",
    "Hale Studio",
    "Fathom",
    "Alder Trust",
    "Rivers Foundation",
    "Ostra",
    "Brightside",
)
EVENTS = (
    "spring gathering",
    "Alder Trust dinner",
    "founders' weekend",
    "design week",
    "autumn fair",
    "open house",
)
MOMENTS = (
    "the board meeting",
    "the launch",
    "the court date",
    "the layoffs",
    "the first day on stage",
    "the move",
)
MILESTONES = (
    "the round closed",
    "the book came out",
    "the pilot was signed",
    "the baby arrived",
    "the studio turned five",
    "the grant was approved",
    "the first cohort finished",
)
SKILLS = (
    "leading a team for the first time",
    "negotiating without fear",
    "reading a balance sheet",
    "giving feedback that lands",
    "writing shorter",
    "running a good interview",
    "planning a year",
)
# kind → (how often, phrases by size)
PHRASES: dict[str, tuple[int, dict[str, tuple[str, ...]]]] = {
    "advice": (
        18,
        {
            "small": ("a quick word on {topic}", "a straight answer about {topic}"),
            "medium": (
                "an hour talking through {topic}",
                "clear advice on {topic}",
                "a long walk about {topic}",
                "a second opinion on {topic}",
            ),
            "large": ("a whole day of thinking through {topic}",),
        },
    ),
    "introduction": (
        13,
        {
            "small": ("an introduction to {third}", "a note that opened a door to {third}"),
            "medium": ("an introduction to {third} about {topic}", "a lunch with {third}"),
        },
    ),
    "resource": (
        12,
        {
            "small": ("a checklist for {topic}", "the right article on {topic} at the right time"),
            "medium": (
                "notes and a template for {topic}",
                "a worked example for {work}",
                "the figures behind {topic}",
            ),
            "large": ("a whole folder of material on {topic}",),
        },
    ),
    "time": (
        16,
        {
            "small": ("ten minutes on {work} before the deadline",),
            "medium": (
                "an hour on {work}",
                "an evening on {big}",
                "company in the call about {topic}",
            ),
            "large": ("a Saturday on {big}", "two days on {big}"),
        },
    ),
    "feedback": (
        16,
        {
            "small": ("a quick look at {work}", "two good questions about {work}"),
            "medium": (
                "a line-by-line read of {work}",
                "honest comments on {work}",
                "a dry run of {work}",
                "kind and frank comments on {big}",
            ),
            "large": ("a full review of {big}",),
        },
    ),
    "referral": (
        6,
        {
            "small": ("a good word at {house}",),
            "medium": ("a recommendation to the people at {house}",),
        },
    ),
    "sponsorship": (
        3,
        {
            "medium": ("a place at the {event}",),
            "large": ("the fare to the {event} and a room there",),
        },
    ),
    "support": (
        9,
        {
            "small": ("a kind message before {moment}", "a call on the evening before {moment}"),
            "medium": ("an hour of listening after {moment}", "company in the week of {moment}"),
        },
    ),
    "congratulation": (4, {"small": ("a card when {milestone}", "flowers when {milestone}")}),
    "mentoring": (
        6,
        {
            "medium": ("a mentoring hour on {skill}", "a session on {skill}"),
            "large": ("a month of weekly sessions on {skill}",),
        },
    ),
    "other": (
        4,
        {
            "small": ("a lift to the {event}", "a desk for the morning of the {event}"),
            "medium": ("the keys to the workshop on a Sunday", "a room with a view for {big}"),
        },
    ),
}
SIZE_WEIGHTS = {"small": 5, "medium": 6, "large": 1}
THANKS = (
    "Thank you, this saved me a week.",
    "It made all the difference.",
    "I used every word of it.",
    "You asked the question nobody else had asked.",
    "That was exactly what I needed that day.",
    "Still thinking about what you said.",
    "It is signed, and you had a large part in it.",
    "I would not have dared without you.",
    "Clear, kind and quick. Thank you.",
    "The second version is so much better.",
    "I have passed it on to the others already.",
    "That took real time, and I know it.",
    "We did it your way, and it worked.",
    "Thank you for saying it so plainly.",
    "I slept well for the first time that week.",
    "It opened three doors at once.",
)
REASONS = (
    "I think that was somebody else; we did not speak that week.",
    "We talked, but about something different.",
    "That meeting was called off in the end.",
    "It was kindly offered, and then I did not need it.",
)
LETTER_SUBJECT = "A word about our last talk"
LETTER_BODY = (
    "Dear {name},\n\nI keep a small history of who helped whom here, and I noted this about us: {story}."
    " If that is how you remember it too, one click says so. If not, say that instead; either is fine.\n\nWarmly,\n{me}"
)
NOTES = (
    "Prefers a short call to a long mail. Mornings are best.",
    "Met at the {event}. Asked good questions about {topic}.",
    "Looking for somebody who knows {topic}. Remember when a name comes up.",
    "Comes to {city} every few weeks; worth a coffee when it fits.",
    "Said that {topic} is what keeps them awake at the moment.",
    "Great at {skill}, and glad to be asked about it.",
    "Their sister runs a bakery nearby; that is how we first met.",
    "Reads everything about {topic}. Send what you find.",
    "Started something new in the autumn. Ask how it goes.",
    "Does not like surprises before {moment}. Tell them early.",
    "Offered to speak at the {event} if the date suits.",
    "Knows half of {house} by first name.",
    "Was generous with time when we needed {work} finished.",
    "Took a long break this year and came back cheerful.",
    "Would rather be asked directly than hinted at.",
)
# Kind, words, and in how many days to look again.
FACTS = (
    ("work", "Rebuilding the team after two people left.", 120),
    ("interest", "Sea swimming, community libraries, good bread.", None),
    ("hope", "To speak at a gathering this winter.", 200),
    ("goal", "To open a second studio in {city}.", -20),
    ("family", "Two children at school in {city}.", 300),
    ("other", "Never misses the {event}.", None),
    ("skill", "Explains {topic} to anybody in ten minutes.", None),
    ("place", "In {city} since last year.", -5),
)
ACHIEVED = (
    "Opened a second studio",
    "Won the city's prize for housing",
    "Finished the book after six years",
)
HARD_TIME = "A parent is in hospital"
PRIVATE_NOTES = (
    "Told me in confidence that they may leave before the summer.",
    "Was tired when we spoke. Ask again in a fortnight, without an agenda.",
    "I promised to look for a quiet place to work in {city}.",
    "Not on good terms with the people at {house} just now; do not seat them together.",
    "Wants to stop travelling. Think of what could be done from {city}.",
)


def phrase(random: Random, kind: str, size: str, thirds: Sequence[str]) -> str:
    """A story of this kind and size; `thirds` are people one may name in it."""
    return fill(random, random.choice(PHRASES[kind][1][size]), third=random.choice(thirds))


def kind_and_size(random: Random) -> tuple[str, str]:
    """A kind as often as it comes up, and a size there is a phrase for."""
    kind = random.choices(list(PHRASES), [often for often, _ in PHRASES.values()])[0]
    sizes = list(PHRASES[kind][1])
    return kind, random.choices(sizes, [SIZE_WEIGHTS[size] for size in sizes])[0]


def fill(random: Random, words: str, **more: str) -> str:
    """Put something fitting into each gap."""
    gaps = {
        "topic": TOPICS,
        "work": WORKS,
        "big": BIG_WORKS,
        "house": HOUSES,
        "event": EVENTS,
        "moment": MOMENTS,
        "milestone": MILESTONES,
        "skill": SKILLS,
    }
    chosen = {name: random.choice(choices) for name, choices in gaps.items()}
    return words.format(**chosen, **more)


MET = ("The spring dinner", "A workshop on grants", "The train to the fair", "Their open day")
CONSENT = "Being named in our yearly report"
CONSENT_HOW = "Said so on the telephone, and again by mail."
DATA_REQUEST = "After our last call I would like to know what you keep about me, and since when."
