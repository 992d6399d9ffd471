"""From files, however they were exported, to one table of ads."""

from filrouge.ads.readers.reading import ReadFile, no_ads, read_ads, read_file
from filrouge.ads.schema import ReadResult, Source

__all__ = ["ReadFile", "ReadResult", "Source", "no_ads", "read_ads", "read_file"]
