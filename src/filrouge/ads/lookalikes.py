"""Letters of other scripts that pass for Latin ones, as people who hide from filters use them.

Each table is a string of pairs: the foreign letter, then the Latin letter it is read as. `STRONG` pairs
are taken for the Latin letter wherever they stand; `WEAK` pairs (`Я` for `R`) only inside a word that
also holds real Latin letters, since real Russian or Greek is full of them.

Source: the choice follows Unicode Technical Standard #39 (confusables), completed by what leetspeak uses.
"""

from __future__ import annotations

# One letter a pair; a letter of another case that is not listed takes the pair of its case-folded form.
_CYRILLIC = (
    "аa вb еe ѕs іi јj кk мm нh оo рp сc тt уy хx һh ԁd ԍg ԛq ԝw ѵv үy ұy өo әe қk ҝk ҡk ҫc ҳx ӏl Ӏl ғf ԧh"
)
_GREEK = (
    "αa βb γy εe ηn ιi κk νv οo ρp τt υu χx ωw ϲc ϳj ϱp ϵe ϐb ϰk "
    "Αa Βb Εe Ζz Ηh Ιi Κk Μm Νn Οo Ρp Τt Υy Χx Ϲc Ϳj"
)
_ARMENIAN = "օo սu ոn հh ցg զq յj Տs Օo Լl Սu Ցg Ոn"
_CHEROKEE = "Ꭰd Ꭱr Ꭲt Ꭵi Ꭺa Ꭻj Ꭼe Ꮃw Ꮇm Ꮋh Ꮍy Ꮐg Ꮓz Ꮟb Ꮢr Ꮤw Ꮥs Ꮩv Ꮪs Ꮮl Ꮯc Ꮲp Ꮶk Ꮷd Ꮦt Ꮖi"
_LISU = "ꓐb ꓑp ꓓd ꓔt ꓖg ꓗk ꓙj ꓚc ꓜz ꓝf ꓟm ꓠn ꓡl ꓢs ꓣr ꓦv ꓧh ꓪw ꓫx ꓬy ꓮa ꓰe ꓲi ꓳo ꓴu"
_COPTIC = "ⲁa ⲃb ⲉe ⲓi ⲕk ⲙm ⲛn ⲟo ⲣp ⲥc ⲧt ⲩy ⲭx"

_CYRILLIC_WEAK = "гr иn пn яr шw щw зe чa ьb ъb ыb бb дd лn цu жx эe юo фo ђh ћh єe њh ҥh ңh"
_GREEK_WEAK = "σo μu θo λa ζz δd πn φo ξe ψw Λa Δa Σe Ωo Θo Πn Γr Φo Ξe Ψw"

# Latin letters whose Unicode name does not end in the letter they are read as.
_LATIN = (
    "ʌa Ʌa ᴧa əe Əe ǝe Ǝe ɘe ŋn Ŋn ʊu Ʊu ɩi Ɩi ɪi ɣy Ɣy þp Þp ðd Ðd ʒz Ʒz ʃs Ʃs ɑa Ɑa ꭤa ɛe Ɛe ɜe ɔc Ɔc ɯm ɰm "
    "ƨs Ƨs ƽs Ƽs ƅb Ƅb ꜱs ꞓc ꜰf ʏy ʟl ɢg ɡg ıi ȷj łl Łl øo Øo đd Đd ħh Ħh ŧt Ŧt ƒf ℮e ꝑp ꞵb ᴏo ᴐc ᴑo ꞌ'"
)


def _pairs(table: str) -> dict[str, str]:
    return {pair[0]: pair[1] for pair in table.split()}


STRONG: dict[str, str] = {
    **_pairs(_CYRILLIC),
    **_pairs(_GREEK),
    **_pairs(_ARMENIAN),
    **_pairs(_CHEROKEE),
    **_pairs(_LISU),
    **_pairs(_COPTIC),
}
WEAK: dict[str, str] = {**_pairs(_CYRILLIC_WEAK), **_pairs(_GREEK_WEAK)}
LATIN: dict[str, str] = _pairs(_LATIN)

# Scripts whose words may be Latin words in disguise (first and last code point of each block).
DISGUISING_BLOCKS: tuple[tuple[int, int], ...] = (
    (0x0370, 0x03FF),
    (0x0400, 0x052F),
    (0x0530, 0x058F),
    (0x13A0, 0x13FF),
    (0x1C80, 0x1C8F),
    (0x1F00, 0x1FFF),
    (0x2C80, 0x2CFF),
    (0xA4D0, 0xA4FF),
    (0xA640, 0xA69F),
    (0xAB70, 0xABBF),
)

# Scripts written without spaces: each character is a word of its own when texts are compared.
UNSPACED_BLOCKS: tuple[tuple[int, int], ...] = (
    (0x0E00, 0x0EFF),
    (0x1000, 0x109F),
    (0x1780, 0x17FF),
    (0x19E0, 0x19FF),
    (0x2E80, 0x2FDF),
    (0x3005, 0x3007),
    (0x3021, 0x3029),
    (0x3031, 0x3035),
    (0x3041, 0x30FF),
    (0x3100, 0x312F),
    (0x31A0, 0x31BF),
    (0x31F0, 0x31FF),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xA9E0, 0xA9FF),
    (0xAA60, 0xAA7F),
    (0xF900, 0xFAFF),
    (0x1B000, 0x1B16F),
)

# Signs read as a letter inside a word, and the one letter that stands for each group of look-alikes:
# with l, i, 1, ! and | as one letter, nobody has to guess which of them was meant.
LEET: dict[str, str] = {
    "0": "o", "1": "l", "2": "z", "3": "e", "4": "a", "5": "s", "6": "g", "7": "t", "8": "b", "9": "g",
    "i": "l", "!": "l", "|": "l", "¡": "l", "@": "a", "$": "s", "€": "e", "£": "l", "¥": "y", "¢": "c",
}  # fmt: skip
