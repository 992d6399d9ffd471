"""The second half of the report: doubt, limits and error rates, sources, custody, and how all of it is checked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from filrouge.i18n import _, decimals, ngettext, number
from filrouge.reports.html.words import kind_name
from filrouge.reports.package.blocks import Block, Bullets, Facts, Grid, Heading, Para
from filrouge.reports.package.data import Data
from filrouge.reports.ties import signed

AGAINST: Final = 10
LEAST_AGAINST: Final = 0.05
STEPS: Final = 60


def doubts(data: Data) -> Iterator[Block]:
    """What speaks against one hand, and what else would explain what was found."""
    yield Heading(_("What speaks against it"))
    against = [tie for tie in data.ties.of_voices if tie["parts"].get("against", 0.0) <= -LEAST_AGAINST]
    below = [tie for tie in data.ties.of_voices if tie["total"] <= 0]
    possible = [row for row in data.ties.edges if row["possible"]]
    items = []
    if against:
        items.append(
            _(
                "Different languages throughout, different services, or two far places at one time speak "
                "against one "
                "hand for: {pairs}."
            ).format(
                pairs="; ".join(
                    f"{tie['one']} – {tie['other']} ({signed(tie['parts']['against'])})"
                    for tie in against[:AGAINST]
                )
            )
        )
    elif len(data.ties.voices) > 1:
        items.append(_("Nothing was found that speaks against one hand for any two of these voices."))
    else:
        items.append(
            _(
                "By their text these ads are one voice. What speaks against one hand is weighed between voices only."
            )
        )
    if below:
        items.append(
            ngettext(
                "{count} pair of these voices that was weighed has no bits for one hand.",
                "{count} pairs of these voices that were weighed have no bits for one hand.",
                len(below),
            ).format(count=number(len(below)))
        )
    if possible:
        items.append(
            ngettext(
                "{count} link hangs on one weak tie and is only possible.",
                "{count} links hang on one weak tie each and are only possible.",
                len(possible),
            ).format(count=number(len(possible)))
        )
    items += _only_one(data)
    yield Bullets(items)
    yield Para(_("What would also explain what was found, and has to be ruled out by other means:"))
    yield Bullets(
        [
            _(
                "A form that an agency hands out, or a template that was bought or copied from somebody "
                "else's ad."
            ),
            _(
                "A service or a switchboard that posts, or takes calls, for advertisers who do not know "
                "each other."
            ),
            _("People who share a home, a phone or a helper, and each work alone."),
            _("A number that changed hands: a new owner has the ads of the old one against them."),
            _("One person who advertises under several names."),
        ]
    )


def _only_one(data: Data) -> list[str]:
    """Of what there is only one, as with a person who works alone."""
    members = [row for row in data.ads if row["member"]]
    values = {
        kind: {r["identifier"] for r in data.ties.identifiers if r["kind"] == kind}
        for kind in ("phone", "email")
    }
    found = [kind_name(kind) for kind, held in values.items() if len(held) == 1]
    found += [
        word
        for column, word in (("agency", _("agency")), ("place", _("place")))
        if len({row[column] for row in members if row[column]}) == 1
    ]
    if not found:
        return []
    return [
        _("There is only one of each of these, as with one person who works alone: {what}.").format(
            what=", ".join(found)
        )
    ]


def limits(data: Data) -> Iterator[Block]:
    """How far the numbers can be trusted."""
    rules, model = data.parameters, data.found.weighed.model
    counts, strangers = rules["counts"], data.ties.strangers
    yield Heading(_("Limits and error rates"))
    items = [
        _(
            "Bits weigh what was seen; they are no probability that one hand wrote the ads. That "
            "depends, too, on what "
            "else is known. These ads were found by a search among {voices} voices of the case, "
            "where chance has many "
            "tries."
        ).format(voices=number(counts["voices"])),
        _(
            "All numbers come from the {ads} ads of this case as of the snapshot, and from no "
            "others. What screens "
            "show comes from a run over the whole workspace and may differ a little."
        ).format(ads=number(counts["ads"])),
    ]
    if data.found.apart:
        items.append(
            ngettext(
                "The people of this case took {count} join of that run apart, as wrong. This package follows them.",
                "The people of this case took {count} joins of that run apart, as wrong. This package follows them.",
                data.found.apart,
            ).format(count=number(data.found.apart))
        )
    if strangers.size:
        share = {q: float(strangers[min(int(q * strangers.size), strangers.size - 1)]) for q in (0.99, 0.999)}
        items.append(
            _(
                "Error rate among strangers: of {pairs} pairs of voices that share no contact of few, "
                "drawn to be "
                "alike in place, month and language, 1 in 100 reaches {one} bits and 1 in 1,000 reaches "
                "{two} bits."
            ).format(pairs=number(strangers.size), one=signed(share[0.99]), two=signed(share[0.999]))
        )
    else:
        items.append(_("No pairs of strangers could be drawn from this case, so no error rate can be given."))
    items.append(
        _(
            "The weights were fitted on {same} pairs that share an identifier and {strangers} pairs "
            "of strangers of "
            "this case. No more than {most} bits for one hand, and {least} bits against it, may be claimed."
        ).format(
            same=number(model.same),
            strangers=number(model.strangers),
            most=signed(model.most),
            least=signed(model.least),
        )
        if model.is_fitted
        else _(
            "This case has too little to learn weights from; cautious ones were used, and no more "
            "than {most} bits may "
            "be claimed."
        ).format(most=signed(model.most))
    )
    measured = [check for check in rules["calibration"]["checks"] if check["cllr"] is not None]
    items += [
        _(
            "On pairs that taught the weights nothing (label: {label}), taking the bits at their "
            "word costs {cllr} of "
            "1 bit (0 is perfect, 1 is worth nothing). The labels are weak: sharing a contact stands "
            "for one hand."
        ).format(label=", ".join(kind_name(kind) for kind in check["label"]), cllr=decimals(check["cllr"], 3))
        for check in measured
    ]
    if not measured:
        items.append(_("There were too few pairs to measure how well the bits mean what they say."))
    items += [
        _(
            "None of this was measured against cases whose truth is known; it rests on a model that "
            "is simpler than people."
        ),
        _("An ad that was not collected, or was destroyed by a retention rule, has no part in it."),
    ]
    yield Bullets(items)


def sources(data: Data) -> Iterator[Block]:
    """The files that the ads come from."""
    yield Heading(_("Sources"))
    for row in data.custody.sources:
        yield Facts(
            [
                (_("File"), row["name"]),
                ("SHA-256", row["sha256"]),
                (
                    _("Received"),
                    _("{when} by {who}; {bytes} bytes, {rows} ads, of which {used} here").format(
                        when=row["received_at"], who=row["receiver"] or "–", bytes=number(row["bytes"]),
                        rows=number(row["rows"]), used=number(row["rows_used"]),
                    ),
                ),
            ]
        )  # fmt: skip


def custody(data: Data) -> Iterator[Block]:
    """Who did what with the ads, and when."""
    steps = data.custody.steps
    words = {
        "received": _("received"),
        "ingested": _("taken in"),
        "compared": _("compared"),
        "opened": _("opened"),
        "packaged": _("packaged"),
        "retention": _("ads destroyed"),
    }
    yield Heading(_("Chain of custody"))
    yield Para(
        _(
            "Each row of the workspace's ledger holds the fingerprint of the row before it, so that "
            "none can be "
            "changed or left out without notice. ledger.jsonl has the rows that concern this case in "
            "full, and of "
            "others their fingerprints."
        )
    )
    shown = steps if len(steps) <= STEPS else [*steps[: STEPS // 2], *steps[-STEPS // 2 :]]
    rows = [
        [row["at"].replace("T", " ")[:16], words.get(row["what"], row["what"]), row["by"] or "–", str(row["snapshot"]),
         row["fingerprint"][:16] + "…", row["details"]]
        for row in shown
    ]  # fmt: skip
    head = [_("when (UTC)"), _("what"), _("by"), _("snapshot"), _("fingerprint"), _("details")]
    yield Grid(head, rows, [2.6, 1.7, 1.6, 1.3, 2.6, 6], right=[3], mono=[4])
    if len(steps) > STEPS:
        yield Para(
            _("{count} steps between are in custody.csv.").format(count=number(len(steps) - len(shown)))
        )


def checking(data: Data, key: str) -> Iterator[Block]:
    """How somebody who does not trust us checks all of this."""
    yield Heading(_("How to check this"))
    yield Bullets(
        [
            _(
                "Unpack the ZIP and run check.py with Python and NumPy (python check.py). It needs "
                "neither filrouge nor "
                "a network, is under 500 lines long, and works every bit out again from the files beside "
                "it; or it says "
                "which line of which file disagrees."
            ),
            _("With filrouge: filrouge verify-package FILE.zip --signed-by {key}").format(key=key[:16]),
            _(
                "The signature proves that the package was not changed since the holder of the key "
                "signed it. Who that "
                "is, a key made by the workspace itself does not prove: ask for its fingerprint by "
                "another way, and "
                "compare all of it: {key}"
            ).format(key=key),
            _("Taken as given by the checkers, and listed by them: {what}.").format(what="; ".join(_given())),
        ]
    )


def _given() -> list[str]:
    return [
        _("how texts were split into words"),
        _("counts over all ads of the case"),
        _("the fitted weights"),
        _("the bits of images, writing style, movement and of what speaks against"),
    ]
