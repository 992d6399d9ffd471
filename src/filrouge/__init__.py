"""filrouge: compares the text of ads and shows which were written by one hand."""

__version__ = "0.1.0"
