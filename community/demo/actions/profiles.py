"""What members of the sample team say of themselves."""

from collections.abc import Mapping
from typing import Any

TEAM: Mapping[str, Any] = {"audience": "team", "people": [], "circle_id": None}
PROFILES: Mapping[str, Mapping[str, str]] = {
    "Noor Haddad": {
        "story": "Ten years in a large foundation, then I wanted to see faces again. I began"
        " Northlight at a kitchen table.",
        "values": "Say the difficult thing early, and kindly.",
        "strengths": "Budgets, boards, and reading a contract until it is fair.",
        "how_to_work": "Call me before ten. Mail waits until the evening.",
        "goals": "A second cohort outside the city by next spring.",
    },
    "Ivy Okonjo": {
        "story": "Trained as a bookbinder, came to design by way of posters for a choir.",
        "strengths": "Making a muddle readable; drawing what somebody means.",
        "gaps": "Figures. Tomas reads mine twice.",
        "how_to_work": "Show me early and unfinished. Mornings are for drawing.",
        "wishes": "To meet somebody who restores old type.",
    },
    "Salome Beridze": {
        "values": "Nobody leaves a cohort without somebody to call.",
        "strengths": "Remembering who should meet whom.",
        "how_to_work": "Walks rather than meetings.",
    },
    "Rafael Duarte": {
        "strengths": "Data protection, and the small programs that save an afternoon.",
        "gaps": "I say too little in large rounds; ask me.",
    },
}
