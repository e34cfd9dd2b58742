"""The suite for what writes documents in a file format."""

import warnings
from collections import Counter
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any, ClassVar

from kernel import registry
from kernel.errors import KernelWarning
from kernel.language import Language
from kernel.testing.samples import sample_examples
from kernel.testing.suites.base import Suite
from kernel.tokens import Doc, Span
from kernel.tokens.annotated import annotated

Content = bytes | dict[str, bytes]
"""What was written: of a folder, path -> content of the file."""


class WriterSuite(Suite):
    """A function of the registry `writers`: returns an object with `suffixes`, `is_folder` and `write(docs, target)`.

    converter: the registered name of what reads the format, by default that of the writer; "" if nothing does.
    """

    kind = "writers"
    converter: ClassVar[str | None] = None

    def documents(self, nlp: Any) -> list[Doc]:
        """What is written; by default documents with all kinds of annotations."""
        docs = [example.reference for example in sample_examples(nlp)]
        docs[0].spans["sc"] = [Span(docs[0], 0, 2, "PHRASE"), Span(docs[0], 1, 4, "PHRASE")]
        docs[0].user_data["note"] = "seen"
        return docs

    def write(self, folder: Path, docs: Iterable[tuple[Doc, dict[str, Any]]]) -> tuple[Path, list[str]]:
        """Where documents were written, and the warnings that this gave."""
        writer = self.build()
        path = folder / f"written{writer.suffixes[0] if writer.suffixes and not writer.is_folder else ''}"
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", KernelWarning)
            if writer.is_folder:
                path.mkdir(parents=True)
                writer.write(docs, path)
            else:
                folder.mkdir(parents=True, exist_ok=True)
                with path.open("wb") as file:
                    writer.write(docs, file)
                    assert not file.closed, "the writer closes the file, which isn't its own"
        return path, [str(each.message) for each in caught]

    def content(self, path: Path) -> Content:
        """What was written, as bytes."""
        if path.is_file():
            return path.read_bytes()
        files = (file for file in sorted(path.rglob("*")) if file.is_file())
        return {file.relative_to(path).as_posix(): file.read_bytes() for file in files}

    def read(self, path: Path, nlp: Any) -> list[Doc]:
        """The documents that a converter reads in what was written; of a folder, in all files that are its own."""
        name = self.name if self.converter is None else self.converter
        read = registry.get("converters", name)()
        if path.is_file():
            return list(read(path, nlp, n_sents=None))
        files = read.data_files(path) if hasattr(read, "data_files") else sorted(path.iterdir())
        return [doc for file in files for doc in read(file, nlp, n_sents=None)]

    def golden(self) -> Any:
        nlp = Language()
        path, _ = self.write(Path.cwd(), as_written(self.documents(nlp)))
        content = self.content(path)
        try:
            return (
                content.decode()
                if isinstance(content, bytes)
                else {name: each.decode() for name, each in content.items()}
            )
        except UnicodeDecodeError:
            # Whoever compresses may do so otherwise tomorrow.
            return [doc.to_json() for doc in self.read(path, nlp)]

    def test_it_says_what_it_writes(self) -> None:
        writer = self.build()
        assert isinstance(writer.is_folder, bool)
        assert isinstance(writer.suffixes, tuple)
        assert all(each.startswith(".") and each == each.lower() for each in writer.suffixes), writer.suffixes

    def test_writes_the_same_each_time(self, tmp_path: Path) -> None:
        docs = as_written(self.documents(Language()))
        first, second = (self.content(self.write(tmp_path / name, docs)[0]) for name in ("one", "two"))
        assert first and first == second

    def test_documents_are_taken_once_and_as_they_come(self, tmp_path: Path) -> None:
        docs = self.documents(Language())
        expected = self.content(self.write(tmp_path / "list", as_written(docs))[0])

        def stream() -> Iterator[tuple[Doc, dict[str, Any]]]:
            for doc in docs:
                yield doc, {}

        assert self.content(self.write(tmp_path / "stream", stream())[0]) == expected

    def test_documents_are_as_they_were(self, tmp_path: Path) -> None:
        docs = self.documents(Language())
        before = [doc.to_bytes() for doc in docs]
        self.write(tmp_path, as_written(docs))
        assert [doc.to_bytes() for doc in docs] == before, "writing changes the documents"

    def test_no_documents_are_no_crash(self, tmp_path: Path) -> None:
        path, _ = self.write(tmp_path, [])
        assert path.exists()

    def test_it_can_be_written_to_standard_output(self, tmp_path: Path) -> None:
        writer = self.build()
        if writer.is_folder:
            return
        docs = as_written(self.documents(Language()))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", KernelWarning)
            writer.write(docs, stream := _Pipe())
        assert stream.getvalue() == self.content(self.write(tmp_path, docs)[0])

    def test_what_is_lost_is_said(self, tmp_path: Path) -> None:
        if self.converter == "":
            return
        nlp = Language()
        docs = self.documents(nlp)
        path, said = self.write(tmp_path, [(doc, {"id": 1}) for doc in docs])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", KernelWarning)
            back = self.read(path, nlp)
        before, after = _counted(docs), _counted(back)
        lost = [kind for kind, number in before.items() if after[kind] < number]
        unsaid = [kind for kind in lost if not any(kind in message for message in said)]
        assert not unsaid, f"what was written lacks {', '.join(unsaid)}, and no warning says so: {said}"

    def test_words_come_back(self, tmp_path: Path) -> None:
        if self.converter == "":
            return
        nlp = Language()
        docs = self.documents(nlp)
        path, said = self.write(tmp_path, as_written(docs))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", KernelWarning)
            back = self.read(path, nlp)
        texts = ["".join(token.text for token in doc) for doc in docs]
        assert "".join(texts) == "".join(token.text for doc in back for token in doc), said


def as_written(docs: Iterable[Doc]) -> list[tuple[Doc, dict[str, Any]]]:
    """Documents whose records have no other keys."""
    return [(doc, {}) for doc in docs]


def _counted(docs: Iterable[Doc]) -> Counter[str]:
    found: Counter[str] = Counter()
    for doc in docs:
        found.update(annotated(doc))
    return found


class _Pipe(BytesIO):
    """A stream in which no one can go back."""

    def seekable(self) -> bool:
        return False

    def seek(self, offset: int, whence: int = 0) -> int:
        raise OSError("no one can go back here")
