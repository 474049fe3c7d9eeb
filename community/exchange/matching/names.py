"""Whether two names may be the same person's; asked only where an address is shared."""

from community.core.text import fold

STRANGERS, AKIN, SAME, EQUAL = range(4)


def words(name: str) -> tuple[str, ...]:
    """The folded words of a name, without dots and commas."""
    cleaned = fold(name).replace(".", " ").replace(",", " ")
    return tuple(cleaned.split())


def akin(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether two names share a word longer than an initial: Bob Ray and Robert Ray."""
    return any(len(word) > 1 for word in set(one) & set(other))


def same(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether one name holds the other or begins like it: Ann Miller and Dr. Ann Miller-Roe."""
    if not one or not other:
        return False
    return one[0] == other[0] or set(one) <= set(other) or set(other) <= set(one)


def closeness(one: tuple[str, ...], other: tuple[str, ...]) -> int:
    """STRANGERS, AKIN, SAME or EQUAL."""
    if one == other:
        return EQUAL
    if same(one, other):
        return SAME
    return AKIN if akin(one, other) else STRANGERS
