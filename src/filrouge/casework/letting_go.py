"""The ads that expire first: those that two people, independently, judged to be of people who work for themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from numpy.typing import NDArray

if TYPE_CHECKING:
    from filrouge.casework.judging import Board
    from filrouge.engines.casebook import Casebook


def ads_let_go(book: Casebook, board: Board) -> NDArray[np.int64]:
    """The numbers of the ads of a case that are agreed to be independent, ascending: for `retention.destroy(ads=...)`.

    What has grown by half since it was judged is not among them, nor what was only merged into something else, nor an
    ad that is in a network of which this was not said.
    """
    networks: list[int] = []
    clusters: list[int] = []
    for (of, number), one in board.independent.items():
        ads = book.ads.filter(pl.col(of) == number)
        if one.is_let_go(ads.height):
            (networks if of == "network" else clusters).append(number)
    let_go = pl.col("network").is_in(networks) | (pl.col("cluster").is_in(clusters) & (pl.col("network") < 0))
    found: NDArray[np.int64] = book.ads.filter(let_go)["ad"].sort().to_numpy()
    return found
