"""Word forms: the module `kernel.lexeme`."""

from kernel.vocab import Lexeme

__all__ = ["Lexeme"]
