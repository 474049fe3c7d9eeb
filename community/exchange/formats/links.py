"""Web addresses of a person, and the key LinkedIn knows them by."""

import re
import unicodedata
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from community.exchange.formats.cleaning import clean_line
from community.exchange.formats.limits import MAX_URL

_SCHEME = re.compile(r"^[a-z][a-z0-9+.\-]*:", re.IGNORECASE)
_BARE = re.compile(r"^[^\s/:@]+\.[^\s/:@]{2,}(:\d{1,5})?([/?#]|$)")
_HOST = re.compile(r"^[\w\-]+(\.[\w\-]+)*$")


def normalise_url(value: str) -> str | None:
    """A http or https address in full, or None: no other scheme, no user name, a sane host."""
    url = clean_line(value)
    if _BARE.match(url):
        url = f"https://{url}"
    url = quote(url, safe="%/:=&?~#+!$,;'@()*[]")
    if len(url) > MAX_URL or not _SCHEME.match(url):
        return None
    try:
        parts = urlsplit(url)
        host, _port = unquote(parts.hostname or ""), parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or "@" in parts.netloc or not _HOST.match(host):
        return None
    return urlunsplit((parts.scheme, parts.netloc.lower(), *parts[2:]))


def linkedin_key(url: str) -> str | None:
    """One spelling for a profile: host without country, path unescaped, no query."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    if host != "linkedin.com" and not host.endswith(".linkedin.com"):
        return None
    path = unicodedata.normalize("NFC", unquote(parts.path)).casefold().strip("/")
    slug = clean_line(path)
    return f"linkedin.com/{slug}" if slug else None
