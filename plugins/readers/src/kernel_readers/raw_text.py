"""Readers of raw text: examples without annotation, for pretraining and for applying a pipeline."""

from collections.abc import Callable, Iterable, Iterator
from os import PathLike
from pathlib import Path
from typing import Any, Literal

from kernel.config.ranges import NonNegativeInt, PositiveInt
from kernel.errors import DataError
from kernel.training import Example
from kernel_readers.streams.texts import TextCorpus


def _require(path: Path | list[Path] | None, setting: str = "") -> Path | list[Path]:
    if path is None:
        command = f" or on the command line: --paths.{setting} FILE" if setting else "."
        raise DataError("the corpus has no path", hint=f"Set it in the config's [paths] section{command}")
    return Path(path) if isinstance(path, str | PathLike) else [Path(each) for each in path]


def make_raw_text(
    path: Path | list[Path] | None,
    format: Literal["auto", "jsonl", "lines", "paragraphs", "spacy"] = "auto",
    min_length: NonNegativeInt = 0,
    max_length: NonNegativeInt = 0,
    limit: NonNegativeInt = 0,
    shuffle: bool = True,
    buffer: PositiveInt = 64,
) -> Callable[[Any], Iterable[Example]]:
    """Read raw text that need not fit into memory, in a new order in each epoch; a run that was cut off goes on where it was.

    path: a file, a directory, a pattern such as data/*.txt.gz, or a list of these; - is standard input, which is kept in a
    temporary file for the epochs to come. format: "lines" and "paragraphs" are plain text with a document a line or between
    blank lines, "jsonl" has it under "text", "spacy" is .spacy; "auto" goes by the name of a file, takes JSON Lines where the first line
    is an object, and else lines. min_length, max_length: bounds in words, 0 is none; a document of max_length words or
    more is left out. limit: examples in each epoch, 0 means no limit. shuffle: whether each epoch has an order of its own. buffer: megabytes of
    text that are shuffled together and held in memory. A compressed file (.gz, .bz2, .xz, .zst) is read in its order, through the buffer.
    """
    return TextCorpus(
        _require(path, "raw_text"),
        format,
        min_length,
        max_length,
        limit,
        shuffle=shuffle,
        buffer=buffer << 20,
        is_streamed=True,
    )


def make_jsonl_corpus(
    path: Path | list[Path] | None,
    min_length: NonNegativeInt = 0,
    max_length: NonNegativeInt = 0,
    limit: NonNegativeInt = 0,
) -> Callable[[Any], Iterator[Example]]:
    """Read the `text` of every record of JSONL files; other keys are left alone.

    path: a file, a directory, a pattern such as data/*.jsonl, or a list of these. min_length, max_length: bounds in words, 0 is
    none. limit: examples in all, 0 means no limit.
    """
    return TextCorpus(_require(path), "jsonl", min_length, max_length, limit)


def make_plain_text_corpus(
    path: Path | list[Path] | None, min_length: NonNegativeInt = 0, max_length: NonNegativeInt = 0
) -> Callable[[Any], Iterator[Example]]:
    """Read text files, one document a line.

    path: a file, a directory, a pattern such as data/*.txt, or a list of these. min_length, max_length: the fewest and the most
    words of a document, 0 is no bound.
    """
    return TextCorpus(_require(path), "lines", min_length, max_length + 1 if max_length else 0, 0)
