"""What is counted of a text's style: the list of habits, in groups, each with what it is counted per.

Lists, not steps: a habit is added here, and counted in `style_kernels`.
"""

from __future__ import annotations

from typing import Final, NamedTuple

PUNCTUATION: Final = ".,!?'’\"“-–—:;/()*~&+$#@%=|_<[…•¡"
"""Signs that have a class of their own; closing quotes and brackets count as the opening ones where listed so."""
SAME_SIGN: Final = {
    "”": "“",
    "„": "“",
    "«": "“",
    "»": "“",
    "‘": "’",
    "`": "'",
    ">": "<",
    "]": "[",
    "·": "•",
    "¿": "¡",
}
SPACED_SIGNS: Final = ".,!?-:/&+"
"""Signs whose spaces before and after are habits."""
RUN_SIGNS: Final = ".!?-~*"
SHAPES: Final = 44
"""Places for runs of three shapes, hashed."""
EMOJI_KINDS: Final = 12
"""Places for which emoji, hashed."""

FUNCTION_WORDS: Final = {
    "en": (
        "the a an and or but so to of in on at for with from by if is are am will can i me my we our you your"
        " it this that not no very just also any all"
    ),
    "fr": (
        "le la les une des du de et ou mais pour avec sans dans par chez je nous vous votre mon est sont ce pas"
        " que très"
    ),
    "es": "el los las una y o pero para con sin en del yo tu mi es son este que muy también más",
}
SHORTHAND: Final = (
    "u ur r n b4 2day 2nite pls plz thx ty msg txt asap bc cuz coz gonna wanna w tmrw appt info svp stp bcp tjs rdv"
    " dispo pr ds qq q xq tb tmb xfa porfa hrs mins"
)
NUMBER_WORDS: Final = (
    "two three four five six seven eight nine ten eleven twelve deux trois quatre cinq sept huit neuf dix onze douze"
    " dos tres cuatro cinco seis siete ocho nueve diez once doce"
)
BARE_CONTRACTIONS: Final = (
    "im dont cant wont ive youre isnt doesnt didnt thats theres its lets whats cest jai"
)
SPELLINGS: Final = ("dropped", "undoubled", "doubled", "added", "changed", "swapped", "accent")
"""How a rare word differs from a common one; the number of a spelling is its place here plus 1."""

EXPOSURES: Final = (
    "chars", "letters", "words", "sentences", "lines", "emojis", "caps_words", "lone_i", "small_numbers",
    "contractions", "clock", *(f"before{sign}" for sign in SPACED_SIGNS), *(f"after{sign}" for sign in SPACED_SIGNS),
)  # fmt: skip
"""What habits are counted per."""
PRIORS: Final = {"chars": 100.0, "letters": 80.0, "words": 20.0, "lines": 3.0}
"""As much of a text as this counts as one that writes as the whole corpus does; 2 for what is not listed."""


class Column(NamedTuple):
    """One habit: its name, its group, and the exposure it is counted per."""

    name: str
    group: str
    per: str


def _columns() -> tuple[Column, ...]:
    out = [Column(f"sign {sign}", "punctuation", "chars") for sign in PUNCTUATION]
    out += [Column(f"run {sign}", "punctuation", "chars") for sign in RUN_SIGNS]
    out += [Column("mixed !?", "punctuation", "chars")]
    out += [Column(f"space before {sign}", "spacing", f"before{sign}") for sign in SPACED_SIGNS]
    out += [Column(f"no space after {sign}", "spacing", f"after{sign}") for sign in SPACED_SIGNS]
    out += [Column("double space", "spacing", "words"), Column("space at line end", "spacing", "lines")]
    out += [Column("space at line start", "spacing", "lines")]
    out += [Column("line break", "lines", "chars"), Column("blank line", "lines", "lines")]
    out += [
        Column(f"line {where} {what}", "lines", "lines")
        for where in ("starts", "ends")
        for what in ("lower", "upper", "digit", "emoji", "stop", "other")
    ]
    out += [
        Column("capital", "case", "letters"),
        Column("word in capitals", "case", "words"),
        Column("capitals go on", "case", "caps_words"),
        Column("Title word", "case", "words"),
        Column("small at sentence start", "case", "sentences"),
        Column("small i", "case", "lone_i"),
        Column("miXed word", "case", "words"),
    ]
    out += [
        Column("emoji", "emoji", "chars"),
        Column("ornament", "emoji", "chars"),
        Column("same emoji again", "emoji", "emojis"),
        Column("emoji after emoji", "emoji", "emojis"),
        Column("emoji without space", "emoji", "emojis"),
        Column("emoji modifier", "emoji", "emojis"),
    ]
    out += [Column(f"emoji kind {k}", "emoji", "emojis") for k in range(EMOJI_KINDS)]
    words = dict.fromkeys(word for listed in FUNCTION_WORDS.values() for word in listed.split())
    out += [Column(f"word {word}", "function words", "words") for word in words]
    out += [Column(f"spelling {kind}", "spelling", "words") for kind in SPELLINGS]
    out += [
        Column("shorthand", "spelling", "words"),
        Column("drawn out", "spelling", "words"),
        Column("bare contraction", "spelling", "contractions"),
    ]
    out += [
        Column("digit", "numbers", "chars"),
        Column("number in digits", "numbers", "small_numbers"),
        Column("digits with letters", "numbers", "words"),
        Column("unit without space", "numbers", "clock"),
    ]
    out += [Column(f"shape {k}", "shapes", "chars") for k in range(SHAPES)]
    return tuple(out)


COLUMNS: Final = _columns()
"""All habits, in the order of their columns."""
GROUPS: Final = tuple(dict.fromkeys(column.group for column in COLUMNS))
WIDTH: Final = len(COLUMNS) + len(EXPOSURES)
"""Columns of counts: habits, then exposures."""


def place(name: str) -> int:
    """The column of counts of a habit or an exposure.

    Raises:
        ValueError: if there is none of that name.
    """
    names = [column.name for column in COLUMNS]
    return names.index(name) if name in names else len(names) + EXPOSURES.index(name)
