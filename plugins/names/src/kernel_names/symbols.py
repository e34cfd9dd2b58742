"""The strings that have small numbers: the module `kernel.symbols`. Each is an attribute: `kernel.symbols.nsubj`."""

from kernel.vocab.symbols import SYMBOLS

IDS: dict[str, int] = dict(SYMBOLS)
NAMES: list[str] = sorted(IDS, key=IDS.__getitem__)
__all__ = ["IDS", "NAMES"]
__all__ += [name for name in IDS if name.isidentifier() and name != "_"]


def __getattr__(name: str) -> int:
    if name in IDS:
        return IDS[name]
    raise AttributeError(f"module 'kernel.symbols' has no attribute {name!r}")
