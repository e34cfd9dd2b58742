"""Tables of word vectors: the module `kernel.vectors`."""

from kernel.vocab import Vectors

__all__ = ["Vectors"]
