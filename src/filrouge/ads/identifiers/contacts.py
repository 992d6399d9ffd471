"""E-mail addresses, URLs and handles of messengers, plain or disguised (`name (at) mail dot com`)."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from filrouge.ads.identifiers.lexicon import SERVICES
from filrouge.ads.identifiers.number_words import FILLERS, WORD_DIGITS
from filrouge.ads.identifiers.web import HANDLE_HOSTS, PAYMENT_HOSTS, TLDS, WORDLIKE_TLDS, Url


class Found(NamedTuple):
    """An identifier and where it stands in the text it was sought in."""

    kind: str
    value: str
    start: int
    end: int


_MAIL_HOSTS_WORDS: Final = (
    "gmail hotmail yahoo outlook live protonmail proton icloud aol mail email gmx videotron tutanota tuta "
    "ymail msn yandex orange free laposte wanadoo sfr bell rogers shaw telus sympatico hushmail zoho pm "
    "rocketmail me"
)
MAIL_HOSTS: Final = frozenset(_MAIL_HOSTS_WORDS.split())

_NO_NAME_WORDS: Final = (
    "me us you now only text call sms dm add ask please yes no ok and or the is at for my our your "
    "available app chat here id name user username handle pic pics video videos message messages msg "
    "contact number phone cell new online today also too visit site website book booking find look page "
    "web go more info details all day night downtown home hotel center centre work office studio spa "
    "place location pour avec sur et ou moi ici seulement disponible aussi por para con solo aqui escribe "
    "whatsapp only preferred welcome accepted open order in on of to if first best same available24 "
    "anytime message. texte texto appelle llama incall outcall deposit"
)
NO_NAME: Final = frozenset([*_NO_NAME_WORDS.split(), *WORD_DIGITS, *FILLERS, *SERVICES])
"""Words after the name of a service that are not a handle, and before `at` not a mailbox."""

_OPEN = r"[\s(\[{<*_~-]{0,3}"
_CLOSE = r"[\s)\]}>*_~-]{0,3}"
_DOT = rf"(?:\.|{_OPEN}(?:\.|\bdot\b|\bpoint\b|\bpunto\b){_CLOSE})"
_ENDINGS = "|".join(sorted(TLDS | WORDLIKE_TLDS, key=lambda ending: (-len(ending), ending)))

_PLAIN_DOMAIN: Final = re.compile(r"@((?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,24})(?![a-z0-9])")
_PLAIN_LOCAL: Final = re.compile(r"[a-z0-9_](?:[a-z0-9._%+-]*[a-z0-9_+-])?$")
_HIDDEN_DOMAIN: Final = re.compile(
    rf"{_CLOSE}(?P<domain>[a-z0-9][a-z0-9-]*(?:\.[a-z0-9-]+){{0,2}}?{_DOT}"
    rf"(?:(?:co|com|qc|on|bc|gouv|gob|org|net){_DOT}(?:ca|uk|mx|au|nz|ar|br|es|fr)\b|(?:{_ENDINGS})))(?![a-z0-9@])"
)
_HIDDEN_LOCAL: Final = re.compile(
    rf"(?<![a-z0-9])(?P<local>[a-z0-9][a-z0-9_+-]*"
    rf"(?:(?:\.|\s?[(\[{{]?\s?\b(?:dot|point|punto)\b\s?[)\]}}]?\s?)[a-z0-9_+-]+){{0,3}}){_OPEN}$"
)
_LOCAL_SIGNS: Final = "abcdefghijklmnopqrstuvwxyz0123456789._%+-"
_DIGIT_OR_SIGN: Final = re.compile(r"[0-9._]")
_ANY_DOT: Final = re.compile(_DOT)
_DOT_WORD: Final = re.compile(r"dot|point|punto")
_DOMAIN_BEFORE_DOT: Final = re.compile(rf"(?<![a-z0-9@.])([a-z0-9][a-z0-9-]{{1,40}}){_OPEN}$")
_TLD_AFTER_DOT: Final = re.compile(
    rf"{_CLOSE}({'|'.join(sorted(TLDS, key=lambda e: (-len(e), e)))})(?![a-z0-9])(?:/[^\s\0]*)?"
)

_SEPARATOR = r"[\s:=\u2022>/&,.|(\[~*+\"'-]{0,6}"
_SERVICE_NAMES = "|".join(sorted(SERVICES, key=lambda name: (-len(name), name)))
_AFTER_SERVICE: Final = re.compile(
    rf"(?P<lead>{_SEPARATOR}(?:(?:is|id|user|username|name|handle|add|me|us|moi|account|compte|usuario|pseudo|"
    rf"app|acct|at|est|es|mon|my|here|on|dm|chat|x|messenger)\b{_SEPARATOR}){{0,3}})"
    r"(?P<at>@\s?)?(?P<name>[a-z0-9_][a-z0-9_.-]{1,31})"
)
_PHONE_LIKE: Final = re.compile(r"[0-9oilsbz._-]{7,}")
_AT_NAME: Final = re.compile(r"@([a-z_][a-z0-9_.]{2,31})")
_SERVICE_BEFORE: Final = re.compile(
    rf"\b({_SERVICE_NAMES}|x)\b[\s:=\u2022>(/-]{{0,5}}(?:(?:id|is|me|us|at|user|username|add|handle|on|:)"
    rf"[\s:=-]{{0,3}}){{0,2}}$"
)
NEAR: Final = 64


def run_at_end(left: str, signs: str, but: int) -> int:
    """Where the run of some signs begins that a text ends with, its last characters, `but` many, aside.

    A pattern that is made of those signs and bound to the end is not tried in vain at the places before.
    """
    return len(left[:-but].rstrip(signs))


def email_at_sign(text: str, at: int) -> Found | None:
    """The e-mail address around an at sign, or None."""
    domain = _PLAIN_DOMAIN.match(text, at)
    if domain is not None:
        left = text[max(0, at - NEAR) : at]
        local = _PLAIN_LOCAL.search(left, run_at_end(left, _LOCAL_SIGNS, but=1))
        if local is not None:
            host = _known_ending(domain.group(1))
            return Found(
                "email", f"{local.group()}@{host}", at - len(local.group()), domain.start(1) + len(host)
            )
    return email_at_word(text, at, at + 1)


def _known_ending(host: str) -> str:
    """A host without a word that was glued to it: `mail.com.call` is `mail.com`."""
    labels = host.split(".")
    for count in range(len(labels), 1, -1):
        if labels[count - 1] in TLDS or labels[count - 1] in WORDLIKE_TLDS:
            return ".".join(labels[:count])
    return host


def email_at_word(text: str, start: int, end: int) -> Found | None:
    """The disguised e-mail address around an at sign or a word for it, or None."""
    domain = _HIDDEN_DOMAIN.match(text, end)
    if domain is None:
        return None
    left = text[max(0, start - NEAR) : start]
    has_dot_words = _DOT_WORD.search(left) is not None
    local = _HIDDEN_LOCAL.search(left, 0 if has_dot_words else run_at_end(left, _LOCAL_SIGNS, but=4))
    if local is None:
        return None
    name = _ANY_DOT.sub(".", local.group("local"))
    written = domain.group("domain")
    host = _ANY_DOT.sub(".", written)
    bracketed = text[start - 1 : start] in "([{<*_" and start > 0
    sign = text[start] == "@"
    words = "." not in written or _DOT_WORD.search(written) is not None
    provider = host.partition(".")[0] in MAIL_HOSTS
    if not (
        bracketed or provider or _DIGIT_OR_SIGN.search(name) or ((words or sign) and name not in NO_NAME)
    ):
        return None
    if name in NO_NAME and not provider and not bracketed:
        return None
    begin = start - (len(local.group()) if local else 0)
    return Found("email", f"{name}@{host}", begin, domain.end())


def url_dot_word(text: str, start: int, end: int) -> Found | None:
    """The URL around a word for a dot (`roses dot com`), or None."""
    ending = _TLD_AFTER_DOT.match(text, end)
    if ending is None:
        return None
    label = _DOMAIN_BEFORE_DOT.search(text[max(0, start - NEAR) : start])
    if label is None:
        return None
    address = ending.group()[ending.start(1) - ending.start() :].rstrip(".,;:!?)]}'*/")
    begin = start - len(label.group())
    return Found("url", f"{label.group(1)}.{address}", begin, ending.start(1) + len(address))


def of_url(url: Url) -> Found:
    """What a URL is: a handle or a payment handle where its host says so, else a URL."""
    host = url.host
    for hosts, kind in ((HANDLE_HOSTS, "handle"), (PAYMENT_HOSTS, "payment")):
        if host in hosts:
            service, form = hosts[host]
            name = form.match(url.path.partition("?")[0])
            if name is not None and re.search(r"[a-z]", name.group("name")):
                return Found(kind, f"{service}:{name.group('name').rstrip('.')}", url.start, url.end)
    return Found("url", url.value, url.start, url.end)


def handle_of_service(text: str, start: int, end: int) -> Found | None:
    """The handle after the name of a service, or None where what follows is plain text."""
    service = text[start:end]
    found = _AFTER_SERVICE.match(text, end)
    if found is None:
        return None
    name = found.group("name").rstrip("._-")
    lead = found.group("lead")
    if len(name) < 3 or not re.search(r"[a-z]", name) or _PHONE_LIKE.fullmatch(name):
        return None
    if not lead and not found.group("at"):
        # `whatsapp` itself, or a longer word that begins like a service.
        return None
    if found.group("at") is None:
        if name in NO_NAME or name.split(".")[-1] in TLDS:
            return None
        marked = re.search(r"[:=]|\bid\b|\buser|\bhandle\b|\bpseudo\b|\busuario\b", lead) is not None
        shaped = re.search(r"[a-z].*[0-9_.]|[0-9_.].*[a-z]", name) is not None and "\n" not in lead
        if not marked and not shaped:
            return None
        if not marked and re.fullmatch(
            r"[0-9]+(?:am|pm|h|hrs?|min|yrs?|yo|ans|cad|usd|[a-z])(?:-.*)?|[a-z]+\.[a-z]+", name
        ):
            return None
        if service in ("line", "session", "signal", "tele", "sc", "wa", "snap") and not (
            marked or re.search(r"[a-z]{2}.*[0-9_]", name)
        ):
            return None
    elif name in NO_NAME:
        return None
    begin = found.start("at") if found.group("at") else found.start("name")
    return Found("handle", f"{SERVICES[service]}:{name}", begin, found.start("name") + len(name))


def handle_at_sign(text: str, at: int) -> Found | None:
    """The handle that an at sign begins, with the service named just before it if any, or None."""
    found = _AT_NAME.match(text, at)
    if found is None or (at and re.match(r"[a-z0-9@._]", text[at - 1])):
        return None
    name = found.group(1).rstrip("._")
    if len(name) < 3 or name in NO_NAME:
        return None
    before = _SERVICE_BEFORE.search(text[max(0, at - 32) : at].rpartition("\0")[2])
    service = "handle"
    if before is not None:
        service = SERVICES.get(before.group(1), "twitter")
    return Found("handle", f"{service}:{name}", at, at + 1 + len(name))
