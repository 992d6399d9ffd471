"""Write src/filrouge/ads/data/given_names.txt: given names of North America, France and Spain.

The names are Faker's (MIT). With `pip install Faker` in an environment that has filrouge too:

    python tools/build_names.py
"""

from __future__ import annotations

import importlib
from pathlib import Path

from filrouge.ads.fold import fold_texts

TARGET = Path(__file__).parents[1] / "src/filrouge/ads/data/given_names.txt"
LOCALES = ("en_US", "fr_CA", "fr_FR", "es_ES", "es_MX")  # Faker has en_US stand for en_CA
PARTICLES = frozenset(("alta", "de", "del", "la", "las", "los"))


def main() -> None:
    """Build the file and say how many names it has."""
    names: set[str] = set()
    for locale in LOCALES:
        provider = importlib.import_module(f"faker.providers.person.{locale}").Provider
        written = sorted({str(name) for name in provider.first_names})
        folded = fold_texts(written)
        for i in range(len(written)):
            names |= {word for word in folded.text(i).replace("-", " ").split() if len(word) > 1}
    names -= PARTICLES
    TARGET.write_text("\n".join(sorted(names)) + "\n", encoding="utf-8")
    print(f"{len(names)} names, {TARGET.stat().st_size / 1e3:.1f} kB")


if __name__ == "__main__":
    main()
