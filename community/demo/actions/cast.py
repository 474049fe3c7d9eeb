"""Who is in the sample team and around it. Every name is invented; every address is example.org."""

from dataclasses import dataclass

TEAM_NAME = "Northlight (sample team)"
TEAM_SLUG = "sample"
TEAM_ZONE = "UTC"
MAIL_DOMAIN = "sample.example.org"
AGREEMENT = (
    "- We say thanks, and mean it.\n"
    "- What we are told in confidence stays with us.\n"
    "- We introduce nobody who has not said yes.\n"
    "- Whoever needs something asks; asking is a gift too.\n"
)
CIRCLES = {
    "Studio": "Those who run the projects: what clients are told, and what not yet.",
    "Mentors": "Those who look after the spring cohort.",
}


@dataclass(frozen=True)
class Member:
    """Somebody in the team. `drive` is how often they turn up in a year of help."""

    name: str
    role: str
    title: str
    circles: tuple[str, ...]
    drive: float
    birthday: tuple[int, int] | None = None
    tags: tuple[str, ...] = ()

    @property
    def email(self) -> str:
        """The address they sign in with."""
        return f"{self.name.lower().replace(' ', '.')}@{MAIL_DOMAIN}"


MEMBERS = (
    Member(
        "Noor Haddad",
        "owner",
        "Founder and director",
        ("Studio", "Mentors"),
        3.0,
        (3, 9),
        ("strategy",),
    ),
    Member(
        "Tomas Lindqvist", "steward", "Head of operations", ("Studio",), 1.3, (11, 2), ("finance",)
    ),
    Member(
        "Ivy Okonjo", "member", "Lead designer", ("Studio", "Mentors"), 2.4, (6, 21), ("design",)
    ),
    Member("Rafael Duarte", "member", "Engineer", ("Studio",), 0.7, None, ("engineering",)),
    Member("Mei Tanaka", "member", "Researcher", ("Studio",), 1.2, (1, 17), ("research",)),
    Member(
        "Owen Gallagher", "member", "Writer and editor", ("Studio",), 1.0, (8, 30), ("writing",)
    ),
    Member("Salome Beridze", "member", "Programme lead", ("Mentors",), 1.9, (4, 5), ("cohort",)),
    Member("Jonas Weiss", "member", "Engineer", ("Studio",), 0.9, None, ("engineering", "hiring")),
    Member(
        "Priya Raman",
        "member",
        "Product manager",
        ("Studio", "Mentors"),
        1.5,
        (10, 12),
        ("product",),
    ),
    Member("Luca Ferri", "member", "Community manager", ("Mentors",), 0.5, (2, 26), ("community",)),
    Member("Hana Novak", "steward", "Partnerships", ("Mentors",), 1.6, (12, 14), ("fundraising",)),
    Member(
        "Daniel Mensah", "member", "Finance and grants", ("Mentors",), 1.1, (7, 19), ("grants",)
    ),
)


@dataclass(frozen=True)
class Outsider:
    """Somebody around the team, and how they are known."""

    name: str
    title: str
    organisation: str
    city: str
    tags: tuple[str, ...]

    @property
    def email(self) -> str:
        """Their address: never one that mail could reach."""
        house = "".join(letter for letter in self.organisation.lower() if letter.isalnum())
        return f"{self.name.split()[0].lower()}@{house or 'people'}.example.org"


