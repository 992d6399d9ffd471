"""What a person reads on one HTML page, and what the page says about itself."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import urlsplit

from filrouge.ads.readers.encodings import as_utf8

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser

#: What browsers do not show.
_UNSEEN_TAGS: Final = "script style noscript template svg iframe object head select textarea title"
_UNSEEN: Final = frozenset(_UNSEEN_TAGS.split())
#: What stands on lines of its own. Letters in inline tags, `<b>c</b>all`, stay one word.
_BLOCK_TAGS: Final = (
    "address article aside blockquote br center dd details div dl dt fieldset figcaption figure footer form "
    "h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section summary table td th tr ul"
)
_BLOCKS: Final = frozenset(_BLOCK_TAGS.split())
_CHARSET: Final = re.compile(rb"""<meta[^>]+charset\s*=\s*["']?\s*([\w-]+)""", re.I)
_HEAD: Final = 4096
_TAG: Final = re.compile(rb"<[^<>]*>")
#: Tags that stay open until they are closed.
_NESTING: Final = re.compile(
    rb"<(/?)(?!(?:br|p|li|d[dt]|t[dhr]|img|input|hr|meta|link|option|wbr|source|col|area)\b)[a-z]", re.I
)
_DEEPEST_TAGS: Final = 10_000
#: Linked data is never nested deeper.
_DEEPEST: Final = 20
_LONGEST: Final = 300


class Page(NamedTuple):
    """A page. Each is "" where the page does not say it; `site` is a host without `www.`."""

    text: str
    title: str
    site: str
    posted: str
    location: str


def parse_page(data: bytes, charset: str = "") -> Page:
    """The page in `data`; `charset` is what its server said, if one did."""
    from selectolax.lexbor import LexborHTMLParser

    if _is_bottomless(data):
        data = _TAG.sub(b" ", data)
    tree = LexborHTMLParser(_html(data, charset))
    linked = list(_linked_data(tree))
    title = _meta(tree, "og:title") or _text_of(tree, "title")
    posted = (
        _meta(tree, "article:published_time")
        or next(_values(linked, "datePublished"), "")
        or next(_values(linked, "datePosted"), "")
        # The first time on a page is mostly the ad's own; those of comments come after.
        or _attribute(tree, "time[datetime]", "datetime")
    )
    location = (
        next(_values(linked, "addressLocality"), "")
        or _meta(tree, "og:locality")
        or _meta(tree, "geo.placename")
        or _meta(tree, "place:locality")
    )
    site = (
        host_of(_attribute(tree, "link[rel=canonical]", "href"))
        or host_of(_meta(tree, "og:url"))
        or host_of(_meta(tree, "og:site_name"))
    )
    text = _seen(tree)
    # Most pages repeat their title as a heading.
    return Page(text, "" if title in text else title, site, posted, location)


def _is_bottomless(data: bytes) -> bool:
    """Whether tags nest so deep that parsing, which takes the square of the depth, would take minutes."""
    if len(data) < _DEEPEST_TAGS * 3:
        return False
    depth = 0
    for tag in _NESTING.finditer(data):
        depth += -1 if tag[1] else 1
        if depth > _DEEPEST_TAGS:
            return True
    return False


def host_of(address: str) -> str:
    """The host of an address, lower case and without `www.`; of a bare site name, that name."""
    address = address.strip()
    try:
        host = urlsplit(address if "//" in address else f"//{address}").hostname or ""
    except ValueError:
        return ""
    return host.removeprefix("www.")


def _html(data: bytes, charset: str) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
        return as_utf8("", data).data.decode("utf-8", "filrouge-windows")
    declared = _CHARSET.search(data[:_HEAD])
    for name in (charset, declared[1].decode("ascii", "replace") if declared else ""):
        # Pages that say Latin-1 mean Windows-1252, and many that say so are UTF-8.
        if name and name.lower() not in ("utf-8", "utf8", "iso-8859-1", "latin1", "windows-1252", "utf-16"):
            try:
                return data.decode(name, "replace")
            except (LookupError, ValueError):
                continue
    return as_utf8("", data).data.decode("utf-8", "filrouge-windows")


def _seen(tree: LexborHTMLParser) -> str:
    """The text that a browser shows, a line for each block."""
    body = tree.body or tree.root
    if body is None:
        return ""
    pieces: list[str] = []
    # Walked by hand: what is unseen is passed over whole, and no page is nested too deep.
    node, end = body.child, body.mem_id
    while node is not None:
        tag = node.tag
        unseen = tag in _UNSEEN or (tag != "-text" and "hidden" in node.attributes)
        if tag == "-text":
            # In HTML a line end is a space; only blocks begin lines.
            pieces.append((node.text_content or "").replace("\n", " "))
        elif tag in _BLOCKS:
            pieces.append("\n")
        below = None if unseen else node.child
        while below is None and node is not None and node.mem_id != end:
            below = node.next
            if below is None:
                node = node.parent
                if node is not None and node.tag in _BLOCKS:
                    pieces.append("\n")
            elif node.tag in _BLOCKS:
                pieces.append("\n")
        node = below
    lines = (" ".join(line.split()) for line in "".join(pieces).split("\n"))
    return "\n".join(line for line in lines if line)


def _text_of(tree: LexborHTMLParser, selector: str) -> str:
    node = tree.css_first(selector)
    return " ".join((node.text() or "").split()) if node is not None else ""


def _attribute(tree: LexborHTMLParser, selector: str, name: str) -> str:
    node = tree.css_first(selector)
    return (node.attributes.get(name) or "").strip() if node is not None else ""


def _meta(tree: LexborHTMLParser, name: str) -> str:
    return _attribute(tree, f'meta[property="{name}"]', "content") or _attribute(
        tree, f'meta[name="{name}"]', "content"
    )


def _linked_data(tree: LexborHTMLParser) -> Iterator[Any]:
    for node in tree.css('script[type="application/ld+json"]'):
        try:
            yield json.loads(node.text() or "")
        except (ValueError, RecursionError):
            continue


def _values(linked: Any, name: str, depth: int = 0) -> Iterator[str]:
    """The strings under `name` anywhere in linked data."""
    if depth > _DEEPEST:
        return
    if isinstance(linked, dict):
        value = linked.get(name)
        if isinstance(value, str) and 0 < len(value.strip()) <= _LONGEST:
            yield value.strip()
        for item in linked.values():
            yield from _values(item, name, depth + 1)
    elif isinstance(linked, list):
        for item in linked:
            yield from _values(item, name, depth + 1)
