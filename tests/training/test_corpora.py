"""Errors of a file say which setting named it."""

import pytest

from kernel import Config
from kernel.config.sources import DEFAULT
from kernel.errors import DataError
from kernel.training.corpora import NamedCorpus

TEXT = '[corpora.train]\n@readers = "x.v1"\npath = "a.jsonl"\n\n[corpora.dev]\n@readers = "x.v1"\n'


def corpus(error=None, name="corpora.train", **overrides):
    def read(pipeline):
        yield pipeline
        if error is not None:
            raise error

    return NamedCorpus(read, name, Config.from_str(TEXT, name="my.cfg", **overrides))


def test_examples_are_those_of_the_corpus():
    assert list(corpus()(7)) == [7]


@pytest.mark.parametrize(
    ("name", "where"),
    [
        ("corpora.train", "corpora.train.path (my.cfg:3:8)"),
        ("corpora.dev", "corpora.dev (my.cfg:5:1)"),
        ("corpora.nothing", "corpora.nothing (my.cfg:1:1)"),
    ],
)
def test_an_error_of_the_whole_file(name, where):
    named, found = corpus(DataError("torn", path="a.jsonl", offset=3, hint="Mend it."), name), []
    with pytest.raises(DataError) as caught:
        found.extend(named(7))
    assert (caught.value.path, caught.value.offset, caught.value.detail) == ("a.jsonl", 3, "torn")
    assert caught.value.hint == f"Mend it.\nIt is read for {where}."


@pytest.mark.parametrize("place", [{"line": 3}, {"document": 2}])
def test_an_error_with_a_place_stays_as_it_is(place):
    error = DataError("torn", path="a.jsonl", **place)
    with pytest.raises(DataError) as caught:
        list(corpus(error)(7))
    assert caught.value is error


def test_everything_else_is_asked_of_the_corpus():
    class Reader:
        limit = 3

        def __call__(self, pipeline):
            return []

    named = NamedCorpus(Reader(), "corpora.train", Config({}))
    assert named.limit == 3 and list(named(None)) == []
    with pytest.raises(AttributeError):
        _ = named.nothing


def test_a_setting_that_the_reader_takes_over_by_default_is_named_where_the_user_wrote_it():
    defaults = Config.from_str("[corpora.train]\npath = ${paths.train}\n", name="defaults.cfg", kind=DEFAULT)
    config = defaults.merge(Config.from_str('[paths]\ntrain = "a.jsonl"\n', name="my.cfg"))

    def read(pipeline):
        raise DataError("torn", path="a.jsonl")
        yield

    with pytest.raises(DataError) as caught:
        list(NamedCorpus(read, "corpora.train", config)(None))
    assert caught.value.hint == "It is read for paths.train (my.cfg:2:9)."


@pytest.mark.parametrize(("path", "is_told"), [("C:\new\table", True), ("C:/new/table", False), ("é", False)])
def test_backslashes_that_have_become_line_ends_are_told(path, is_told):
    with pytest.raises(DataError) as caught:
        list(corpus(DataError("no such file", path=path))(None))
    assert ("A backslash in quotes begins an escape" in caught.value.hint) == is_told
