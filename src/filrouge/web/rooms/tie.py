"""Two ads or two clusters side by side: what they have in common, what differs, and what it is worth."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, HTTPException
from starlette.responses import Response

from filrouge.casework.access import Permission
from filrouge.casework.errors import Refused
from filrouge.corpus.errors import UnknownAdNumber
from filrouge.engines.casebook import TieSheet, UnknownCluster
from filrouge.evidence.scale import verbal, verbal_level
from filrouge.i18n import _, decimals
from filrouge.networks.learning import KINDS
from filrouge.reports.html.words import tie_kind
from filrouge.web.found import identifier_view, sheet_view, strangers, waterfall
from filrouge.web.gate import allowed
from filrouge.web.here import Here

router: Final = APIRouter()
Reader = Annotated[Here, allowed(Permission.READ)]
_END: Final = re.compile(r"(c?)(\d{1,12})")


@router.get("/cases/{case_id}/tie")
def tie_page(here: Reader, one: str = "", other: str = "") -> Response:
    """What ties the two whose numbers are given: of ads as they are, of clusters with a C before them."""
    base = f"/cases/{here.the_case.id}"
    ends = [_end(text) for text in (one, other)]
    chosen = [text if end else "" for text, end in zip((one, other), ends, strict=True)]
    if not all(ends):
        wrong = _("Write the number of an ad, or C and that of a cluster.") if one and other else ""
        return here.page("tie/choose.html", 400 if wrong else 200, base=base, chosen=chosen, wrong=wrong)
    if ends[0] == ends[1]:
        return here.page(
            "tie/choose.html", 400, base=base, chosen=chosen, wrong=_("These are one and the same.")
        )
    sheet = _sheet(here, *ends)
    if here.opened:
        here.note("tie.opened", f"ads:{sheet.one.ad},{sheet.other.ad}")
    return here.page("tie/tie.html", base=base, chosen=chosen, **tie_view(sheet, base), **_about(here))


@router.post("/cases/{case_id}/tie")
def choose(
    here: Reader,
    pick: Annotated[list[str], Form()] = [],  # noqa: B006
    one: Annotated[str, Form()] = "",
    other: Annotated[str, Form()] = "",
) -> Response:
    """Go to what ties the two that were ticked or typed."""
    picked = list(dict.fromkeys(pick)) or [one, other]
    ends = [_end(text) for text in picked]
    if len(ends) != 2 or not all(ends):
        raise Refused(_("Tick two, ads or clusters: then they are put side by side."))
    return here.go(f"/cases/{here.the_case.id}/tie?one={_name(ends[0])}&other={_name(ends[1])}")


def _end(text: str) -> tuple[str, int] | None:
    """What a person typed or ticked: "c" or "" and a number."""
    found = _END.fullmatch(text.strip().lower().removeprefix("ad").strip())
    return (found[1], int(found[2])) if found else None


def _name(end: tuple[str, int] | None) -> str:
    return f"{end[0]}{end[1]}" if end else ""


def _sheet(here: Here, one: Any, other: Any) -> TieSheet:
    book = here.casebook
    try:
        if one[0] == other[0] == "c":
            return book.tie_of_clusters(one[1], other[1])
        # Of an ad and a cluster: the ad, and that which the cluster's template saves most.
        ads = [end[1] if end[0] == "" else book.cluster(end[1]).members[0].ad for end in (one, other)]
        if ads[0] == ads[1]:
            ads[1] = book.cluster(max(one, other)[1]).members[1].ad
        return book.tie(*ads)
    except (UnknownAdNumber, UnknownCluster) as unknown:
        raise HTTPException(404) from unknown


def _about(here: Here) -> dict[str, Any]:
    return {"can_open": here.may(Permission.OPEN), "can_judge": here.may(Permission.JUDGE)}


def tie_view(sheet: TieSheet, base: str) -> dict[str, Any]:
    """A tie for tie/tie.html."""
    parts = waterfall(sheet.waterfall)
    against = [
        part for part, (kind, bits) in zip(parts, sheet.waterfall, strict=True) if bits < 0 and kind != "once"
    ]
    pro = [part for part, (_kind, bits) in zip(parts, sheet.waterfall, strict=True) if bits > 0]
    not_weighed = [tie_kind(kind) for kind in KINDS if kind not in sheet.weighed]
    return {
        "tie": sheet,
        "cards": [sheet_view(end, base) for end in (sheet.one, sheet.other)],
        "names": [
            _("Cluster {name}").format(name=f"C{cluster}")
            if sheet.of == "clusters"
            else _("Ad {number}").format(number=end.ad)
            for cluster, end in zip(sheet.clusters, (sheet.one, sheet.other), strict=True)
        ],
        "hrefs": [
            f"{base}/clusters/{cluster}" if sheet.of == "clusters" else f"{base}/ads/{end.ad}"
            for cluster, end in zip(sheet.clusters, (sheet.one, sheet.other), strict=True)
        ],
        "parts": parts,
        "for_": pro,
        "against": against,
        "words": verbal(sheet.claimed),
        "level": verbal_level(sheet.claimed),
        "strangers": strangers(sheet.strangers),
        "shared": [
            {**identifier_view(one.identifier), "worth": decimals(one.bits, 1)} for one in sheet.shared
        ],
        "not_weighed": not_weighed,
        "nothing": sheet.claimed < 1 and not sheet.shared,
        "below": sheet.text_bits < sheet.cut,
    }
