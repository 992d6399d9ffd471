"""Invented ads whose truth is known: what filrouge is measured on.

Half of the ads are by people alone, half by organisations that use templates, move between cities and share
phones. All are written from the same phrase grammars, so strangers share the words of their trade, stock
sentences and the house text of their agency; copies of one template are changed, cut, moved and disguised.
"""

from filrouge.ads.synthetic.corpus import SyntheticCorpus, synthesise, write_synthetic

__all__ = ["SyntheticCorpus", "synthesise", "write_synthetic"]
