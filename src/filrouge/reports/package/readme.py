"""README.md of a package: what each file is, how all of it is checked, and how far it goes."""

from __future__ import annotations

from filrouge.i18n import _
from filrouge.reports.package.data import GIVEN_KINDS, Data
from filrouge.reports.package.story import what_in_words


def readme_of(data: Data, key: str) -> bytes:
    """The text, in the language spoken now.

    Args:
        data: of the package.
        key: the fingerprint of the key that signs.
    """
    terms, snapshot = data.terms, data.found.ws.snapshot
    state = (
        _("Identifiers, names and texts stand in the clear. Reason: {why}").format(why=terms.opened)
        if terms.is_open
        else _(
            "Identifiers and names are masked: a pseudonym such as phone:7k3f9q2m stands for one value "
            "everywhere. A word that is masked in one ad is masked in all."
        )
    )
    lines = [
        "# "
        + _("Evidence package: {what}, case “{case}”").format(
            what=what_in_words(data.found.what), case=data.found.case
        ),
        "",
        _(
            "Made for {recipient} by {who} on {when}, as of snapshot {seq} of the workspace {workspace}."
        ).format(
            recipient=terms.recipient or "–",
            who=terms.made_by,
            when=f"{terms.made_at:%Y-%m-%d %H:%M:%S} UTC",
            seq=snapshot.seq,
            workspace=data.found.ws.id,
        ),
        state,
        "",
        _(
            "Read report.pdf (or report.docx) first. It says in plain words what was found, and what "
            "speaks against it."
        ),
        "",
        "## " + _("How to check it"),
        "",
        "    python check.py",
        "    filrouge verify-package FILE.zip --signed-by " + key[:16],
        "",
        _(
            "check.py is a plain Python file that needs NumPy and nothing else. It works every bit out "
            "again from the files beside it and ends with exit code 0 only if all hashes, the signature "
            "and all bits agree; otherwise it says which line of which file disagrees. Read it before "
            "you run it: it is short. Whoever changes a package can change the check.py in it, too: "
            "compare it with the one of the filrouge that you trust."
        ),
        "",
        _("The signing key has this fingerprint (SHA-256 of the public key):"),
        "",
        "    " + key,
        "",
        _(
            "The signature proves that nothing was changed since the holder of that key signed. Who "
            "holds it, it does not prove: ask for the fingerprint by another way."
        ),
        "",
        "## " + _("The files"),
        "",
        f"| {_('file')} | {_('what it is')} |",
        "|---|---|",
        *(f"| `{name}` | {said} |" for name, said in _files(data)),
        "",
        "## " + _("Limits and doubt"),
        "",
        *(f"- {said}" for said in _limits()),
        "",
    ]
    return "\n".join(lines).encode()


def _files(data: Data) -> list[tuple[str, str]]:
    return [
        (
            "manifest.json",
            _("what this package is, what it was made from and on which terms, and the SHA-256 of each file"),
        ),
        ("manifest.sig", _("Ed25519 signature of manifest.json, 64 bytes")),
        ("public_key.pem", _("the public key that belongs to it")),
        ("check.py", _("the checker")),
        ("report.pdf, report.docx", _("the report")),
        (
            "ads.csv, ads.jsonl",
            _(
                "the ads, with the file and row that each comes from. An ad that is no member only stands "
                "for its voice"
            ),
        ),
        ("sources.csv", _("the files that they come from: SHA-256, size, who received them when")),
        ("custody.csv", _("who did what with them, up to the making of this package")),
        (
            "ledger.jsonl",
            _(
                "the rows of the workspace's ledger; those that may concern other cases by their fingerprint "
                "alone"
            ),
        ),
        ("audit.csv, audit.jsonl", _("the extract of the audit trail that was handed over")),
        ("history.csv", _("what became of the network and the clusters from run to run")),
        ("timeline.csv", _("how many ads came on which day, by voice, agency and place")),
        (
            "evidence/parameters.json",
            _("counts, cuts, costs of copying, weights, what was measured of error rates"),
        ),
        (
            "evidence/words.jsonl",
            _(
                "each ad as numbers of words; `runs`: up to three words that end there; `spans`: where each "
                "word stands in the text"
            ),
        ),
        (
            "evidence/prices.csv",
            _("what each run's last word costs a stranger, with the counts that this follows from"),
        ),
        ("evidence/templates.jsonl", _("the templates: word numbers, and constants and slots as text")),
        ("evidence/members.csv", _("what its template saves each ad")),
        ("evidence/identifiers.csv", _("identifiers by ad; `holders`: ads of the case that carry it")),
        (
            "evidence/ties_ads.jsonl, .csv",
            _("two ads each: what the one saves the other, the identifiers of both, all together"),
        ),
        (
            "evidence/voices.jsonl",
            _(
                "the voices: groups written from one template, and single ads; `head` is the ad that stands "
                "for one"
            ),
        ),
        (
            "evidence/holdings.csv",
            _(
                "identifiers by voice; `turn`: 2 for who held it after a long silence; `holders`: voices of "
                "the case"
            ),
        ),
        ("evidence/near.csv", _("identifiers that nearly are one another")),
        (
            "evidence/ties_voices.jsonl, .csv",
            _(
                "two voices each: bits by kind, what each kind claims, total, what may be claimed, how many "
                "pairs of strangers reach it"
            ),
        ),
        ("evidence/strangers.csv", _("the totals of pairs of strangers of the case, without who they are")),
        ("evidence/network_edges.csv", _("the ties that the network is built of")),
        (
            "exports/",
            _(
                "the same graph for other programs: FollowTheMoney (ftm.jsonl), GraphML, CSV, and the "
                "itinerary as GeoJSON"
            ),
        ),
    ]


def _limits() -> list[str]:
    return [
        _(
            "Bits are log2 of a likelihood ratio: how many times as probable what was seen is if one "
            "hand wrote both as if two did. They are no probability of guilt or of identity."
        ),
        _(
            "All numbers are worked out from the ads of this case as of the snapshot. Ads of other cases "
            "have no part in them and are not here."
        ),
        _(
            "The checker takes as given how texts were split into words, the counts over all ads of the "
            "case, the fitted weights, and the bits of these kinds: {kinds}."
        ).format(kinds=", ".join(GIVEN_KINDS)),
        _(
            "Two makings of one snapshot on the same terms by the same version of the program are equal "
            "byte for byte, if the time of making is given again; else everything but the manifest, its "
            "signature, custody.csv, the report and this file is equal."
        ),
        _("It ranks organised activity. It says nothing of who anybody is; people decide what it means."),
    ]