OUTSIDERS = (
    Outsider("Mara Ellison", "Founder", "Tidewater", "Lisbon", ("founder", "client")),
    Outsider("Kofi Asante", "Head of people", "Corvid", "Accra", ("client",)),
    Outsider("Lena Brandt", "Design director", "Hale Studio", "Berlin", ("design",)),
    Outsider("Arjun Pillai", "Partner", "Lowland Fund", "Bengaluru", ("funder",)),
    Outsider("Sofia Marchetti", "Chief operating officer", "Meridian Foods", "Milan", ("client",)),
    Outsider("Theo Nakamura", "Product lead", "Fathom", "Osaka", ("product",)),
    Outsider("Zanele Dube", "Community lead", "Brightside", "Durban", ("community", "alumni")),
    Outsider("Emil Sorensen", "Staff engineer", "Pilot House", "Aarhus", ("engineering",)),
    Outsider("Beatriz Rocha", "Researcher", "Civic Lab", "Porto", ("research",)),
    Outsider("Callum Reid", "Freelance writer", "", "Glasgow", ("writing", "press")),
    Outsider("Yara Mansour", "Programme officer", "Alder Trust", "Beirut", ("funder",)),
    Outsider("Pavel Horak", "Engineering manager", "Ostra", "Brno", ("engineering", "hiring")),
    Outsider("Nadia Karim", "Lawyer", "Karim and Steen", "London", ("law",)),
    Outsider("Gustav Holm", "Head of sales", "Meridian Foods", "Malmo", ("client",)),
    Outsider("Chloe Bennett", "Editor", "The Slow Quarterly", "Bristol", ("press",)),
    Outsider("Ravi Shenoy", "Founder", "Paper Lantern", "Pune", ("founder", "alumni")),
    Outsider("Marta Kowalska", "Head of finance", "Brightside", "Gdansk", ("finance",)),
    Outsider("Isaac Okoro", "Data scientist", "Civic Lab", "Lagos", ("research", "engineering")),
    Outsider("Anouk Visser", "Coach", "", "Utrecht", ("mentor",)),
    Outsider("Dmitri Volkov", "Architect", "Volkov and Daughters", "Riga", ("design",)),
    Outsider("Freya Larsen", "Head of learning", "Corvid", "Copenhagen", ("client", "mentor")),
    Outsider("Hugo Moreau", "Chef and founder", "Moreau's Table", "Lyon", ("founder", "alumni")),
    Outsider("Imani Wekesa", "Grants adviser", "Alder Trust", "Nairobi", ("funder", "mentor")),
    Outsider("Julia Stern", "Journalist", "The Evening Ledger", "Vienna", ("press",)),
    Outsider("Kenji Mori", "Investor", "Lowland Fund", "Kyoto", ("funder",)),
    Outsider("Liv Haugen", "Service designer", "Hale Studio", "Bergen", ("design", "mentor")),
    Outsider("Mateo Silva", "Founder", "Quiet Hours", "Montevideo", ("founder", "alumni")),
    Outsider("Nia Campbell", "Head of partnerships", "Fathom", "Cardiff", ("partner",)),
    Outsider("Oskar Blom", "Accountant", "Blom Accounting", "Uppsala", ("finance",)),
    Outsider("Petra Jansen", "Volunteer coordinator", "City Garden", "Ghent", ("volunteer",)),
    Outsider("Quinn Avery", "Facilitator", "", "Galway", ("mentor", "volunteer")),
    Outsider("Rosa Delgado", "Head teacher", "Harbour School", "Valencia", ("partner",)),
    Outsider("Samir Qureshi", "Security consultant", "Ostra", "Lahore", ("engineering",)),
    Outsider("Tess Whitaker", "Founder", "Field and Thread", "Leeds", ("founder", "alumni")),
    Outsider("Uma Iyer", "Programme director", "Civic Lab", "Chennai", ("research", "partner")),
    Outsider("Viktor Ansel", "Photographer", "", "Prague", ("press",)),
    Outsider("Wren Hollis", "Founder", "Tidewater", "Lisbon", ("founder", "client")),
    Outsider("Xenia Pappas", "Translator", "", "Athens", ("writing",)),
    Outsider("Yusuf Demir", "Head of product", "Pilot House", "Izmir", ("product", "client")),
    Outsider("Zofia Nowak", "Grant officer", "Rivers Foundation", "Krakow", ("funder",)),
)
