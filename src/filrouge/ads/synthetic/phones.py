"""Numbers that belong to nobody, and the many ways in which people write them.

In North America 555-0100 to 555-0199 of every area code are kept for fiction, in France the numbers that
begin with 01 99 00, 02 61 91, 03 53 01, 04 65 71 and 05 36 49 (Arcep).
"""

from __future__ import annotations

from filrouge.ads.synthetic.dice import Dice
from filrouge.ads.synthetic.grammar import world

NORTH_AMERICA = frozenset(("CA", "QC", "US"))

_DIGITS = {
    "en": ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
    "fr": ("zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf"),
    "es": ("cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve"),
}
_FRENCH = (
    *_DIGITS["fr"],
    *("dix", "onze", "douze", "treize", "quatorze", "quinze", "seize", "dix-sept", "dix-huit", "dix-neuf"),
)
_FRENCH_TENS = {2: "vingt", 3: "trente", 4: "quarante", 5: "cinquante", 6: "soixante"}
_LOOKALIKE_LETTERS = str.maketrans("01", "Ol")
_FULL_WIDTH = {ord("0") + digit: 0xFF10 + digit for digit in range(10)}


def french_number(number: int) -> str:
    """A number from 0 to 99 in French words: 71 is "soixante et onze"."""
    if number < 20:
        return _FRENCH[number]
    tens, ones = divmod(number, 10)
    if tens in (7, 9):
        tens, ones = tens - 1, ones + 10
    if tens == 8:
        return "quatre-vingts" if not ones else f"quatre-vingt-{_FRENCH[ones]}"
    if not ones:
        return _FRENCH_TENS[tens]
    return f"{_FRENCH_TENS[tens]}{' et ' if ones in (1, 11) else '-'}{_FRENCH[ones]}"


class PhoneBook:
    """Gives out fictional numbers, none twice, until there are no more."""

    def __init__(self, dice: Dice) -> None:
        areas = world()["area_codes"]
        prefixes = world()["fictional_french_prefixes"]
        self._american = _Shuffled([f"+1{area}55501" for area in areas], 2, dice)
        self._french = _Shuffled([f"+33{prefix}" for prefix in prefixes], 4, dice)

    def number(self, region: str) -> str | None:
        """A number in E.164, French in France and North American elsewhere; None if all are given out."""
        return (self._french if region == "FR" else self._american).next()

    def row(self, region: str, count: int, dice: Dice) -> list[str]:
        """`count` numbers that follow one another, as a shop sells them; none if no such row is left."""
        return (self._french if region == "FR" else self._american).row(count, dice)


class _Shuffled:
    """Every prefix with every ending of so many digits, in an order that looks like none."""

    def __init__(self, prefixes: list[str], digits: int, dice: Dice) -> None:
        self._prefixes, self._digits = prefixes, digits
        self._endings = 10**digits
        self._size = len(prefixes) * self._endings
        self._at = dice.below(self._size)
        self._given: set[int] = set()

    def next(self) -> str | None:
        if len(self._given) == self._size:
            return None
        while True:
            # A prime larger than any factor of the size, so that the walk meets every number once.
            self._at = (self._at + 15_485_863) % self._size
            if self._at not in self._given:
                return self._give(self._at)

    def row(self, count: int, dice: Dice) -> list[str]:
        for _turn in range(200):
            prefix = dice.below(len(self._prefixes)) * self._endings
            first = prefix + dice.below(self._endings - count + 1)
            if self._given.isdisjoint(range(first, first + count)):
                return [self._give(at) for at in range(first, first + count)]
        return []

    def _give(self, at: int) -> str:
        self._given.add(at)
        prefix, ending = divmod(at, self._endings)
        return f"{self._prefixes[prefix]}{ending:0{self._digits}d}"


def write_phone(number: str, region: str, language: str, disguise: float, dice: Dice) -> str:
    """One way of writing an E.164 number, for readers in `region` ("" if the ad does not say where it is).

    With probability `disguise` it is written to get past filters: in words, with letters for digits, ...
    """
    if number.startswith("+33"):
        national = f"0{number[3:]}"
        groups = [national[i : i + 2] for i in range(0, 10, 2)]
        at_home = region == "FR"
        abroad = f"+33 {national[1]} {' '.join(groups[1:])}"
    else:
        groups = [number[2:5], number[5:8], number[8:]]
        # An ad without a place is read as Canadian.
        at_home = region in NORTH_AMERICA or not region
        abroad = f"+1 {' '.join(groups)}"
    if not at_home:
        return abroad.replace(" ", dice.pick(("-", ".", " ", ""))) if dice.chance(0.5) else abroad
    if dice.chance(disguise):
        return dice.pick(_DISGUISES)(groups, language, dice)
    return _plainly(groups, number, dice)


def _plainly(groups: list[str], number: str, dice: Dice) -> str:
    way = dice.below(7)
    if way < 4:
        return ("-", ".", " ", "")[way].join(groups)
    if way == 4:
        return f"({groups[0]}) {groups[1]}-{groups[2]}" if len(groups) == 3 else " ".join(groups)
    if way == 5:
        return f"1-{'-'.join(groups)}" if len(groups) == 3 else number
    return number


def _in_words(groups: list[str], language: str, dice: Dice) -> str:
    if language == "fr" and len(groups) == 5:
        return " ".join(
            f"zéro {_FRENCH[int(group)]}" if group[0] == "0" else french_number(int(group))
            for group in groups
        )
    words = list(_DIGITS[language])
    if language == "en" and dice.chance(0.6):
        words[0] = "oh"
    said = [" ".join(words[int(digit)] for digit in group) for group in groups]
    if language == "fr" and dice.chance(0.4):
        hundreds, rest = divmod(int(groups[0]), 100)
        said[0] = f"{_FRENCH[hundreds]}-cent{f' {french_number(rest)}' if rest else 's'}"
    return dice.pick((" ", " ", ", ")).join(said)


def _half_in_words(groups: list[str], language: str, dice: Dice) -> str:
    words = _DIGITS[language]
    said = [
        " ".join(words[int(digit)] if dice.chance(0.5) else digit for digit in group)
        if dice.chance(0.7)
        else group
        for group in groups
    ]
    return " ".join(said)


def _with_letters(groups: list[str], language: str, dice: Dice) -> str:
    return dice.pick(("-", " ", ".")).join(groups).translate(_LOOKALIKE_LETTERS)


def _in_emoji(groups: list[str], language: str, dice: Dice) -> str:
    return " ".join("".join(f"{digit}\ufe0f\u20e3" for digit in group) for group in groups)


def _in_full_width(groups: list[str], language: str, dice: Dice) -> str:
    return dice.pick(("-", " ", "")).join(groups).translate(_FULL_WIDTH)


def _over_lines(groups: list[str], language: str, dice: Dice) -> str:
    return "\n".join(groups)


def _digit_by_digit(groups: list[str], language: str, dice: Dice) -> str:
    return dice.pick((" ", ".", "-")).join("".join(groups))


def _with_ornaments(groups: list[str], language: str, dice: Dice) -> str:
    return dice.pick(("*", "~", " ★ ", " • ", "_", "✨")).join(groups)


_DISGUISES = (
    _in_words,
    _half_in_words,
    _with_letters,
    _in_emoji,
    _in_full_width,
    _over_lines,
    _digit_by_digit,
    _with_ornaments,
)
