"""Itineraries and other things on a map, as GeoJSON (RFC 7946)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from filrouge.reports.exports.text import plain_text


def write_geojson(path: Path, collection: Mapping[str, Any]) -> None:
    """Write a feature collection: UTF-8, a feature a line, numbers that JSON knows only.

    Args:
        path: the file.
        collection: `{"type": "FeatureCollection", "features": [...]}`, coordinates as longitude, latitude.

    Raises:
        ValueError: if it is no feature collection, or holds a number that is none (NaN).
        OSError: if it cannot be written.
    """
    if collection.get("type") != "FeatureCollection" or not isinstance(collection.get("features"), list):
        raise ValueError("not a GeoJSON FeatureCollection")
    more = {key: value for key, value in collection.items() if key != "features"}
    head = json.dumps(_clean(more), ensure_ascii=False, allow_nan=False)
    features = [json.dumps(_clean(f), ensure_ascii=False, allow_nan=False) for f in collection["features"]]
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(head[:-1] + ', "features": [\n' + ",\n".join(features) + "\n]}\n")


@lru_cache(maxsize=4096)
def _plain(text: str) -> str:
    # A few places and names of fields stand in every feature.
    return plain_text(text)


def _clean(value: Any) -> Any:
    """`value` with every text in it legible."""
    if value is None or isinstance(value, (float, int)):  # most are coordinates
        return value
    if isinstance(value, str):
        return _plain(value)
    if isinstance(value, Mapping):
        return {_plain(str(key)): _clean(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_clean(item) for item in value]
    return value
