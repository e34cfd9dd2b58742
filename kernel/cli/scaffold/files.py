"""Texts for plugins that read files."""

from kernel.cli.scaffold.kinds import Kind

_LINES = '''

def tagged_lines(path: Path) -> Iterator[tuple[list[str], list[str]]]:
    """The words and tags of every line. DataError names the file and the line."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"can't be read: {error}", path=path) from error
    for number, line in enumerate(lines, start=1):
        pairs = [item.rpartition("/") for item in line.split()]
        if not all(word and tag for word, _, tag in pairs):
            raise DataError("expected word/TAG", path=path, line=number)
        if pairs:
            yield [word for word, _, _ in pairs], [tag for _, _, tag in pairs]
'''

READERS = Kind(
    module="reader",
    function="make_reader",
    registered="$owner.TaggedLines.v1",
    about="a reader of text with tags: a document a line, `Anna/NNP sings/VBZ`",
    code='''"""A reader of text with tags: a document a line, `Anna/NNP sings/VBZ`."""

from collections.abc import Callable, Iterator
from pathlib import Path

from kernel.errors import DataError
from kernel.language import Language
from kernel.tokens import Doc
from kernel.training import Example


def make_reader(path: Path) -> Callable[[Language], Iterator[Example]]:
    """Read examples for a tagger. path: the file."""

    def read(nlp: Language) -> Iterator[Example]:
        # Called once for every epoch: it starts anew each time.
        for words, tags in tagged_lines(path):
            gold = Doc(nlp.vocab, words=words, tags=tags)
            yield Example(Doc(nlp.vocab, words=words), gold)

    return read
'''
    + _LINES,
    test='''"""The reader goes through the conformance suite."""

from typing import ClassVar

from kernel.testing import ReaderSuite


class TestReader(ReaderSuite):
    name = "$owner.TaggedLines.v1"
    content = "Anna/NNP sings/VBZ ./.\\n\\nStop/VB\\n"
    # A bad file, and the line that the message must name.
    malformed: ClassVar = {"Anna/NNP\\nsings\\n": 2}
''',
    config={
        "corpora.train": '@readers = "$owner.TaggedLines.v1"\npath = $${paths.train}',
        "corpora.dev": '@readers = "$owner.TaggedLines.v1"\npath = $${paths.dev}',
    },
)

CONVERTERS = Kind(
    module="converter",
    function="make_converter",
    registered="$owner.tagged_lines.v1",
    about="a converter of text with tags: a document a line, `Anna/NNP sings/VBZ`",
    code='''"""A converter of text with tags: a document a line, `Anna/NNP sings/VBZ`."""

from collections.abc import Callable, Iterator
from pathlib import Path

from kernel.errors import DataError
from kernel.language import Language
from kernel.tokens import Doc


def make_converter() -> Callable[..., Iterator[Doc]]:
    """Read documents with tags: kernel convert FILE DIR --converter $owner.tagged_lines.v1"""
    return read


def read(path: Path, nlp: Language, *, n_sents: int | None = None) -> Iterator[Doc]:
    """Yield the documents of a file. n_sents: lines a document, 1 if None; 0 is all."""
    waiting: list[tuple[list[str], list[str]]] = []
    for line in tagged_lines(path):
        waiting.append(line)
        if len(waiting) == (1 if n_sents is None else n_sents):
            yield document(nlp, waiting)
            waiting = []
    if waiting:
        yield document(nlp, waiting)


def document(nlp: Language, lines: list[tuple[list[str], list[str]]]) -> Doc:
    """One document of some lines."""
    return Doc(
        nlp.vocab,
        words=[word for words, _ in lines for word in words],
        tags=[tag for _, tags in lines for tag in tags],
        sent_starts=[place == 0 for words, _ in lines for place in range(len(words))],
    )
'''
    + _LINES,
    test='''"""The converter goes through the conformance suite."""

from typing import ClassVar

from kernel.testing import ConverterSuite


class TestConverter(ConverterSuite):
    name = "$owner.tagged_lines.v1"
    content = "Anna/NNP sings/VBZ ./.\\n\\nStop/VB\\n"
    # A bad file, and the line that the message must name.
    malformed: ClassVar = {"Anna/NNP\\nsings\\n": 2}
''',
)

WRITERS = Kind(
    module="writer",
    function="TaggedLines",
    registered="$owner.tagged_lines.v1",
    about="a writer of text with tags: a document a line, `Anna/NNP sings/VBZ`",
    code='''"""A writer of text with tags: a document a line, `Anna/NNP sings/VBZ`."""

from collections.abc import Iterable
from typing import Any, BinaryIO

from kernel.errors import warn
from kernel.tokens import Doc
from kernel.tokens.annotated import annotated


class TaggedLines:
    """Write documents with tags: kernel convert FILE DIR --to $owner.tagged_lines.v1"""

    suffixes = (".tagged",)
    is_folder = False

    def write(
        self, docs: Iterable[tuple[Doc, dict[str, Any]]], target: BinaryIO
    ) -> None:
        """Write a line for each document. What a line can't hold is told at the end."""
        lost: set[str] = set()
        for doc, others in docs:
            lost.update(annotated(doc).keys() - {"tags"})
            if others:
                lost.add("other keys of records")
            line = " ".join(f"{token.text}/{token.tag_}" for token in doc)
            target.write(f"{line}\\n".encode())
        if lost:
            warn(f"lines of words and tags lack: {', '.join(sorted(lost))}")
''',
    test='''"""The writer goes through the conformance suite."""

from kernel.testing import WriterSuite


class TestWriter(WriterSuite):
    name = "$owner.tagged_lines.v1"
    # Nothing reads it back. With the name of a converter, the suite compares what that reads.
    converter = ""
''',
)
