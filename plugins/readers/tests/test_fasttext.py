"""Lines of fastText."""

import pytest
from kernel_readers.converters import auto
from kernel_readers.detect import detect
from kernel_readers.formats.fasttext import read

from kernel.errors import DataError, KernelWarning


def test_labels_before_a_text(write, nlp):
    path = write("a.txt", "__label__pos Good soup.", "", "__label__neg __label__food Cold  soup")
    assert detect(path) == "fasttext"
    assert [(doc.text, doc.cats) for doc in auto()(path, nlp)] == [
        ("Good soup.", {"pos": 1, "neg": 0, "food": 0}),
        ("Cold  soup", {"pos": 0, "neg": 1, "food": 1}),
    ]


def test_labels_behind_a_text(write, nlp):
    (doc,) = read(write("a.txt", "Good soup. __label__pos"), nlp)
    assert (doc.text, doc.cats) == ("Good soup.", {"pos": 1})


def test_what_only_looks_like_a_label_is_text(write, nlp):
    (doc,) = read(write("a.txt", "__label__a see x__label__b"), nlp)
    assert (doc.text, doc.cats) == ("see x__label__b", {"a": 1})


def test_lines_without_a_label_or_a_text_are_said(write, nlp):
    path = write("a.txt", "__label__a one", "two", "__label__b")
    with pytest.warns(KernelWarning) as caught:
        docs = list(read(path, nlp))
    assert [(doc.text, doc.cats) for doc in docs] == [("one", {"a": 1, "b": 0}), ("two", {})]
    messages = [str(each.message) for each in caught]
    assert any("no label, which count as not annotated: 1 (the first: line 2)" in each for each in messages)
    assert any("without a text, which are left out: 1 (the first: line 3)" in each for each in messages)


def test_malformed_lines(write, nlp):
    path = write("a.txt", "__label__a one", "__label__ two", "three __label__")
    with pytest.raises(
        DataError, match=r"a.txt:2: 2 lines can't be read:\n  line 2.*no label follows __label__"
    ):
        list(read(path, nlp))
    with pytest.raises(DataError, match=r"b.txt:2: .*0xff"):
        list(read(write("b.txt", b"__label__a one\n\xff\n"), nlp))
