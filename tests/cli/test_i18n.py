"""Speaking English and French."""

from __future__ import annotations

import pytest

from filrouge import i18n
from filrouge.i18n import _, decimals, default_language, number, set_language


@pytest.mark.parametrize(
    ("variables", "language"),
    [
        ({"LANG": "fr_CA.UTF-8"}, "fr"),
        ({"LANG": "en_CA.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "C"}, "en"),
        ({"LANG": "en_CA", "LC_ALL": "fr_FR"}, "fr"),
        ({"LANG": "en_CA", "LC_ALL": "en_CA", "FILROUGE_LANG": "fr"}, "fr"),
        ({"LANG": "fr_CA", "FILROUGE_LANG": "en"}, "en"),
        ({"LANG": ""}, "en"),
    ],
)
def test_the_environment_chooses_the_language(
    variables: dict[str, str], language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert default_language() == language


def test_the_language_can_be_switched_back_and_forth() -> None:
    set_language("fr")
    french = _("How many ads.")
    set_language("en")
    assert _("How many ads.") == "How many ads."
    assert french == "Nombre d’annonces."


def test_a_language_that_is_not_spoken_is_refused() -> None:
    with pytest.raises(ValueError, match="'de'"):
        set_language("de")


def test_nothing_is_translated_to_nothing() -> None:
    # gettext gives the catalog's header for the empty string.
    set_language("fr")
    assert _("") == ""


def test_what_has_no_translation_is_english() -> None:
    set_language("fr")
    assert _("zzz no such sentence") == "zzz no such sentence"
    assert i18n.ngettext("zzz thing", "zzz things", 2) == "zzz things"


def test_numbers_are_written_as_the_language_writes_them() -> None:
    set_language("en")
    assert (number(12345), decimals(0.9126, 3)) == ("12,345", "0.913")
    set_language("fr")
    assert (number(12345), decimals(0.9126, 3)) == ("12\u202f345", "0,913")
