"""People who advertise of their own will, and who must not be shown as an organisation."""

from __future__ import annotations

from pathlib import Path

from cases import CITIES, TEXTS, Ad, day, phone, planted, reposts


def test_one_text_on_several_sites_that_leads_to_nobody_may_be_a_persons(tmp_path: Path) -> None:
    """Somebody posts a text without a number, a name or an address on three sites.

    Right: not ranked. A person alone does that, too; nothing else speaks for an organisation.
    """
    names = [f"site{k}" for k in range(3)]
    ads = [ad for k, name in enumerate(names) for ad in reposts(name, TEXTS[0], 2, first=2 * k, agency=name)]
    found = planted(tmp_path, ads)
    assert len(found.voices(*names)) == 1
    assert found.ranks(*names) == {-1}


def test_two_who_share_a_flat_and_post_on_two_sites_are_no_network(tmp_path: Path) -> None:
    """Two people with one phone between them, each with own texts, each on two sites.

    Right: not ranked. That somebody is on two sites is no sign of an organisation, and one phone in a flat is none.
    """
    ads = [
        Ad(
            f"{name}-{k}",
            f"{TEXTS[t]} {asked} {phone(31)}",
            day(9 * k + t),
            CITIES[2],
            ("alpha", "beta")[k % 2],
        )
        for t, name, asked in ((2, "mate1", "Ask for Anna at"), (3, "mate2", "Ask for Karim at"))
        for k in range(4)
    ]
    found = planted(tmp_path, ads)
    assert found.ranks("mate1", "mate2") == {-1}
