"""Which column of a file is what: asked for by the person, or guessed from its header and said."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from filrouge.ads.images import look_like_hashes
from filrouge.ads.schema import FIELDS
from filrouge.errors import AmbiguousColumn, NoTextColumn, UnknownColumn
from filrouge.i18n import _

# Headers without accents, case and separators, the likeliest first. English, French, Spanish.
_ENGLISH = {
    "text": (
        "text adtext textad body adbody bodytext posttext postbody fulltext rawtext description "
        "addescription content contents adcontent message ad advert advertisement copy details comment post"
    ),
    "title": "title adtitle posttitle headline subject heading",
    "id": (
        "id adid postid postingid listingid recordid documentid docid messageid uid uuid guid ref reference "
        "adnumber number key lineid"
    ),
    "agency": (
        "agency agencyname agent site website sitename source sourcename domain platform portal publisher "
        "provider network host company"
    ),
    "posted": (
        "posted postedat postedon posteddate dateposted postdate posttime postingdate published publishedat "
        "publishedon publicationdate date datetime timestamp addate created createdat creationdate time "
        "scraped scrapedat scrapedate datescraped crawledat collectedat"
    ),
    "location": (
        "location adlocation postlocation city cityname town place area locality geo municipality address "
        "region market province state"
    ),
    # The cells have a say too, see `_may_be_hashes`.
    "image": (
        "imagehash imagepdq imagephash pdq pdqhash pdqhex phash phashhex perceptualhash photohash photopdq "
        "photophash picturehash imghash imagehashes photohashes imagefingerprint image images photo photos "
        "picture pictures img"
    ),
}
_FRENCH_AND_SPANISH = {
    "text": (
        "texte texteannonce textedelannonce annonce contenu corps corpsdutexte descriptif libelle "
        "commentaire texto textoanuncio textodelanuncio anuncio descripcion contenido cuerpo mensaje "
        "comentario aviso"
    ),
    "title": "titre titreannonce objet entete sujet titulo asunto encabezado",
    "id": (
        "identifiant idannonce annonceid numero numeroannonce no noannonce cle reference ident identificador "
        "idanuncio anuncioid num clave referencia folio"
    ),
    "agency": (
        "agence nomagence siteweb nomdusite origine plateforme portail editeur diffuseur agencia sitio "
        "sitioweb fuente origen plataforma empresa"
    ),
    "posted": (
        "publie publiele datepublication datedepublication datepubliee dateparution datedeparution "
        "dateannonce datecreation datedecreation affichele horodatage dateheure fecha publicado publicadoel "
        "fechapublicacion fechadepublicacion fechaanuncio fechacreacion fechahora"
    ),
    "location": (
        "ville lieu localisation emplacement localite endroit commune quartier adresse ciudad lugar "
        "ubicacion localidad poblacion municipio direccion zona provincia"
    ),
    "image": (
        "empreinte empreintes empreinteimage empreintedimage empreintedelimage empreintephoto hashimage "
        "hachageimage hashimagen hashdeimagen hashfoto huella huellaimagen imagen imagenes foto fotos"
    ),
}
#: Field to folded header to how unlikely it is to be that field.
_RANKS = {
    name: {
        header: rank for rank, header in enumerate(f"{_ENGLISH[name]} {_FRENCH_AND_SPANISH[name]}".split())
    }
    for name in _ENGLISH
}
# A header of several words (`Ad description (EN)`) is taken for one of its words, unless another word says
# that the column is about the field rather than the field itself (`text_length`, `agency_id`).
_LOOSE = {
    "text": (
        "text texte texto description descripcion descriptif body annonce anuncio contenu contenido content"
    ),
    "posted": "posted published date fecha publie publicado",
    "location": "city ville ciudad location localisation ubicacion",
    "agency": "agency agence agencia website",
}
_ABOUT_WORDS = (
    "length len count words lang language langue idioma hash md5 sha url link type code id number clean "
    "cleaned tokens score label lat lon latitude longitude updated modified expires end birth"
)
_ABOUT = frozenset(_ABOUT_WORDS.split())
#: What a header has in it that promises hashes; any other for images mostly stands over addresses.
_HASHED = ("hash", "pdq", "fingerprint", "empreinte", "hachage", "huella")


@dataclass(frozen=True)
class Columns:
    """The columns that the person named; None where filrouge is to guess."""

    text: str | None = None
    id: str | None = None
    agency: str | None = None
    posted: str | None = None
    location: str | None = None
    image: str | None = None
    without: frozenset[str] = frozenset()
    """Fields that no column of the file is, whatever its headers say."""


@dataclass(frozen=True)
class GuessedColumns:
    """Which header of one file became which field.

    `fields`: field (one of `FIELDS`, or "title") to the header as it stands in the file.
    `how`: field to "given", "header" (guessed from the name) or "longest" (it has the longest texts).
    `order`: "day first" or "month first" where dates such as 03/04/2026 had to be decided, else "".
    """

    file: str
    fields: Mapping[str, str]
    how: Mapping[str, str]
    order: str = ""
    positions: Mapping[str, int] = field(default_factory=dict, repr=False, compare=False)

    def sentence(self) -> str:
        """What was decided, in one line for the person."""
        said = []
        for name in ("text", "title", *FIELDS[1:]):
            if name in self.fields:
                column = self.fields[name]
                if self.how[name] == "longest":
                    column = _("{column} (the column with the longest texts)").format(column=column)
                elif name == "title":
                    column = _("{column} (joined in front of the text)").format(column=column)
                elif name == "posted" and self.order:
                    order = _("day first") if self.order == "day first" else _("month first")
                    column = f"{column} ({order})"
                said.append(f"{name} = {column}")
        return f"{self.file}: {', '.join(said)}"


def folded_header(header: str) -> str:
    """`header` without accents, case and separators: `Date de publication` is `datedepublication`."""
    return "".join(_words(header))


def _words(header: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", re.sub("[Nn]°|№", "no ", header))
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    plain = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", plain)
    return re.findall(r"[a-z0-9]+", plain.lower())


def speaks_day_first(headers: Sequence[str]) -> bool:
    """Whether a header is French or Spanish, languages that write the day before the month."""
    ours = {name for names in _FRENCH_AND_SPANISH.values() for name in names.split()}
    theirs = {name for names in _ENGLISH.values() for name in names.split()}
    return any(folded_header(header) in ours - theirs for header in headers)


def is_known_header(header: str) -> bool:
    """Whether `header` is a usual name of some field."""
    return any(_rank(name, header) is not None for name in _ENGLISH)


def _rank(name: str, header: str) -> int | None:
    """How unlikely it is that a column called `header` is the field `name`; None: not by its header."""
    words = _words(header)
    ranks = _RANKS[name]
    rank = ranks.get("".join(words))
    if rank is not None:
        return rank
    loose = _LOOSE.get(name, "").split()
    if _ABOUT.isdisjoint(words):
        for rank, word in enumerate(loose):
            if word in words:
                return len(ranks) + rank
    return None


def choose_columns(
    file: str,
    headers: Sequence[str],
    wanted: Columns,
    mean_lengths: Callable[[], Sequence[float]],
    cells: Callable[[int], Sequence[str]],
) -> GuessedColumns:
    """Decide which column of `file` is what.

    Args:
        file: as given, for messages.
        headers: in the order of the file; a name may stand twice if nobody needs it.
        wanted: what the person named; that is taken or it is an error.
        mean_lengths: the mean length of the values of each column; asked only where no header is a text's.
        cells: some values of the column at a place; asked only where a header may be that of image hashes.

    Returns:
        The choice; its `positions` are indexes into `headers`.

    Raises:
        UnknownColumn: a column was named that is not there.
        AmbiguousColumn: a column that is needed has the name of another one.
        NoTextColumn: no column holds text.
    """
    chosen: dict[str, int] = {}
    how: dict[str, str] = {}
    for name in FIELDS:
        column = getattr(wanted, name)
        if column is not None:
            chosen[name] = _position(file, name, column, headers)
            how[name] = "given"
    # A title in front of a text that the person named would be a text that the person did not name.
    guessable = [name for name in FIELDS if name not in chosen and name not in wanted.without]
    if "text" not in chosen:
        guessable.append("title")
    ranked = sorted(
        (rank, place, name)
        for name in guessable
        for place, header in enumerate(headers)
        if (rank := _rank(name, header)) is not None
        and (name != "image" or _may_be_hashes(header, cells(place)))
    )
    for _rank_of, place, name in ranked:
        if name not in chosen and place not in chosen.values():
            chosen[name] = _position(file, name, headers[place], headers)
            how[name] = "header"
    if "text" not in chosen:
        lengths = mean_lengths()
        free = [place for place in range(len(headers)) if place not in chosen.values() and lengths[place] > 0]
        if not free and "title" in chosen:
            free = [chosen.pop("title")]
        if not free:
            raise NoTextColumn(file, headers)
        chosen["text"] = max(free, key=lambda place: (lengths[place], -place))
        how["text"] = "longest"
    return GuessedColumns(
        file=file,
        fields={name: headers[place] for name, place in chosen.items()},
        how={name: how[name] for name in chosen},
        positions=chosen,
    )


def _may_be_hashes(header: str, cells: Sequence[str]) -> bool:
    """Whether a column called `header` holds image hashes rather than names of files or addresses."""
    looks = look_like_hashes(cells)
    if looks is None:
        return any(word in folded_header(header) for word in _HASHED)
    return looks


def _position(file: str, name: str, column: str, headers: Sequence[str]) -> int:
    places = [place for place, header in enumerate(headers) if header == column]
    if not places:
        folded = folded_header(column)
        places = [place for place, header in enumerate(headers) if folded_header(header) == folded]
    if not places or not column:
        raise UnknownColumn(file, name, column, headers)
    if len(places) > 1:
        raise AmbiguousColumn(file, name, column, [place + 1 for place in places])
    return places[0]
