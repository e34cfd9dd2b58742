"""Examples, where the field has them; they lie in `kernel.tokens.example`."""

from kernel.tokens.example import Example

__all__ = ["Example"]
