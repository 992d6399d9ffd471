"""What was found, as the templates show it: answers to searches, ads, bits in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from filrouge.engines.case_answers import IDENTIFIER, WORDS, Answer, Found, Group, Tied
from filrouge.engines.case_sheets import AdSheet, Identifier, Piece
from filrouge.engines.voices import Reach
from filrouge.evidence.scale import verbal, verbal_level
from filrouge.i18n import _, ngettext, number
from filrouge.reports.html.words import kind_name, tie_kind
from filrouge.reports.ties import reach_in_words
from filrouge.web.render import shown_day

MOST_IDENTIFIERS: Final = 6


def answer_view(answer: Answer, base: str) -> dict[str, Any]:
    """An answer for compare/answer.html."""
    return {
        "how": answer.how,
        "groups": [group_view(group, answer, base) for group in answer.groups],
        "networks": [
            {
                "name": f"N{row['id']}",
                "href": f"{base}/networks/{row['id']}",
                "ads": row["ads"],
                "agencies": row["agencies"],
                "days": days(row["first"], row["last"]),
            }
            for row in networks_of(answer)
        ],
        "said": said_of(answer),
        "left": answer.left,
        "ads": answer.ads,
        "only_words": answer.only_words,
        "compared": answer.compared,
        "named": [identifier_view(one) for one in answer.named],
    }


def networks_of(answer: Answer) -> list[dict[str, Any]]:
    """The networks that an answer leads to; none by words that are merely in common."""
    return [] if answer.only_words else list(answer.networks.iter_rows(named=True))


@dataclass(frozen=True)
class Said:
    """What an answer says of itself: `tone`, "empty", "info" or "" for a plain sentence; `title` only with a tone."""

    tone: str
    title: str
    text: str

    @property
    def words(self) -> str:
        """All of it, as sentences."""
        title = f"{self.title.rstrip('.')}." if self.title else ""
        return f"{title} {self.text}".strip()


def said_of(answer: Answer) -> Said:
    """What an answer says of itself, before its groups; nothing where these say it all."""
    if not answer.groups:
        return Said("empty", *_nothing(answer.how))
    if answer.only_words:
        return Said(
            "info",
            _("Nothing is near. These ads only hold some of the words."),
            _(
                "That is no sign of one hand: strangers of one trade use the same words. No bits are told, since "
                "there is nothing to weigh."
            ),
        )
    if answer.how == IDENTIFIER:
        told = ngettext(
            "{count} ad of this case carries it.", "{count} ads of this case carry it.", answer.ads
        )
        return Said("", "", told.format(count=number(answer.ads)))
    if answer.how == WORDS:
        told = ngettext(
            "{count} ad holds all these words; the newest come first. That is no sign of one hand.",
            "At least {count} ads hold all these words; the newest come first. That is no sign of one hand.",
            answer.ads,
        )
        return Said("", "", told.format(count=number(answer.ads)))
    return Said("", "", "")


def _nothing(how: str) -> tuple[str, str]:
    if how == IDENTIFIER:
        return _("No ad of this case carries it"), _(
            "Try it in another form: with the country code, or without. A name by itself is no identifier; put it in "
            "quotes to look for the word."
        )
    if how == WORDS:
        return _("No ad of this case holds these words"), _(
            "Try fewer words, or without the quotes: ads in another language are found by words of that language."
        )
    return _("Nothing in this case is near"), _(
        "No ad has more words in common with it than strangers have by chance, and none carries an identifier that it "
        "names. Ads that come later may: keep it as a watch, or bring more files."
    )


def group_view(group: Group, answer: Answer, base: str) -> dict[str, Any]:
    """A cluster or a single ad that was found."""
    best = group.best[0]
    cluster = group.cluster >= 0
    return {
        "key": f"c{group.cluster}" if cluster else str(best.hit.ad),
        "href": f"{base}/clusters/{group.cluster}" if cluster else f"{base}/ads/{best.hit.ad}",
        "name": f"C{group.cluster}" if cluster else "",
        "title": title_of(group, answer),
        "network": f"N{group.network}" if group.network >= 0 else "",
        "network_href": f"{base}/networks/{group.network}",
        "found": group.found,
        "agencies": group.agencies,
        "days": days(group.first, group.last),
        "tied": tied_view(best.tied) if best.tied else None,
        "why": why_of(group, answer),
        "cards": [card(found, base) for found in group.best],
    }


def title_of(group: Group, answer: Answer) -> str:
    """What a group is, in a sentence."""
    if group.cluster < 0:
        return _("Ad {number}").format(number=group.best[0].hit.ad)
    count = number(group.ads)
    if answer.how == IDENTIFIER:
        return ngettext(
            "{found} of {count} ads that were written from one template carries it",
            "{found} of {count} ads that were written from one template carry it",
            group.found,
        ).format(found=number(group.found), count=count)
    if group.claims:
        return ngettext(
            "This {count} ad was written from the same template as yours",
            "These {count} ads were written from the same template as yours",
            group.ads,
        ).format(count=count)
    return ngettext(
        "This {count} ad was written from one template",
        "These {count} ads were written from one template",
        group.ads,
    ).format(count=count)


def why_of(group: Group, answer: Answer) -> str:
    """Why a group was found, in a sentence on its nearest ad; "" where nothing may be told of that."""
    best = group.best[0]
    return _why(group, answer, best).format(number=best.hit.ad)


def _why(group: Group, answer: Answer, best: Found) -> str:
    if answer.only_words:
        return _("Ad {number} holds some of these words.")
    if answer.how == WORDS:
        return _("Ad {number} holds all these words.")
    if answer.how == IDENTIFIER:
        return _("Ad {number} carries it.")
    if best.tied is None:
        return ""
    if best.hit.equal:
        return _("Ad {number} has just the words of yours.")
    if group.claims:
        return _("Your text fits the template from which ad {number} was written.")
    if best.hit.tied and best.tied.shared:
        return _(
            "Ad {number} carries an identifier that yours names, and has more words in common with it than strangers "
            "have by chance."
        )
    if best.hit.tied:
        return _("Ad {number} has more words in common with yours than strangers have by chance.")
    return _("Ad {number} carries an identifier that yours names.")


def card(found: Found, base: str, tick: str = "pick") -> dict[str, Any]:
    """An ad that was found, for `ui.ad_card`."""
    hit = found.hit
    return {
        "ad": hit.ad,
        "href": f"{base}/ads/{hit.ad}",
        "agency": hit.agency,
        "posted": hit.posted or "",
        "posted_shown": shown_day(date.fromisoformat(hit.posted)) if hit.posted else "",
        "location": hit.location,
        "bits": None,
        "stretches": [
            {"text": piece.text, "common": piece.common and found.tied is not None} for piece in hit.stretches
        ],
        "masked": False,
        "tick": tick,
        "equal": hit.equal and found.tied is not None,
        "shared": [identifier_view(one.identifier) for one in found.tied.shared] if found.tied else [],
    }


def tied_view(tied: Tied) -> dict[str, Any]:
    """What ties an ad to the question."""
    return {
        "bits": tied.claimed,
        "total": tied.total,
        "words": verbal(tied.claimed),
        "level": verbal_level(tied.claimed),
        "strangers": strangers(tied.strangers),
        "parts": waterfall(tied.parts),
        "shared": [identifier_view(one.identifier) for one in tied.shared],
        "of_agencies": [identifier_view(one) for one in tied.of_agencies],
    }


def waterfall(parts: Sequence[tuple[str, float]]) -> list[dict[str, Any]]:
    """Bits by kind, for `ui.waterfall`; with a word on what each kind is."""
    return [{"label": tie_kind(kind), "bits": bits, "note": note_of(kind)} for kind, bits in parts]


def note_of(kind: str) -> str:
    """What a part of the evidence rests on."""
    return {
        "text": _("Words in common that strangers would not both write."),
        "phone": _("A phone number that both name."),
        "email": _("An e-mail address that both name."),
        "handle": _("An account that both name."),
        "payment": _("A way of paying that both name."),
        "url": _("A link that both name."),
        "near": _("Identifiers that differ in little, as a series does."),
        "image": _("The same image."),
        "style": _("The same habits of writing."),
        "movement": _("The same places on the same days."),
        "against": _("Something that one source could hardly do."),
        "once": _("Evidence of several kinds that says the same is counted once."),
    }.get(kind, "")


def strangers(found: Reach | None) -> str:
    """How many pairs of strangers reach as much, in a sentence; "" where no run measured it."""
    return "" if found is None else reach_in_words(found)


def identifier_view(one: Identifier) -> dict[str, Any]:
    """An identifier, and how common it is here."""
    return {
        "kind": one.kind,
        "kind_name": kind_name(one.kind),
        "shown": one.shown,
        "bits": one.bits,
        "holders": one.holders,
        "held": ngettext(
            "{count} ad of this case carries it", "{count} ads of this case carry it", one.holders
        ).format(count=number(one.holders)),
        "of_agency": one.of_agency,
        "clusters": [f"C{cluster}" for cluster in one.clusters[:MOST_IDENTIFIERS]],
        "days": days(one.first, one.last),
    }


def pieces(stretches: Sequence[Piece]) -> list[dict[str, Any]]:
    """An ad's text for `ui.stretches`; `common` as its sheet says."""
    return [{"text": piece.text, "common": piece.common} for piece in stretches if not piece.lost]


def sheet_view(sheet: AdSheet, base: str) -> dict[str, Any]:
    """An ad for `ui.ad_card`."""
    return {
        "ad": sheet.ad,
        "href": f"{base}/ads/{sheet.ad}",
        "agency": sheet.agency,
        "posted": sheet.posted.date().isoformat() if sheet.posted else "",
        "posted_shown": shown_day(sheet.posted),
        "location": sheet.location,
        "bits": None,
        "stretches": pieces(sheet.stretches),
        "masked": False,
    }


def days(first: date | None, last: date | None) -> str:
    """From a day to a day."""
    if first is None or last is None:
        return ""
    return shown_day(first) if first == last else f"{shown_day(first)} \u2013 {shown_day(last)}"
