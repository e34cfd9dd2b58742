"""Numbers of the coarse part-of-speech tags: the module `kernel.parts_of_speech`."""

from kernel.vocab.symbols import POS_TAGS, SYMBOLS

IDS: dict[str, int] = {"": 0, **{tag: SYMBOLS[tag] for tag in sorted(POS_TAGS, key=SYMBOLS.__getitem__)}}
NAMES: dict[int, str] = {number: tag for tag, number in IDS.items()}
__all__ = ["IDS", "NAMES"]
__all__ += [tag for tag in IDS if tag]


def __getattr__(name: str) -> int:
    if name in IDS:
        return IDS[name]
    raise AttributeError(f"module 'kernel.parts_of_speech' has no attribute {name!r}")
