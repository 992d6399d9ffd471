"""From files, however they were exported, to one table of ads."""

from filrouge.ads.readers.reading import read_ads
from filrouge.ads.schema import ReadResult, Source

__all__ = ["ReadResult", "Source", "read_ads"]
