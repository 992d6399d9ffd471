"""Findings as FollowTheMoney entities, a JSON object a line, for OpenAleph and other tools of that family.

What a thing is called matters there: a `Person` or a `LegalEntity` is matched against lists of suspects.
filrouge knows texts, not people, so nothing here is one, and no entity carries a `topics` tag:

- an ad is a `PlainText`;
- a phone, e-mail, handle or payment handle is a `UserAccount` without owner, a bank account a `BankAccount`,
  a wallet a `CryptoWallet`, a link a `HyperText` (a web page);
- a cluster and a network are each a `Note`: an annotation by the program, not a body that exists;
- a tie, and that something is part of a network, is an `UnknownLink`, "possible" where it is weak.

Source: schema and ids of the followthemoney package, 4.11 (MIT licence).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from filrouge.i18n import _, decimals
from filrouge.reports.exports.graph import refuse_dangling
from filrouge.reports.exports.text import plain_text

if TYPE_CHECKING:
    import polars as pl

GENERATOR: Final = "filrouge"
_SEPARATOR: Final = "\x1f"
_CHAINS: Final = {"bitcoin": "BTC", "ethereum": "ETH"}
"""Services of a payment handle that are wallets, with the symbol of their currency."""

Properties = dict[str, list[str]]


def entity_id(dataset: str, *key: str) -> str:
    """The id of an entity: SHA-1 of the data set and its key, the same in every run.

    It equals `followthemoney.util.make_entity_id(key, key_prefix=dataset)` with the parts of the key joined by
    the unit separator (U+001F).
    """
    joined = _SEPARATOR.join(key)
    return hashlib.sha1(
        (dataset + joined).encode("utf-8", "surrogatepass"), usedforsecurity=False
    ).hexdigest()


def write_ftm(
    path: Path,
    nodes: pl.DataFrame,
    edges: pl.DataFrame,
    *,
    dataset: str,
    networks: Iterable[Mapping[str, Any]] = (),
    ads: pl.DataFrame | None = None,
) -> int:
    """Write the graph as FollowTheMoney entities, each id once.

    Args:
        path: the file, JSON lines.
        nodes: as for `graph.write_graphml`; the id of an identifier is `kind:value`, that of an ad `ad:` and
            the ad's id, that of a cluster its name or `cluster:` and its name.
        edges: as for `graph.write_graphml`.
        dataset: the name of the collection of ads; entities of two data sets have different ids.
        networks: for each network that is named in `nodes`, what is known of it: `network` (its name), and
            if present `summary`, `first`, `last`. A network that is not listed has its name alone.
        ads: `id`, `text`, `agency`, `posted`, `location`; the text goes with the nodes that are ads.

    Returns:
        How many entities were written.

    Raises:
        DanglingEdge: if an edge leads to no node, or two nodes have one id.
        OSError: if it cannot be written.
    """
    refuse_dangling(nodes, edges)
    written: set[str] = set()
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for entity in _entities(nodes, edges, dataset, networks, ads):
            if entity["id"] not in written:
                written.add(entity["id"])
                file.write(json.dumps(entity, ensure_ascii=False) + "\n")
    return len(written)


def _entities(
    nodes: pl.DataFrame,
    edges: pl.DataFrame,
    dataset: str,
    networks: Iterable[Mapping[str, Any]],
    ads: pl.DataFrame | None,
) -> Iterator[dict[str, Any]]:
    texts = _texts(nodes, ads)
    known = {str(network["network"]): network for network in networks}
    part, possible, bits = _("part of the network"), _("possible"), _("{bits} bits")
    ids: dict[str, str] = {}
    named: dict[str, str] = {}
    for node in nodes.iter_rows(named=True):
        key = ids[node["id"]] = entity_id(dataset, "node", node["id"])
        schema, properties = _node(node, texts)
        yield _entity(key, schema, properties)
        for name in _networks_of(node):
            if name not in named:
                named[name] = entity_id(dataset, "network", name)
                yield _entity(named[name], "Note", _network(name, known.get(name, {})))
            yield _entity(
                entity_id(dataset, "part", name, node["id"]),
                "UnknownLink",
                {
                    "subject": [named[name]],
                    "object": [key],
                    "role": [part],
                    "startDate": _day(node.get("first")),
                    "endDate": _day(node.get("last")),
                    "publisher": [GENERATOR],
                },
            )
    for name in sorted(known.keys() - named.keys()):
        yield _entity(entity_id(dataset, "network", name), "Note", _network(name, known[name]))
    for edge in edges.iter_rows(named=True):
        strength = edge["bits"]
        yield _entity(
            entity_id(dataset, "tie", *sorted((edge["source"], edge["target"])), edge["kind"] or ""),
            "UnknownLink",
            {
                "subject": [ids[edge["source"]]],
                "object": [ids[edge["target"]]],
                "role": [edge["kind"] or ""],
                "status": [possible] if edge["possible"] else [],
                "summary": [bits.format(bits=decimals(strength, 1))]
                if strength is not None and isfinite(strength)
                else [],
                "startDate": _day(edge.get("first")),
                "endDate": _day(edge.get("last")),
                "publisher": [GENERATOR],
            },
        )


def _networks_of(node: Mapping[str, Any]) -> list[str]:
    """The networks that a node is part of: an identifier may be in several."""
    given = node.get("network")
    return list(given) if isinstance(given, list) else [str(given)] if given else []


def _entity(key: str, schema: str, properties: Properties) -> dict[str, Any]:
    known = {name: [plain_text(v) for v in values if v] for name, values in properties.items() if values}
    return {"id": key, "schema": schema, "properties": {name: v for name, v in known.items() if v}}


def _texts(nodes: pl.DataFrame, ads: pl.DataFrame | None) -> dict[str, dict[str, Any]]:
    """The rows of the ads that are nodes, by id."""
    import polars as pl

    if ads is None:
        return {}
    wanted = nodes.filter(pl.col("kind") == "ad")["id"].str.strip_prefix("ad:")
    rows = ads.filter(pl.col("id").is_in(wanted.implode()))
    return {row["id"]: row for row in rows.iter_rows(named=True)}


def _node(node: Mapping[str, Any], texts: Mapping[str, Mapping[str, Any]]) -> tuple[str, Properties]:
    label = " ".join((node["label"] or node["id"]).split())  # a name is one line
    if node["kind"] == "ad":
        return "PlainText", _ad(node, label, texts)
    if node["kind"] == "identifier":
        return _identifier(node["id"], label)
    return "Note", {
        "name": [label],
        # A note is shown by its description.
        "description": [_("{name}: ads that follow one template").format(name=label)],
        "keywords": [_("template")],
        "publisher": [GENERATOR],
        "summary": _span(node.get("first"), node.get("last")),
    }


def _ad(node: Mapping[str, Any], label: str, texts: Mapping[str, Mapping[str, Any]]) -> Properties:
    own = node["id"].removeprefix("ad:")
    ad = texts.get(own, {})
    return {
        "fileName": [own],
        "title": [label],
        "bodyText": [ad.get("text") or ""],
        "publisher": [ad.get("agency") or ""],
        "publishedAt": _day(ad.get("posted") or node.get("first")),
        "locationMentioned": [ad.get("location") or ""],
        "mimeType": ["text/plain"],
        "generator": [GENERATOR],
    }


def _identifier(node: str, label: str) -> tuple[str, Properties]:
    """The entity for an identifier, whose node is called `kind:value`."""
    kind, _sign, value = node.partition(":")
    if not value:
        kind, value = "", node
    if kind == "url":
        address = value if "://" in value else f"http://{value}"
        return "HyperText", {"fileName": [value], "title": [label], "sourceUrl": [address]}
    service, _sign, account = value.partition(":")
    if kind == "payment" and service == "iban":
        return "BankAccount", {"name": [label], "iban": [account], "accountNumber": [account]}
    if kind == "payment" and service in _CHAINS:
        return "CryptoWallet", {
            "name": [label], "publicKey": [account], "cryptoAddress": [account], "blockchain": [service],
            "currencySymbol": [_CHAINS[service]],
        }  # fmt: skip
    properties: Properties = {"name": [label], "username": [value], "service": [kind]}
    if kind == "phone":
        properties["phone"] = [value]
    elif kind == "email":
        properties["email"] = [value]
    elif account:
        properties |= {"username": [account], "service": [service]}
        # Money that is sent to an e-mail or a phone: the account is known by it.
        properties["email" if "@" in account else "phone"] = (
            [account] if "@" in account[1:] or account.startswith("+") else []
        )
    return "UserAccount", properties


def _network(name: str, network: Mapping[str, Any]) -> Properties:
    return {
        "name": [name],
        "description": [
            _(
                "{name}: ads that evidence ties together; found by a program, to be checked by a person"
            ).format(name=name)
        ],
        "summary": [str(network.get("summary") or ""), *_span(network.get("first"), network.get("last"))],
        "keywords": [_("network")],
        "publisher": [GENERATOR],
    }


def _day(value: date | datetime | str | None) -> list[str]:
    if isinstance(value, date):  # a datetime is a date, too
        return [value.isoformat()[:10]]
    return [value[:10]] if value else []


def _span(first: date | str | None, last: date | str | None) -> list[str]:
    days: Sequence[str] = list(dict.fromkeys([*_day(first), *_day(last)]))
    return [" – ".join(days)] if days else []
