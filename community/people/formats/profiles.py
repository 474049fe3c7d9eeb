"""What the parts of my page are called, and the question that each of them answers."""

from collections.abc import Mapping

from babel.support import LazyProxy

from community.core.i18n import lazy

PARTS: Mapping[str, LazyProxy] = {
    "story": lazy("Story"),
    "values": lazy("Values"),
    "strengths": lazy("Good at"),
    "gaps": lazy("Not so good at"),
    "how_to_work": lazy("How to work together"),
    "goals": lazy("Goals"),
    "wishes": lazy("Wishes"),
}
PROMPTS: Mapping[str, LazyProxy] = {
    "story": lazy("How did you come to do what you do?"),
    "values": lazy("What matters to you, and how would one notice?"),
    "strengths": lazy("What may people ask you for?"),
    "gaps": lazy("What do you leave to others, or learn just now?"),
    "how_to_work": lazy("When and how do you like to be reached? What helps you, what does not?"),
    "goals": lazy("What are you working towards?"),
    "wishes": lazy("What would you love somebody to do, show or introduce you to?"),
}
