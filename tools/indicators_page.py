"""Write docs/reference/indicators.md from the list of indicators; `--check` fails where the page is behind it."""

from __future__ import annotations

import sys
from pathlib import Path

from filrouge.guide import Guide, Indicator, Source, Words, load_guide
from filrouge.guide.indicators import FAMILIES

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "indicators.md"

FAMILY_TITLES = {
    "contact": Words("Contacts", "Contacts"),
    "text": Words("Texts", "Textes"),
    "movement": Words("Movement", "Déplacements"),
    "posting": Words("Posting", "Publication"),
    "voice": Words("Who speaks", "Qui parle"),
    "money": Words("Payment and transport", "Paiement et transport"),
    "work": Words("Offers of work", "Offres d'emploi"),
    "alert": Words("Alert to a human", "Alerte à une personne"),
}
READINGS = {
    "read": Words("the part cited was read", "partie citée lue"),
    "secondary": Words(
        "known by its abstract or a page about it only",
        "connu par son résumé ou par une page à son sujet seulement",
    ),
}
BASES = {
    "direct": Words("names this sign", "nomme ce signe"),
    "analogy": Words(
        "names a like sign; reading it over to ads is ours",
        "nomme un signe voisin ; la transposition aux annonces est de nous",
    ),
}

BEFORE = """\
# Indicators · Indicateurs

This page is written by `python tools/indicators_page.py` from `src/filrouge/guide/indicators.yaml` (version {version},
sources looked at on {checked}), so the two cannot differ. Each entry is in English, then in French.
*Cette page est produite à partir de la liste ; chaque entrée est en anglais, puis en français.*

An indicator is a sign that can be observed in a **group** of ads; it is computed on a cluster or network, never on one
ad alone. **There is no score**: nothing has a weight, and the list cannot be added up. Each result shows the words and
numbers behind it, and how common the sign is among the *strangers* (all others) and the *independents* (voices in no
network) of the same corpus: its **lift**, with a 95 % interval. Where the interval against independents includes 1,
lies below it, or cannot be had, the indicator **tells nothing here** and is marked so. Intervals are wide on purpose:
a template that was posted a hundred times says a thing once. Of forty signs that mean nothing, one or so stands out by
chance.
Who works for an agency by choice, or shares a flat or a phone for safety, shows many of these signs: read the false
alarms first. Ethnicity, nationality, gender and wording of age are not on the list.

*Un indicateur est un signe observable dans un **groupe** d'annonces ; il est calculé sur un groupe ou un réseau,
jamais sur une annonce seule. **Il n'y a pas de note** : rien n'a de poids et la liste ne s'additionne pas. Chaque
résultat montre les mots et les numéros en cause, et la fréquence du signe chez les inconnus (tous les autres) et les
indépendants (hors de tout réseau) du même corpus : son rapport (« lift »), avec un intervalle à 95 %. Si l'intervalle
face aux indépendants contient 1, est au-dessous ou ne peut être établi, l'indicateur **ne dit rien ici**, et c'est
marqué. Sur quarante signes sans portée, un environ se détache par hasard. Les fausses alertes sont à lire d'abord.
L'ethnie, la nationalité, le genre et les formules d'âge ne sont pas dans la liste.*
"""

DUTIES = """\
## The duty to report, by province · L'obligation de signaler, par province

Orientation, not legal advice. *À titre indicatif ; ceci n'est pas un avis juridique.*

| place | law | what it asks · ce qu'elle demande | looked up in · vérifié dans |
|---|---|---|---|
"""


def page() -> str:
    """The text of the page."""
    guide = load_guide()
    parts = [BEFORE.format(version=guide.version, checked=guide.checked)]
    for family in FAMILIES:
        title = FAMILY_TITLES[family]
        parts.append(f"## {title.en} · {title.fr}\n" if title.en != title.fr else f"## {title.en}\n")
        parts += [_entry(one) for one in guide.indicators if one.family == family]
    return "\n".join([*parts, DUTIES + _duties(guide)])


def _entry(one: Indicator) -> str:
    rule = f"`{one.rule}`" + "".join(f", {name} {_shown(value)}" for name, value in one.parameters.items())
    lines = [
        f"### {one.name.en} · {one.name.fr}",
        "",
        f"`{one.id}` · {rule}",
        "",
        f"{one.observes.en}",
        f"*{one.observes.fr}*",
        "",
        f"- **Source**: {_cited(one.source)}",
        f"- **Known weakness**: {one.weakness.en} *{one.weakness.fr}*",
        f"- **False alarm for people who work of their own will**: {one.false_alarm.en} *{one.false_alarm.fr}*",
    ]
    if one.words and not one.alert:
        denied = ' (not after "no", "without" and the like)' if one.unless_denied else ""
        listed = "; ".join(f"{language}: {', '.join(words)}" for language, words in one.words.items())
        lines.append(f"- **Words**{denied}: {listed}")
    return "\n".join(lines) + "\n"


def _shown(value: object) -> str:
    return " or ".join(map(str, value)) if isinstance(value, list) else str(value)


def _cited(source: Source) -> str:
    reading, basis = READINGS[source.reading], BASES[source.basis]
    return (
        f"{source.organisation}, [{source.title}]({source.url}), {source.year}, {source.page}. "
        f"{reading.en[0].upper()}{reading.en[1:]}; it {basis.en}. "
        f"*{reading.fr[0].upper()}{reading.fr[1:]} ; {basis.fr}.*"
    )


def _duties(guide: Guide) -> str:
    rows = []
    for duty in guide.duties:
        reading = READINGS[duty.source.reading]
        rows.append(
            f"| {duty.place} | {duty.law or '—'} | {duty.says.en} *{duty.says.fr}* | "
            f"[{duty.source.organisation}]({duty.source.url}), {duty.source.year}, {duty.source.page}; {reading.en} |"
        )
    return "\n".join(rows) + "\n"


def main(arguments: list[str]) -> int:
    """Write the page, or with `--check` say whether it is as it would be written."""
    if arguments != ["--check"]:
        PAGE.write_text(page(), encoding="utf-8")
        return 0
    if PAGE.is_file() and PAGE.read_text(encoding="utf-8") == page():
        return 0
    print(f"{PAGE} is behind the list: run python tools/indicators_page.py", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
