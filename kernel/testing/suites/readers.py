"""Suites for what reads files: readers of examples, and converters that read documents of one file format."""

from collections.abc import Mapping
from itertools import count
from pathlib import Path
from typing import Any, ClassVar

import pytest

from kernel.errors import KernelError
from kernel.language import Language
from kernel.numeric.random import seed_all
from kernel.state import copied, is_stateful
from kernel.testing.suites.base import Suite
from kernel.tokens import DocBin

_MOST_CUTS = 12


class FileSuite(Suite):
    """A function that leads to the content of a file.

    content: a good file. filename: its name, where the ending matters. malformed: bad files, each with the number of the
    line that is wrong, or None where the format has no lines.
    """

    content: ClassVar[str | bytes] = ""
    filename: ClassVar[str] = "data.txt"
    malformed: ClassVar[Mapping[str | bytes, int | None]] = {}

    def read(self, path: Path) -> list[Any]:
        """Everything in the file."""
        raise NotImplementedError

    def as_plain(self, item: Any) -> Any:
        """One of the things read as plain data that can be compared."""
        raise NotImplementedError

    def write(self, folder: Path, content: str | bytes | None = None) -> Path:
        """A file with this content, the good one by default."""
        content = self.content if content is None else content
        path = folder / self.filename
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return path

    def golden(self) -> Any:
        return [self.as_plain(each) for each in self.read(self.write(Path.cwd()))]

    def test_reads_something(self, tmp_path: Path) -> None:
        assert self.read(self.write(tmp_path)), (
            "the file of the suite gives nothing; set content and filename"
        )

    def test_reads_the_same_each_time(self, tmp_path: Path) -> None:
        path = self.write(tmp_path)
        first, second = ([self.as_plain(each) for each in self.read(path)] for _ in range(2))
        assert first == second

    def test_a_missing_file_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(KernelError) as caught:
            self.read(tmp_path / "missing" / self.filename)
        assert self.filename in str(caught.value), f"the message doesn't name the file: {caught.value}"

    def test_a_malformed_line_is_named(self, tmp_path: Path) -> None:
        for content, line in self.malformed.items():
            path = self.write(tmp_path, content)
            with pytest.raises(KernelError) as caught:
                self.read(path)
            message = str(caught.value)
            assert path.name in message, f"the message doesn't name the file: {message}"
            assert line is None or f":{line}" in message, f"the message doesn't name line {line}: {message}"

    def test_an_empty_file_is_no_crash(self, tmp_path: Path) -> None:
        try:
            assert self.read(self.write(tmp_path, b"")) == []
        except KernelError as error:
            assert self.filename in str(error), f"the message doesn't name the file: {error}"


class ReaderSuite(FileSuite):
    """A function of the registry `readers`: returns a function of the pipeline that gives its examples anew each time.

    path_setting: the argument that takes the file. A reader of something other than a corpus overrides `read` and
    `as_plain`.
    """

    kind = "readers"
    path_setting: ClassVar[str] = "path"

    def read(self, path: Path) -> list[Any]:
        return list(self.reader(path)(Language()))

    def reader(self, path: Path) -> Any:
        """The reader of a file."""
        return self.build(**{self.path_setting: str(path)})

    def as_plain(self, item: Any) -> Any:
        return {"words": [token.text for token in item.predicted], "reference": item.reference.to_json()}

    def test_one_reader_reads_again(self, tmp_path: Path) -> None:
        reader, nlp = self.reader(self.write(tmp_path)), Language()
        first, second = ([self.as_plain(each) for each in reader(nlp)] for _ in range(2))
        assert first and first == second, "a second epoch reads something else"

    def test_two_passes_at_once_do_not_disturb_each_other(self, tmp_path: Path) -> None:
        reader, nlp = self.reader(self.write(tmp_path)), Language()
        expected = [self.as_plain(each) for each in reader(nlp)]
        found = []
        for one in reader(nlp):
            assert next(iter(reader(nlp))) is not None
            found.append(self.as_plain(one))
        assert found == expected

    def test_examples_are_new_each_time(self, tmp_path: Path) -> None:
        reader, nlp = self.reader(self.write(tmp_path)), Language()
        one, other = next(iter(reader(nlp))), next(iter(reader(nlp)))
        assert one is not other, (
            "a pass hands out the examples of the one before, which a run may have changed"
        )

    def test_a_state_leads_on_from_where_it_was_taken(self, tmp_path: Path) -> None:
        path, nlp = self.write(tmp_path), Language()
        if not is_stateful(self.reader(path)):
            return
        straight = self._sampled(path, nlp)
        expected = [self._pulled(straight(nlp), epoch) for epoch in range(2)]
        for cut in range(1, min(len(expected[0]) + 2, _MOST_CUTS)):
            reader = self._sampled(path, nlp)
            passing = reader(nlp)
            before = self._pulled(passing, 0, last=cut)
            has_ended = len(before) < cut
            other = self._sampled(path, nlp)
            other.restore(copied(reader.state(), self.name))
            rest = [] if has_ended else self._pulled(other(nlp), 0, cut)
            found = [before + rest, self._pulled(other(nlp), 1)]
            assert found == expected, (
                f"a state that was taken after {cut} examples does not lead to those that were still to come"
            )

    def _sampled(self, path: Path, nlp: Any) -> Any:
        """A reader as a run has it: a pass over it was begun before training."""
        reader = self.reader(path)
        seed_all(self.seed, self.name)
        next(iter(reader(nlp)), None)
        return reader

    def _pulled(self, examples: Any, epoch: int, first: int = 0, last: int | None = None) -> list[Any]:
        """Examples as plain data, each read under a seed of its own; to its end, or so many."""
        source, found = iter(examples), []
        for number in count(first):
            if number == last:
                break
            seed_all(self.seed, self.name, epoch, number)
            example = next(source, None)
            if example is None:
                break
            found.append(self.as_plain(example))
        return found


class ConverterSuite(FileSuite):
    """A function of the registry `converters`: returns `read(path, nlp, *, n_sents=None)` that yields documents."""

    kind = "converters"

    def read(self, path: Path) -> list[Any]:
        return list(self.build()(path, Language(), n_sents=None))

    def as_plain(self, item: Any) -> Any:
        return item.to_json()

    def test_documents_survive_a_docbin(self, tmp_path: Path) -> None:
        nlp = Language()
        docs = list(self.build()(self.write(tmp_path), nlp, n_sents=None))
        stored = DocBin(docs=docs, store_user_data=True).to_bytes()
        back = list(DocBin().from_bytes(stored).get_docs(nlp.vocab))
        assert [[t.text for t in doc] for doc in back] == [[t.text for t in doc] for doc in docs]
        assert [doc.text for doc in back] == [doc.text for doc in docs]
