"""What a run leaves for the next: templates and the language model, sealed, beside the workspace's tables.

It can be made again from the ads, by a run from nothing, so it is no part of what the ledger proves. It holds
pseudonyms only, and is sealed with a key made from the workspace's pepper.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from filrouge.compare.language import LanguageModel, from_arrays, to_arrays
from filrouge.compare.reach import Reach
from filrouge.corpus.blocks import BlockName, NotAsSealed, from_planes, open_block, planes, seal_block
from filrouge.corpus.keys import cipher_from

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    from filrouge.corpus.workspace import Workspace

FORMAT: Final = 1
LARGEST_PRICE: Final = 31.875
"""Bits; prices of template words are kept in eighths of a bit, in one byte."""


@dataclass(frozen=True)
class Kept:
    """What is known after a run.

    Attributes:
        ids: int64: the id of each cluster that has members, ascending.
        keys: uint64: the keys of the different words of templates, ascending.
        words: int32: which of them each word of the templates is, template after template.
        price: float32: what each costs a stranger.
        begins: int64, shape (clusters + 1,).
        model: what strangers write.
        reach, among: what strangers reach, with each other and with templates.
        next_id: the first id of a cluster that was never used.
    """

    ids: NDArray[np.int64]
    keys: NDArray[np.uint64]
    words: NDArray[np.int32]
    price: NDArray[np.float32]
    begins: NDArray[np.int64]
    model: LanguageModel
    reach: Reach
    among: Reach
    next_id: int


def by_key(
    words: NDArray[np.int32], key_of_word: NDArray[np.uint64]
) -> tuple[NDArray[np.uint64], NDArray[np.int32]]:
    """The keys of the different words, ascending, and which of them each word is.

    Args:
        words: word numbers.
        key_of_word: the key of each number.
    """
    used = np.zeros(key_of_word.size, np.bool_)
    used[words] = True
    numbers = np.flatnonzero(used)
    numbers = numbers[np.argsort(key_of_word[numbers])]
    place = np.empty(key_of_word.size, np.int32)
    place[numbers] = np.arange(numbers.size, dtype=np.int32)
    return key_of_word[numbers], place[words]


def _path(ws: Workspace, batch: str) -> Path:
    return ws.derived("model") / f"{batch}.state"


def keep(ws: Workspace, batch: str, kept: Kept) -> None:
    """Write what a run leaves under the name of its batch; it is whole or not there."""
    arrays: dict[str, NDArray[Any]] = {
        "ids": np.diff(kept.ids, prepend=0),
        "keys": np.diff(kept.keys, prepend=np.uint64(0)),
        "words": kept.words.astype(np.uint32),
        "price": np.round(np.clip(kept.price, 0, LARGEST_PRICE) * 8).astype(np.uint8),
        "sizes": np.diff(kept.begins).astype(np.uint16),
        **to_arrays(kept.model),
    }
    about = {
        "format": FORMAT,
        "next_id": kept.next_id,
        "reach": [kept.reach.place, kept.reach.scale, kept.reach.ads],
        "among": [kept.among.place, kept.among.scale, kept.among.ads],
        "arrays": [[name, str(array.dtype)] for name, array in arrays.items()],
    }
    fields = [json.dumps(about).encode(), *map(planes, arrays.values())]
    path = _path(ws, batch)
    aside = path.with_suffix(".writing")
    with aside.open("wb") as file:
        file.write(seal_block(fields, _name(ws, batch), _cipher(ws)))
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)


def forget(ws: Workspace, but: str) -> None:
    """Remove what other runs left."""
    for path in ws.derived("model").iterdir():
        if path.stem != but:
            path.unlink(missing_ok=True)


def read_kept(ws: Workspace, batch: str) -> Kept | None:
    """What the run of a batch left; None if it is not there any more, or is no use to this version."""
    try:
        head, *fields = open_block(_path(ws, batch).read_bytes(), _name(ws, batch), _cipher(ws))
    except (FileNotFoundError, NotAsSealed):
        return None
    about = json.loads(bytes(head))
    if about["format"] != FORMAT:
        return None
    arrays = {
        name: from_planes(field, np.dtype(kind).type)
        for (name, kind), field in zip(about["arrays"], fields, strict=True)
    }
    keys = np.cumsum(arrays["keys"], dtype=np.uint64)
    return Kept(
        np.cumsum(arrays["ids"]),
        keys,
        arrays["words"].astype(np.int32),
        (arrays["price"] / np.float32(8)).astype(np.float32),
        np.concatenate([[0], np.cumsum(arrays["sizes"], dtype=np.int64)]),
        from_arrays(arrays),
        Reach(*about["reach"]),
        Reach(*about["among"]),
        about["next_id"],
    )


def _name(ws: Workspace, batch: str) -> BlockName:
    return BlockName(ws.id, batch, 0, 0, "state")


def _cipher(ws: Workspace) -> AESGCM:
    return cipher_from(ws.pepper, ws.id, "kept state")
