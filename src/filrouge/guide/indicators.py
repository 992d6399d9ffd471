"""The declared list of indicators, read from `indicators.yaml` and checked to the last field.

An indicator is an observable sign with its source, its known weakness and what it wrongly says of people who
work of their own will. None has a weight and there is no score: the list cannot be added up.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal, NoReturn

from filrouge.errors import FilrougeError
from filrouge.i18n import _

WORD_LANGUAGES: Final = ("en", "fr", "es")
"""Languages in which the words of ads are listed."""
FAMILIES: Final = ("contact", "text", "movement", "posting", "voice", "money", "work", "alert")
READINGS: Final = ("read", "secondary")
"""How a source was read: its own text in the part cited, or only an abstract or a page about it."""
BASES: Final = ("direct", "analogy")
"""Whether the source names this sign itself, or a like one (of payments, of interviews) that is read over to ads."""

RULES: Final[Mapping[str, Mapping[str, type]]] = {
    "words": {},
    "shared_value": {"kinds": list, "by": str, "least": int},
    "shared_address": {"by": str, "least": int},
    "values_of_one_text": {"kinds": list, "least": int},
    "changing_values": {"kinds": list, "least": int},
    "several_in_one_ad": {"kinds": list, "least": int},
    "disguised": {"kinds": list},
    "area_codes": {"least": int},
    "moves": {"kinds": list, "places": int, "days": int},
    "circuit": {"kinds": list, "places": int, "times": int},
    "burst": {"minutes": int, "least": int},
    "set_hours": {"days": int, "percent": int},
    "new_names_in_old_text": {"days": int, "least": int},
    "two_uses_of_one_contact": {"kinds": list},
    "age_below": {"years": int},
}
"""The rules that an indicator may name, and the parameters of each; `networks.rules` computes them."""
WORD_RULES: Final = ("words", "two_uses_of_one_contact", "age_below")
"""Rules that need lists of words."""


class BrokenGuide(FilrougeError):
    """A list of the guide that does not say what it must."""

    def __init__(self, file: str, where: str, why: str) -> None:
        super().__init__(
            _("{file}, {where}: {why}. Correct the entry and try again.").format(
                file=file, where=where, why=why
            )
        )


@dataclass(frozen=True)
class Words:
    """One text in the two languages of the program."""

    en: str
    fr: str

    def of(self, language: str) -> str:
        """The text in `language`, "en" or "fr"."""
        return self.fr if language == "fr" else self.en


@dataclass(frozen=True)
class Source:
    """Who said it, and where it can be looked up.

    Attributes:
        organisation, title, year, url: of the document; `url` may be a DOI address.
        page: page, section or item as the document has it.
        reading: one of `READINGS`.
        basis: one of `BASES`.
    """

    organisation: str
    title: str
    year: int
    url: str
    page: str
    reading: Literal["read", "secondary"]
    basis: Literal["direct", "analogy"]


@dataclass(frozen=True)
class Indicator:
    """An observable sign of a group of ads.

    Attributes:
        id: small letters and hyphens; never used again for another sign.
        family: one of `FAMILIES`, for the order on a page.
        name, observes: what it is called, what is seen.
        rule, parameters: how it is computed, see `RULES`.
        words: per language of `WORD_LANGUAGES` the words that are sought; empty where the rule needs none.
        unless_denied: whether "no", "without" and the like right before the words cancel them.
        source: where it comes from.
        weakness: how it fails.
        false_alarm: what it wrongly says of people who work of their own will.
        alert: whether it is a plain alert to a human that is never counted, compared or ranked.
    """

    id: str
    family: str
    name: Words
    observes: Words
    rule: str
    parameters: Mapping[str, Any]
    words: Mapping[str, tuple[str, ...]]
    unless_denied: bool
    source: Source
    weakness: Words
    false_alarm: Words
    alert: bool = False


@dataclass(frozen=True)
class Duty:
    """What the law of a place asks of someone who suspects that a minor is at risk.

    Attributes:
        place: "CA" or a province or territory, two letters.
        law: act and section; empty where it was not checked.
        says: what it asks, and whom to tell.
        source: where that was looked up.
    """

    place: str
    law: str
    says: Words
    source: Source


@dataclass(frozen=True)
class Guide:
    """The whole file.

    Attributes:
        version: of the list; results name it.
        checked: day on which the sources were last looked at, ISO.
        indicators, duties: in the order of the file.
        denials: per language the words that cancel what follows them.
        common_words: per language everyday words by which a text's language is told.
    """

    version: str
    checked: str
    indicators: tuple[Indicator, ...]
    duties: tuple[Duty, ...]
    denials: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    common_words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@cache
def load_guide() -> Guide:
    """The list that comes with this version.

    Raises:
        BrokenGuide: if an entry lacks something, has something unknown, or names a rule that there is not.
    """
    name = "indicators.yaml"
    return read_guide((files("filrouge.guide") / name).read_text(encoding="utf-8"), name)


def load_indicators() -> tuple[Indicator, ...]:
    """The indicators that come with this version, see `load_guide`."""
    return load_guide().indicators


def read_guide(text: str, file: str = "indicators.yaml") -> Guide:
    """The list in `text` (YAML), checked.

    Raises:
        BrokenGuide: see `load_guide`; names the file, the entry and the field.
    """
    import yaml

    try:
        data = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise BrokenGuide(file, _("as a whole"), str(error).replace("\n", " ")) from error
    return _Reader(file).guide(data)


def french_spaces(text: str) -> str:
    """French as it is set: apostrophes that are curved, and no line that begins with a sign or ends in «."""
    text = re.sub(r" (?=[:»%])|(?<=«) ", "\N{NO-BREAK SPACE}", text.replace("'", "’"))
    return re.sub(r" (?=[;?!])", "\N{NARROW NO-BREAK SPACE}", text)


class _Reader:
    """Takes the parsed file apart; every complaint says where."""

    def __init__(self, file: str) -> None:
        self._file = file

    def guide(self, data: object) -> Guide:
        top = self._fields(
            data, "top", ("version", "checked", "denials", "common_words", "sources", "indicators", "duties")
        )
        works = self._mapping(top["sources"], "sources")
        entries = self._list(top["indicators"], "indicators")
        indicators = tuple(self._indicator(entry, i, works) for i, entry in enumerate(entries))
        self._once((one.id for one in indicators), "indicators")
        return Guide(
            version=self._text(top["version"], "version"),
            checked=self._text(top["checked"], "checked"),
            indicators=indicators,
            duties=tuple(
                self._duty(entry, i, works) for i, entry in enumerate(self._list(top["duties"], "duties"))
            ),
            denials=self._word_lists(top["denials"], "denials"),
            common_words=self._word_lists(top["common_words"], "common_words"),
        )

    def _indicator(self, entry: object, i: int, works: Mapping[str, Any]) -> Indicator:
        where = f"indicators[{i}]"
        if isinstance(entry, dict) and isinstance(entry.get("id"), str):
            where = entry["id"]
        got = self._fields(
            entry,
            where,
            ("id", "family", "name", "observes", "rule", "source", "weakness", "false_alarm"),
            ("parameters", "words", "unless_denied", "alert"),
        )
        name = self._text(got["id"], f"{where}.id")
        if not all(part.isalnum() and part.islower() and part.isascii() for part in name.split("-")):
            self._fail(f"{where}.id", _("an id is small letters and hyphens"))
        rule = self._one_of(got["rule"], f"{where}.rule", tuple(RULES))
        words = self._word_lists(got["words"], f"{where}.words") if "words" in got else {}
        if (rule in WORD_RULES) != bool(words):
            self._fail(f"{where}.words", _("only the rules that look for words have words, and they must"))
        family = self._one_of(got["family"], f"{where}.family", FAMILIES)
        alert = self._flag(got.get("alert", False), f"{where}.alert")
        if alert != (family == "alert"):
            self._fail(f"{where}.alert", _("an alert, and nothing else, is of the family “alert”"))
        return Indicator(
            id=name,
            family=family,
            name=self._both(got["name"], f"{where}.name"),
            observes=self._both(got["observes"], f"{where}.observes"),
            rule=rule,
            parameters=self._parameters(got.get("parameters", {}), rule, f"{where}.parameters"),
            words=words,
            unless_denied=self._flag(got.get("unless_denied", False), f"{where}.unless_denied"),
            source=self._source(got["source"], f"{where}.source", works),
            weakness=self._both(got["weakness"], f"{where}.weakness"),
            false_alarm=self._both(got["false_alarm"], f"{where}.false_alarm"),
            alert=alert,
        )

    def _duty(self, entry: object, i: int, works: Mapping[str, Any]) -> Duty:
        where = f"duties[{i}]"
        got = self._fields(entry, where, ("place", "says", "source"), ("law",))
        return Duty(
            place=self._text(got["place"], f"{where}.place"),
            law=self._text(got["law"], f"{where}.law") if "law" in got else "",
            says=self._both(got["says"], f"{where}.says"),
            source=self._source(got["source"], f"{where}.source", works),
        )

    def _source(self, data: object, where: str, works: Mapping[str, Any]) -> Source:
        cited = self._fields(data, where, ("work", "page"), ("basis",))
        key = self._one_of(cited["work"], f"{where}.work", tuple(works))
        work = self._fields(works[key], f"sources.{key}", ("organisation", "title", "year", "url", "reading"))
        url = self._text(work["url"], f"sources.{key}.url")
        if not url.startswith("https://"):
            self._fail(f"sources.{key}.url", _("an address begins with https://"))
        year = work["year"]
        if not isinstance(year, int) or not 1900 < year < 2100:
            self._fail(f"sources.{key}.year", _("a year is a number of four digits"))
        return Source(
            organisation=self._text(work["organisation"], f"sources.{key}.organisation"),
            title=self._text(work["title"], f"sources.{key}.title"),
            year=year,
            url=url,
            page=self._text(cited["page"], f"{where}.page"),
            reading=self._one_of(work["reading"], f"sources.{key}.reading", READINGS),  # type: ignore[arg-type]
            basis=self._one_of(cited.get("basis", "direct"), f"{where}.basis", BASES),  # type: ignore[arg-type]
        )

    def _parameters(self, data: object, rule: str, where: str) -> Mapping[str, Any]:
        got = self._fields(data, where, tuple(RULES[rule]))
        for name, kind in RULES[rule].items():
            value = got[name]
            if isinstance(value, bool) or not isinstance(value, kind):
                self._fail(f"{where}.{name}", _("this is not of the right type"))
            if isinstance(value, int) and value <= 0:
                self._fail(f"{where}.{name}", _("this must be more than 0"))
            if isinstance(value, list) and (not value or not all(isinstance(item, str) for item in value)):
                self._fail(f"{where}.{name}", _("this must be a list of words"))
        return got

    def _word_lists(self, data: object, where: str) -> Mapping[str, tuple[str, ...]]:
        lists = self._fields(data, where, WORD_LANGUAGES)
        out = {}
        for language, entries in lists.items():
            at = f"{where}.{language}"
            out[language] = tuple(self._text(word, at) for word in self._list(entries, at))
            self._once(out[language], at)
        return out

    def _both(self, data: object, where: str) -> Words:
        got = self._fields(data, where, ("en", "fr"))
        return Words(
            self._text(got["en"], f"{where}.en"), french_spaces(self._text(got["fr"], f"{where}.fr"))
        )

    def _fields(
        self, data: object, where: str, needed: Sequence[str], allowed: Sequence[str] = ()
    ) -> dict[str, Any]:
        got = self._mapping(data, where)
        if missing := [name for name in needed if name not in got]:
            self._fail(where, _("{names} is missing").format(names=", ".join(missing)))
        if unknown := [str(name) for name in got if name not in (*needed, *allowed)]:
            self._fail(where, _("{names} is not known here").format(names=", ".join(unknown)))
        return got

    def _mapping(self, data: object, where: str) -> dict[str, Any]:
        if not isinstance(data, dict):
            self._fail(where, _("fields with names are needed here"))
        # YAML takes ON, NO and YES for true and false.
        if odd := [key for key in data if not isinstance(key, str)]:
            self._fail(where, _("“{value}” is no name; put it in quotation marks").format(value=odd[0]))
        return data

    def _list(self, data: object, where: str) -> list[Any]:
        if not isinstance(data, list) or not data:
            self._fail(where, _("a list with at least one entry is needed here"))
        return data

    def _text(self, data: object, where: str) -> str:
        if not isinstance(data, str) or not data.strip():
            self._fail(where, _("a text is needed here (in quotation marks if it is a number)"))
        return data.strip()

    def _flag(self, data: object, where: str) -> bool:
        if not isinstance(data, bool):
            self._fail(where, _("true or false is needed here"))
        return data

    def _one_of(self, data: object, where: str, known: Sequence[str]) -> str:
        if data not in known:
            self._fail(where, _("“{value}” is none of {known}").format(value=data, known=", ".join(known)))
        return str(data)

    def _once(self, values: Iterable[str], where: str) -> None:
        seen: set[str] = set()
        for value in values:
            if value in seen:
                self._fail(where, _("“{value}” stands there twice").format(value=value))
            seen.add(value)

    def _fail(self, where: str, why: str) -> NoReturn:
        raise BrokenGuide(self._file, where, why)
