"""The report of a package in words: what was asked, what was found, and how far it can be trusted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

import numpy as np

from filrouge.engines.voices import reach_of
from filrouge.evidence.scale import AT, STEPS, verbal
from filrouge.i18n import _, decimals, ngettext, number
from filrouge.reports.html.words import ads as ads_in_words
from filrouge.reports.html.words import agencies as agencies_in_words
from filrouge.reports.html.words import kind_name, tie_kind
from filrouge.reports.html.words import places as places_in_words
from filrouge.reports.package.blocks import (
    Block,
    Facts,
    Grid,
    Heading,
    Para,
    Report,
    TemplateText,
    Waterfall,
)
from filrouge.reports.package.data import Data, Row
from filrouge.reports.package.story_limits import checking, custody, doubts, limits, sources
from filrouge.reports.package.what import Ads, Cluster, What
from filrouge.reports.ties import reach_in_words, signed

CLUSTERS: Final = 12
"""Clusters whose templates are shown; those with most ads."""
VALUES: Final = 8
"""Values of a slot that are named."""
MEMBERS: Final = 60
"""Ads that are listed."""
TIES: Final = 20
WATERFALLS: Final = 4
IDENTIFIERS: Final = 40
WEEKS: Final = 40


def report_of(data: Data, key: str) -> Report:
    """The report, in the language spoken now.

    Args:
        data: of the package.
        key: the fingerprint of the key that signs.
    """
    terms, what = data.terms, what_in_words(data.found.what)
    state = _("open text") if terms.is_open else _("masked")
    recipient = terms.recipient or _("no named recipient")
    when = f"{terms.made_at:%Y-%m-%d %H:%M} UTC"
    return Report(
        title=_("Evidence report: {what}").format(what=what),
        subtitle=_("Case “{case}”").format(case=data.found.case),
        mark=_("For {recipient} · {state}").format(recipient=recipient, state=state),
        foot=_("filrouge · {what} · made by {who} on {when} · snapshot {seq}").format(
            what=data.found.what.name, who=terms.made_by, when=when, seq=data.found.ws.snapshot.seq
        ),
        language=terms.language,
        blocks=list(_blocks(data, key)),
    )


def what_in_words(what: What) -> str:
    """The network, the cluster or the ads that a package is about."""
    if isinstance(what, Ads):
        count = len(set(what.ads))
        return ngettext("{count} ad", "{count} ads", count).format(count=number(count))
    name = _("cluster {name}") if isinstance(what, Cluster) else _("network {name}")
    return name.format(name=what.name)


def _blocks(data: Data, key: str) -> Iterator[Block]:
    yield from _terms(data, key)
    yield from _plainly(data)
    yield from _templates(data)
    yield from _members(data)
    yield from _identifiers(data)
    yield from _timeline(data)
    yield from _ties(data)
    yield from doubts(data)
    yield from limits(data)
    yield from _scale()
    yield from sources(data)
    yield from custody(data)
    yield from checking(data, key)


def _terms(data: Data, key: str) -> Iterator[Block]:
    terms, snapshot = data.terms, data.found.ws.snapshot
    state = (
        _("open: identifiers, names and texts stand in the clear. Reason: {why}").format(why=terms.opened)
        if terms.is_open
        else _("masked: identifiers and names are replaced by pseudonyms, the same for the same value")
    )
    rows = [
        (_("Made for"), terms.recipient or "–"),
        (_("Purpose"), terms.purpose or "–"),
        (_("Authority"), terms.authority or "–"),
        (_("Made by"), terms.made_by),
        (_("Made on"), f"{terms.made_at:%Y-%m-%d %H:%M:%S} UTC"),
        (
            _("As of"),
            _("snapshot {seq}, {when} UTC").format(seq=snapshot.seq, when=f"{snapshot.at:%Y-%m-%d %H:%M}"),
        ),
        (_("Text"), state),
        (_("Signing key"), key),
    ]
    yield Facts([row for row in rows if row[1] != "–" or row[0] in (_("Made for"), _("Purpose"))])


def _plainly(data: Data) -> Iterator[Block]:
    """What was asked and what was found, before any number."""
    members = [row for row in data.ads if row["member"]]
    yield Heading(_("In plain words"))
    asked = (
        _(
            "These {ads} were asked for by the person whose own they are. Nothing of anybody else is in this package."
        )
        if isinstance(data.found.what, Ads) and data.found.what.alone
        else _("It was asked what ties these {ads} together.")
        if isinstance(data.found.what, Ads)
        else _("It was asked what holds the {ads} of this network together.")
        if not isinstance(data.found.what, Cluster)
        else _("It was asked whether these {ads} were written from one template.")
    )
    yield Para(asked.format(ads=ads_in_words(len(members))))
    days = sorted(row["posted"][:10] for row in members if row["posted"])
    where = {row["place"] for row in members if row["place"]}
    spans = {
        "agencies": agencies_in_words(len({row["agency"] for row in members})),
        "places": places_in_words(len(where)),
    }
    at = _("They were posted at {agencies}, in {places}.") if where else _("They were posted at {agencies}.")
    said = [at.format(**spans)]
    if days:
        said.append(_("The first is of {first}, the last of {last}.").format(first=days[0], last=days[-1]))
    voices = data.ties.voices
    clusters = sum(voice["cluster"] is not None for voice in voices)
    singles = len(voices) - clusters
    made_up = [
        ngettext(
            "{count} group written from one template",
            "{count} groups, each written from one template",
            clusters,
        ).format(count=number(clusters))
    ] * bool(clusters) + [
        ngettext("{count} single ad", "{count} single ads", singles).format(count=number(singles))
    ] * bool(singles)
    said.append(_("By their text they are {groups}.").format(groups=_(", and ").join(made_up)))
    yield Para(" ".join(said))
    yield from _strongest_in_words(data)
    yield Para(
        _(
            "This report says how ads hang together. It does not say who wrote them, nor that anybody did anything "
            "unlawful. What it means is for people to decide."
        ),
        strong=True,
    )


def _strongest_in_words(data: Data) -> Iterator[Block]:
    ties = [tie for tie in data.ties.of_voices if tie["total"] > 0]
    if ties:
        best = ties[0]
        yield Para(
            _(
                "The strongest tie is between {one} and {other}: {bits} bits. What was seen of the two is {times} "
                "times as probable if one hand wrote both as if two strangers did. Of this, {claimed} bits may be "
                "claimed, because this case can bear out no more: {words}."
            ).format(
                one=best["one"],
                other=best["other"],
                bits=signed(best["total"]),
                times=times(best["total"]),
                claimed=signed(best["claimed"]),
                words=verbal(best["claimed"]),
            )
        )
        yield Para(reach_in_words(reach_of(data.ties.strangers, best["total"])))
    cut = data.parameters["text"]["cut"]
    saved = [row["bits"] for row in data.members]
    if saved:
        yield Para(
            _(
                "To write each ad with its template beside it saves between {least} and {most} bits. Texts tie two "
                "ads from {cut} bits on: a cut that is set so that one ad in a hundred reaches it with a stranger's "
                "text, as far as the strangers of the workspace tell."
            ).format(least=signed(min(saved)), most=signed(max(saved)), cut=signed(cut))
        )


def times(bits: float) -> str:
    """How many times as probable bits are, as a number that can be read."""
    if bits >= 40:
        return _("more than a million million")
    ratio = 2.0**bits
    digits = max(int(np.floor(np.log10(max(ratio, 1)))) - 1, 0)
    return decimals(ratio, 1) if ratio < 10 else number(round(ratio / 10**digits) * 10**digits)


def _templates(data: Data) -> Iterator[Block]:
    shown = data.templates[:CLUSTERS]
    if not shown:
        return
    yield Heading(_("What is constant and what varies"))
    yield Para(
        _(
            "Words outside of boxes stand in all or most ads of the group. Each numbered box is a place where they "
            "differ; the table below it says what stands there, and in how many ads."
        )
    )
    for template in shown:
        yield Heading(f"C{template.cluster}: {ads_in_words(template.ads)}", 2)
        slots = [part for part in template.parts if part.slot]
        yield TemplateText(template.parts, [kind_name(part.slot) for part in slots])
        rows = []
        for place, part in enumerate(slots, 1):
            named = list(part.values.items())[:VALUES]
            said = "; ".join(f"{value} ({count})" for value, count in named)
            more = len(part.values) - len(named)
            rows.append(
                [
                    str(place),
                    kind_name(part.slot),
                    number(len(part.values)),
                    said + (f"; … +{more}" if more else ""),
                ]
            )
        if rows:
            yield Grid(
                [_("box"), _("kind"), _("values"), _("what stands there (ads)")],
                rows,
                [1, 2, 1, 10],
                right=[2],
            )
    left = len(data.templates) - len(shown)
    if left:
        yield Para(
            ngettext(
                "{count} more template is in evidence/templates.jsonl.",
                "{count} more templates are in evidence/templates.jsonl.",
                left,
            ).format(count=number(left))
        )


def _members(data: Data) -> Iterator[Block]:
    members = [row for row in data.ads if row["member"]]
    bits = {row["ad"]: row["bits"] for row in data.members}
    yield Heading(_("The ads"))
    ordered = sorted(members, key=lambda row: (row["posted"] or "", row["ad"]))
    rows = [
        [
            str(row["ad"]), row["id"], row["agency"], (row["posted"] or "–")[:10], row["place"] or "–", row["voice"],
            signed(bits[row["ad"]]) if row["ad"] in bits else "–",
        ]
        for row in ordered[:MEMBERS]
    ]  # fmt: skip
    head = [_("ad"), _("id"), _("agency"), _("posted"), _("place"), _("voice"), _("bits saved")]
    yield Grid(head, rows, [1.1, 2, 2.4, 1.8, 3, 1.4, 1.4], right=[0, 6])
    if len(members) > MEMBERS:
        yield Para(_("The other {ads} are in ads.csv.").format(ads=ads_in_words(len(members) - MEMBERS)))


def _identifiers(data: Data) -> Iterator[Block]:
    carried: Counter[str] = Counter(row["identifier"] for row in data.ties.identifiers)
    yield Heading(_("Identifiers in the ads"))
    if not carried:
        yield Para(_("No phone, e-mail address, account or link was found in these ads."))
        return
    about = {row["identifier"]: row for row in data.ties.identifiers}
    ordered = sorted(carried, key=lambda name: (-carried[name], name))
    rows = [
        [
            kind_name(about[name]["kind"]), name.partition(":")[2], number(carried[name]),
            number(about[name]["holders"]), signed(about[name]["bits"]),
        ]
        for name in ordered[:IDENTIFIERS]
    ]  # fmt: skip
    head = [_("kind"), _("identifier"), _("ads here"), _("ads in the case"), _("bits")]
    yield Grid(head, rows, [2, 5, 1.5, 2, 1.5], right=[2, 3, 4])
    if len(ordered) > IDENTIFIERS:
        left = len(ordered) - IDENTIFIERS
        yield Para(_("{count} more are in evidence/identifiers.csv.").format(count=number(left)))


def _timeline(data: Data) -> Iterator[Block]:
    weeks: dict[str, list[Row]] = {}
    for row in data.timeline:
        if row["day"]:
            day = np.datetime64(row["day"], "D")
            monday = day - (day.astype(int) + 3) % 7
            weeks.setdefault(str(monday), []).append(row)
    if not weeks:
        return
    yield Heading(_("When and where"))
    rows = []
    for week, mine in sorted(weeks.items())[:WEEKS]:
        total = sum(row["ads"] for row in mine)
        named = [
            sorted({row[column] for row in mine if row[column]}) for column in ("agency", "place", "voice")
        ]
        rows.append([week, number(total), *(_few(values) for values in named)])
    head = [_("week of"), _("ads"), _("agencies"), _("places"), _("voices")]
    yield Grid(head, rows, [1.6, 0.8, 4, 5, 3], right=[1])
    if len(weeks) > WEEKS:
        yield Para(_("The other weeks are in timeline.csv."))


def _few(values: list[str], most: int = 5) -> str:
    return ", ".join(values[:most]) + (f" … +{len(values) - most}" if len(values) > most else "")


def _ties(data: Data) -> Iterator[Block]:
    ties = [tie for tie in data.ties.of_voices if tie["total"] > 0]
    of_ads = not ties
    if of_ads:
        ties = sorted(data.ties.of_ads, key=lambda tie: (-tie["total"], tie["one"], tie["other"]))
    if not ties:
        return
    yield Heading(_("What ties them, in bits"))
    yield Para(
        _(
            "A bit doubles: 10 bits are about 1,000 times, 20 bits about 1,000,000 times as probable if one hand wrote "
            "both. Kinds of evidence that may come from one event (a text copied with its phone) count once; that is "
            "taken off as “counted once”. What may be claimed is never more than the pairs of this case bear out."
        )
    )
    rows = [
        [
            _named(tie["one"]), _named(tie["other"]), signed(tie["total"]), signed(tie["claimed"]),
            verbal(tie["claimed"]),
            f"{number(tie['strangers'][0])} / {number(tie['strangers'][1])}",
        ]
        for tie in ties[:TIES]
    ]  # fmt: skip
    head = [_("one"), _("other"), _("bits"), _("claimed"), _("in words"), _("strangers that reach it")]
    yield Grid(head, rows, [1.5, 1.5, 1.3, 1.3, 4.5, 2.4], right=[2, 3, 5])
    if len(ties) > TIES:
        file = "evidence/ties_ads.csv" if of_ads else "evidence/ties_voices.csv"
        yield Para(_("{count} more are in {file}.").format(count=number(len(ties) - TIES), file=file))
    for tie in ties[:WATERFALLS]:
        yield Heading(_("{one} and {other}").format(one=_named(tie["one"]), other=_named(tie["other"])), 2)
        steps = [(tie_kind(kind), part) for kind, part in tie["parts"].items() if abs(part) >= 0.005]
        yield Waterfall(steps, (_("total"), tie["total"]))
        if tie["shared"]:
            shared = _few([row["identifier"] for row in tie["shared"]], 8)
            yield Para(_("Both hold: {identifiers}.").format(identifiers=shared))


def _named(end: str | int) -> str:
    """A voice by its name, an ad by its number."""
    return end if isinstance(end, str) else _("ad {number}").format(number=end)


def _scale() -> Iterator[Block]:
    yield Heading(_("The verbal scale"))
    ends = [*AT[1:], np.inf]
    rows = []
    for step, begin, end in zip(STEPS, AT, ends, strict=True):
        span = f"{decimals(begin, 1)} – {decimals(end, 1)}" if np.isfinite(end) else f"≥ {decimals(begin, 1)}"
        rows.append([span, number(int(step)), verbal(begin + 0.001)])
    yield Grid([_("bits"), _("likelihood ratio from"), _("in words")], rows, [2, 2, 5], right=[1])
