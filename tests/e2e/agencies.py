"""Three invented agencies: one organisation that hides, and people who advertise alone."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Ad:
    id: str
    posted: str
    city: str
    text: str


TEMPLATE = (
    "Hello, this is {name}, new in {city} for a short stay. I offer a calm relaxing massage with warm "
    "coconut oil, hot towels and quiet piano music, in a tidy studio behind the old train station. Gentlemen and "
    "ladies welcome, evenings are best. A full hour is {price} dollars, nothing to pay in advance. "
    "Tell {name} which day suits you at {phone} and bring nothing but yourself."
)
BOARD = "{}\nNorthboard featured listing. Meet in a public place and never pay before you have seen the work."
NEGOCE = "{} Annonce publiée sur le Négoce, le petit marché du quartier. Signalez tout abus à la rédaction."

PHONES = ("+16045550123", "+15145550142", "+14165550177")
"""Those of the organisation, as they are found however they were written."""


def _ad(id: str, posted: str, city: str, **slots: str) -> Ad:
    return Ad(id, posted, city, TEMPLATE.format(city=city.split(",")[0], **slots))


def _spaced(text: str, word: str) -> str:
    return text.replace(word, " ".join(word))


def _cyrillic(text: str) -> str:
    return text.translate(str.maketrans("aeocp", "аеоср"))


NORTH = [
    _ad("N1", "2026-01-03", "Vancouver, BC", name="Anna", price="120", phone="604-555-0123"),
    _ad(
        "N2",
        "2026-01-09",
        "Burnaby, BC",
        name="Sophie",
        price="140",
        phone="six oh four 555 oh one two three",
    ),
    _ad("N3", "2026-01-15", "Victoria, BC", name="Julie", price="120", phone="(604) 555.0123"),
]
MARKET = [
    _ad("M1", "2026-02-02", "Montréal, QC", name="Nathalie", price="160", phone="514 555 0142"),
    _ad("M2", "2026-02-08", "Laval, QC", name="Camille", price="140", phone="5️⃣1️⃣4️⃣ 5️⃣5️⃣5️⃣ 0️⃣1️⃣4️⃣2️⃣"),
    _ad("M3", "2026-02-11", "Longueuil, QC", name="Elena", price="120", phone="514.555.O142"),
]
BOARD_SOUTH = [
    _ad("S1", "2026-03-01", "Toronto, ON", name="Maria", price="150", phone="416 555 0177"),
    _ad(
        "S2",
        "2026-03-04",
        "Ottawa, ON",
        name="Laura",
        price="160",
        phone="four one six, 555, zero one seven seven",
    ),
    _ad("S3", "2026-03-09", "Hamilton, ON", name="Sophie", price="150", phone="+1 416-555-0177"),
]
# What they do to hide: an emoji between the words, letters of another alphabet, letters apart, other dress.
MARKET[0] = Ad("M1", "2026-02-02", "Montréal, QC", MARKET[0].text.replace(" ", " 🌸 ", 12))
NORTH[1] = Ad("N2", "2026-01-09", "Burnaby, BC", _cyrillic(NORTH[1].text[:120]) + NORTH[1].text[120:])
MARKET[2] = Ad("M3", "2026-02-11", "Longueuil, QC", _spaced(MARKET[2].text, "massage"))
BOARD_SOUTH[1] = Ad(
    "S2", "2026-03-04", "Ottawa, ON", BOARD_SOUTH[1].text.replace("relaxing", "rel\u200baxing").upper()
)
BOARD_SOUTH[2] = Ad(
    "S3", "2026-03-09", "Hamilton, ON", BOARD_SOUTH[2].text.replace("warm coconut oil", "almond oil")
)

ORGANISATION = frozenset(ad.id for ad in NORTH + MARKET + BOARD_SOUTH)

ALONE_NORTH = [
    Ad(
        "N4",
        "2026-01-04",
        "Vancouver, BC",
        "Two students with a van move your sofa or piano on weekends. Ask Tom, 604-555-0161.",
    ),
    Ad(
        "N5",
        "2026-01-05",
        "Surrey, BC",
        "Gel nails, short or almond, in my living room. I am Priya. Text 778 555 0119 after lunch.",
    ),
    Ad(
        "N6",
        "2026-01-06",
        "Kelowna, BC",
        "Furnished basement room near the bus loop, laundry shared, no smokers. 250 555 0188, ask for Gord.",
    ),
    Ad(
        "N7",
        "2026-01-12",
        "Richmond, BC",
        "Deep tissue massage, registered therapist, receipts for insurance. Book with Helen 604 555 0190.",
    ),
    Ad(
        "N8",
        "2026-01-14",
        "Nanaimo, BC",
        "Night shift bakers wanted, training paid, bring your own shoes. Write to jobs@oven.example.com",
    ),
]
ALONE_MARKET = [
    Ad(
        "M4",
        "2026-02-03",
        "Québec, QC",
        "Ménage de bureaux le soir, produits écologiques, je suis ponctuelle. Lucie 418 555 0110",
    ),
    Ad(
        "M5",
        "2026-02-04",
        "Gatineau, QC",
        "Chambre meublée à deux pas du parc, wifi compris, libre en mars. Demandez Roger au 819 555 0134.",
    ),
    Ad(
        "M6",
        "2026-02-05",
        "Sherbrooke, QC",
        "Cours de guitare pour adultes débutants, chez vous ou chez moi. 819-555-0171, Marc.",
    ),
    Ad(
        "M7",
        "2026-02-06",
        "Montréal, QC",
        "Massage suédois sur table, vingt ans de métier, reçus fournis. Chantal, 438 555 0105.",
    ),
]
ALONE_SOUTH = [
    Ad(
        "S4",
        "2026-03-02",
        "Toronto, ON",
        "Señora responsable cuida casas y jardines por temporada. Llame a Rosa, 647 555 0150.",
    ),
    Ad(
        "S5",
        "2026-03-03",
        "London, ON",
        "Se busca cocinero para restaurante pequeño, turno de noche. Pregunte por Diego: 519 555 0166",
    ),
    Ad(
        "S6",
        "2026-03-05",
        "Windsor, ON",
        "Clases de costura los sábados, grupos de cuatro personas. Telas incluidas. 519 555 0128, Pilar",
    ),
    Ad(
        "S7",
        "2026-03-06",
        "Toronto, ON",
        "Pintura de interiores, presupuesto gratis, referencias del barrio. Andrés 416 555 0131",
    ),
]
ALONE = frozenset(ad.id for ad in ALONE_NORTH + ALONE_MARKET + ALONE_SOUTH)


def write_agencies(folder: Path) -> list[Path]:
    """Write the ads as three exports: a CSV in English, a TSV in French, JSON lines in Spanish."""
    north, market, south = folder / "northboard.csv", folder / "negoce.tsv", folder / "elmercado.jsonl"
    with north.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["id", "posted", "city", "description"])
        table.writerows([ad.id, ad.posted, ad.city, BOARD.format(ad.text)] for ad in NORTH + ALONE_NORTH)
    with market.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, delimiter="\t")
        table.writerow(["référence", "date de publication", "ville", "texte"])
        for ad in MARKET + ALONE_MARKET:
            year, month, day = ad.posted.split("-")
            table.writerow([ad.id, f"{day}/{month}/{year}", ad.city, NEGOCE.format(ad.text)])
    with south.open("w", encoding="utf-8") as file:
        for ad in BOARD_SOUTH + ALONE_SOUTH:
            line = {"folio": ad.id, "fecha": ad.posted, "ciudad": ad.city, "descripcion": ad.text}
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
    return [north, market, south]


def all_ads() -> list[Ad]:
    """Every ad, without the text that the agencies put around it."""
    return NORTH + ALONE_NORTH + MARKET + ALONE_MARKET + BOARD_SOUTH + ALONE_SOUTH
