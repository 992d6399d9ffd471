"""URLs in a text: known top-level domains, what of an address is tracking, hosts whose paths are handles."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

_TLDS_WORDS: Final = (
    "com net org info biz ca uk fr mx io tv cc eu ru nl ch pt br ar cl au nz xyz top vip shop store club "
    "website online qc quebec gg ee ly gl cz hu jp cn kr pl se dk fi gr ro ua ie pe ve ec cr pa gt adult "
    "cam chat dating app dev page bio edu gov"
)
TLDS: Final = frozenset(_TLDS_WORDS.split())
"""Endings by which a bare `name.ending` is taken for a site."""

_WORDLIKE_TLDS_WORDS: Final = (
    "me us in it be is at to no so my am as la de es co id do pm st tk link live site space city spa "
    "beauty today fun one love life world company services agency"
)
WORDLIKE_TLDS: Final = frozenset(_WORDLIKE_TLDS_WORDS.split())
"""Endings that are words too: a site only after http or www, before a path, or as a host that is known."""

_TRACKING: Final = re.compile(
    r"(?:utm_\w*|fbclid|gclid|igshid?|mc_\w+|si|ref|ref_src|source|src|yclid|msclkid|dclid|_ga|spm|feature|trk|"
    r"mibextid|wbraid|gbraid|campaign|aff|affiliate|click_?id)$"
)

_NAME = r"(?P<name>[a-z0-9_][a-z0-9_.-]{1,40})"
HANDLE_HOSTS: Final[dict[str, tuple[str, re.Pattern[str]]]] = {
    host: (service, re.compile(path))
    for host, service, path in (
        ("t.me", "telegram", rf"(?:s/)?{_NAME}$"),
        ("telegram.me", "telegram", rf"{_NAME}$"),
        ("telegram.dog", "telegram", rf"{_NAME}$"),
        ("instagram.com", "instagram", rf"(?!p/|reel/|explore/){_NAME}$"),
        ("instagr.am", "instagram", rf"{_NAME}$"),
        ("snapchat.com", "snapchat", rf"(?:add/|@){_NAME}$"),
        ("twitter.com", "twitter", rf"{_NAME}$"),
        ("x.com", "twitter", rf"{_NAME}$"),
        ("facebook.com", "facebook", rf"(?!profile\.php|groups/){_NAME}$"),
        ("fb.com", "facebook", rf"{_NAME}$"),
        ("fb.me", "facebook", rf"{_NAME}$"),
        ("m.me", "facebook", rf"{_NAME}$"),
        ("kik.me", "kik", rf"{_NAME}$"),
        ("tiktok.com", "tiktok", rf"@{_NAME}$"),
        ("discord.gg", "discord", rf"{_NAME}$"),
    )
}
"""Hosts whose path is the handle of a person: the service, and the form of the path."""

PAYMENT_HOSTS: Final[dict[str, tuple[str, re.Pattern[str]]]] = {
    host: (service, re.compile(path))
    for host, service, path in (
        ("paypal.me", "paypal", rf"{_NAME}(?:/.*)?$"),
        ("paypal.com", "paypal", rf"paypalme/{_NAME}(?:/.*)?$"),
        ("cash.app", "cashapp", rf"\$?{_NAME}(?:/.*)?$"),
        ("venmo.com", "venmo", rf"(?:u/)?{_NAME}$"),
        ("revolut.me", "revolut", rf"{_NAME}$"),
    )
}
"""Hosts whose path is a payment handle."""

KNOWN_HOSTS: Final = frozenset({*HANDLE_HOSTS, *PAYMENT_HOSTS, "wa.me", "linktr.ee", "bit.ly", "wa.link"})

PHONE_URL: Final = re.compile(
    r"(?:wa\.me/|(?:api\.|web\.)?whatsapp\.com/send/?\?(?:.*&)?phone=|t\.me/|viber\.me/|signal\.me/#p/|tel:|sms:)"
)
"""What a URL begins with whose digits are a phone."""

_ADDRESS: Final = re.compile(r"[^\s\0<>\"\u2022|\\^`{}]+")
_HOST: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+")
_SCHEME: Final = re.compile(r"https?\s?:\s?/\s?/\s?|www\.")
_SCHEME_AND_WWW: Final = re.compile(r"(?:https?\s?:\s?/\s?/\s?)?(?:www\d?\.)?")
_AFTER_HOST: Final = re.compile(r"[/?:]")
_HOST_ENDING: Final = re.compile(r"\.[a-z]{2,}$|^[0-9.]+$")
_PATH: Final = re.compile(r"(?::[0-9]{2,5})?[/?][^\s\0<>\"\u2022|\\^`{}]*")
_LABELS: Final = "abcdefghijklmnopqrstuvwxyz0123456789.-"
_TRAILING: Final = ".,;:!?)]}'*~_-"


class Url(NamedTuple):
    """An address in a text: without scheme, www, tracking or the slash at its end."""

    value: str
    start: int
    end: int

    @property
    def host(self) -> str:
        """The host, without port."""
        return _AFTER_HOST.split(self.value, 1)[0]

    @property
    def path(self) -> str:
        """What follows the host, without its first slash."""
        return self.value[len(self.host) :].lstrip("/")


def canonical(address: str) -> str:
    """An address (small letters) as it is compared."""
    address = _SCHEME_AND_WWW.sub("", address, 1)
    if "?" not in address and "#" not in address:
        return address.rstrip("/")
    address, _, fragment = address.partition("#")
    path, mark, query = address.partition("?")
    kept = [part for part in query.split("&") if part and not _TRACKING.match(part.partition("=")[0])]
    if fragment.startswith("p/"):
        path = f"{path}#{fragment}"
    path = path.rstrip("/")
    return f"{path}?{'&'.join(kept)}" if mark and kept else path


def url_after_scheme(text: str, at: int) -> Url | None:
    """The URL that begins with http or www at a place, or None."""
    scheme = _SCHEME.match(text, at)
    if scheme is None:
        return None
    found = _ADDRESS.match(text, scheme.end())
    if found is None:
        return None
    address = found.group().rstrip(_TRAILING)
    value = canonical(scheme.group() + address)
    host = _HOST.match(value)
    if host is None or not _HOST_ENDING.search(host.group()):
        return None
    return Url(value, at, scheme.end() + len(address))


def url_around_dot(text: str, dot: int) -> Url | None:
    """The URL without scheme around a dot, or None where the dot is a sentence's or a name's."""
    left = text[max(0, dot - 64) : dot]
    label = left[len(left.rstrip(_LABELS)) :].lstrip(".-")
    if not label:
        return None
    start = dot - len(label)
    if start and text[start - 1] in "@$_/+":
        return None
    found = _HOST.match(text, start)
    if found is None or found.end() <= dot:
        return None
    host = _cut_to_tld(found.group())
    if host is None:
        return None
    end = start + len(host)
    if end < len(text) and text[end] in "@_":
        return None
    path = ""
    if end < len(text) and text[end] in "/?:":
        more = _PATH.match(text, end)
        path = more.group().rstrip(_TRAILING) if more else ""
    bare = host.removeprefix("www.")
    tld = bare.rpartition(".")[2]
    if tld in WORDLIKE_TLDS and bare not in KNOWN_HOSTS and len(path) < 3:
        return None
    if (
        tld not in WORDLIKE_TLDS
        and len(bare.rpartition(".")[0].rpartition(".")[2]) < 2
        and bare not in KNOWN_HOSTS
    ):
        return None
    return Url(canonical(host + path), start, end + len(path))


def _cut_to_tld(host: str) -> str | None:
    """A host up to its last label that is a top-level domain; `site.com.call` is `site.com`."""
    labels = host.split(".")
    for count in range(len(labels), 1, -1):
        if labels[count - 1] in TLDS or labels[count - 1] in WORDLIKE_TLDS:
            return ".".join(labels[:count])
    return None
