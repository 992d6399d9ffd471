"""Identifiers in the text of ads: phones, e-mails, URLs, handles, payment handles, prices, ages, times."""

from filrouge.ads.identifiers.find import KINDS, find_identifiers

__all__ = ["KINDS", "find_identifiers"]
