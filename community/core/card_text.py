"""Text in the values of a vCard: in and out of its escapes."""

import re

_ESCAPED = re.compile(r"\\([\\,;:nN])")


def unescape(value: str) -> str:
    """Text without its backslashes."""
    return _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], value)


def escape(text: str) -> str:
    r"""Text as a value: backslash, comma, semicolon and newline escaped."""
    text = text.replace("\\", "\\\\").replace("\r\n", "\n").replace("\r", "\n")
    return text.replace("\n", "\\n").replace(",", "\\,").replace(";", "\\;")


def split_value(value: str, separator: str) -> list[str]:
    """The components of a structured value or list, unescaped."""
    parts, start = [], 0
    for found in re.finditer(rf"\\.|{separator}", value, re.DOTALL):
        if found[0] == separator:
            parts.append(value[start : found.start()])
            start = found.end()
    return [unescape(part) for part in (*parts, value[start:])]
