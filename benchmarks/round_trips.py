"""Round trips of real corpora through every format that holds what they hold.

    KERNEL_DATA=path/to/data python benchmarks/round_trips.py

Each file is converted there and back with `kernel convert`, and compared: bytes where the format of the file is written again,
documents where it is not. A row says how many documents and tokens that were, and where the first difference is.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from kernel import blank, registry
from kernel.errors import KernelWarning
from kernel.tokens import Doc

# Format of a file -> the formats that it goes through.
WAYS = {"conllu": ("spacy", "jsonl"), "iob": ("spacy", "jsonl")}
# Formats that hold annotations of the documents of a file; what is compared of each token.
HOLDERS: dict[str, dict[str, tuple[str, ...]]] = {
    "conllu": {
        "json": ("text", "tag_", "pos_", "lemma_", "dep_", "distance", "whitespace_"),
        "conll2003": ("without blanks", "tag_"),
    },
    "iob": {
        name: ("text", "ent_iob_", "ent_type_")
        for name in ("iob1", "biluo", "bioes", "conll2003", "iob_lines", "conllu", "json")
    },
}
READERS = {"iob1": "iob", "biluo": "iob", "bioes": "iob", "conll2003": "iob"}


def main() -> None:
    """Print a row for each file and way. Exit code 1 if anything came back different."""
    if "KERNEL_DATA" not in os.environ:
        sys.exit("KERNEL_DATA names the folder with the corpora")
    data = Path(os.environ["KERNEL_DATA"])
    warnings.simplefilter("ignore", KernelWarning)
    is_equal = True
    print("| file | way | documents | tokens | result |\n|---|---|---|---|---|")
    for path, format in files(data):
        docs = read(path, format)
        tokens = sum(map(len, docs))
        for way in (*WAYS[format], *HOLDERS[format]):
            if way in WAYS[format]:
                difference, result = same_bytes(path, docs, format, way), "equal bytes"
            else:
                difference, result = same_tokens(docs, way, HOLDERS[format][way]), "equal tokens"
            is_equal = is_equal and (not difference or difference.startswith("equal but"))
            shown = difference or result
            print(f"| {path.relative_to(data)} | {way} | {len(docs):,} | {tokens:,} | {shown} |", flush=True)
    sys.exit(not is_equal)


def files(data: Path) -> Iterator[tuple[Path, str]]:
    """The files, each with its format."""
    for path in sorted(data.glob("**/*.conllu")):
        yield path, "conllu"
    for path in sorted(data.rglob("*.conll")):
        yield path, "iob"


def read(path: Path, format: str) -> list[Doc]:
    """The documents of a file, each with what the file has besides."""
    return list(registry.get("converters", f"kernel.{format}.v1")()(path, blank("xx")))


def write(docs: list[Doc], format: str) -> bytes:
    """Documents in a format."""
    target = BytesIO()
    registry.get("writers", f"kernel.{format}.v1")().write(((doc, {}) for doc in docs), target)
    return target.getvalue()


def through(docs: list[Doc], format: str) -> list[Doc]:
    """Documents as they come out of a file of a format."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "file.json" if format == "json" else f"file.{READERS.get(format, format)}")
        path.write_bytes(write(docs, format))
        return read(path, READERS.get(format, format))


def same_bytes(path: Path, docs: list[Doc], format: str, way: str) -> str:
    """The first difference between a file and what is written of it, after another format; "" if there is none."""
    before, after = path.read_bytes(), write(through(docs, way), format)
    if before == after:
        return ""
    lines = zip(before.splitlines(), after.splitlines(), strict=False)
    number, (old, new) = next(
        (each for each in enumerate(lines, start=1) if each[1][0] != each[1][1]), (0, (b"", b""))
    )
    if not number:
        return "other ends of lines, or of the file"
    each = list(zip(before.splitlines(), after.splitlines(), strict=False))
    others = [(old, new) for old, new in each if old != new and (old.strip() or new.strip())]
    number_of = sum(old != new for old, new in each)
    kind = f"equal but for white space on {number_of:,} blank lines; " if not others else ""
    return f"{kind}line {number}: {old[:60]!r} became {new[:60]!r}"


def same_tokens(docs: list[Doc], way: str, names: tuple[str, ...]) -> str:
    """The first token of which a format doesn't give back what it holds."""
    old, new = ((facts(token, names) for doc in each for token in doc) for each in (docs, through(docs, way)))
    for number, (before, after) in enumerate(zip(old, new, strict=True)):
        if before != after:
            return f"token {number}: {before} became {after}"
    return ""


def facts(token: Any, names: tuple[str, ...]) -> tuple[Any, ...]:
    """What is compared of a token."""
    return tuple(_SPECIAL[name](token) if name in _SPECIAL else getattr(token, name) for name in names)


_SPECIAL: dict[str, Callable[[Any], Any]] = {
    "distance": lambda token: token.head.i - token.i,
    # Between columns stand blanks: those of words are told, and become `_`.
    "without blanks": lambda token: token.text.replace(" ", "_"),
}


if __name__ == "__main__":
    main()
