"""The vocabulary: strings, word forms (lexemes) and vectors."""

from kernel.vocab.lexeme import Lexeme
from kernel.vocab.lexemes import LexemeTable
from kernel.vocab.strings import StringStore, hash_string, hash_strings
from kernel.vocab.vectors import Vectors
from kernel.vocab.vocab import Vocab

__all__ = ["Lexeme", "LexemeTable", "StringStore", "Vectors", "Vocab", "hash_string", "hash_strings"]
