"""The knowledge base: what is known of signs of organisation and who said so, as data in English and French."""

from filrouge.guide.indicators import Duty, Guide, Indicator, Source, Words, load_guide, load_indicators

__all__ = ["Duty", "Guide", "Indicator", "Source", "Words", "load_guide", "load_indicators"]
