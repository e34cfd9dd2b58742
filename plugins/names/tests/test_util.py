"""What `kernel.util` has."""

from __future__ import annotations

import copy
import pickle
import sys
from itertools import islice
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import kernel
from kernel import util
from kernel.errors import ConfigError, KernelError, UsageError
from kernel.tokens import Doc
from kernel.vocab import Vocab

WORDS = st.lists(st.text(alphabet="ab'", min_size=1, max_size=4), max_size=8)
GAPS = st.lists(st.sampled_from(["", " ", "  ", "\n", " \t "]), min_size=9, max_size=9)


def test_batches() -> None:
    assert list(util.minibatch(iter("abcde"), 2)) == [["a", "b"], ["c", "d"], ["e"]]
    sizes = util.compounding(1, 4, 2)
    assert [len(batch) for batch in util.minibatch(range(12), sizes)] == [1, 2, 4, 4, 1]
    assert [len(batch) for batch in util.minibatch(range(6), [1, 2])] == [1, 2, 2, 1]
    assert list(util.minibatch([], 3)) == []
    with pytest.raises(UsageError, match="the size of batch 1 is 0"):
        list(util.minibatch(range(3), [1, 0]))


def test_numbers_that_change() -> None:
    assert list(islice(util.compounding(1.0, 10.0, 3.0), 4)) == [1.0, 3.0, 9.0, 10.0]
    assert list(islice(util.compounding(8.0, 1.0, 0.25), 3)) == [8.0, 2.0, 1.0]
    assert list(islice(util.decaying(1.0, 0.4, 1.0), 4)) == [1.0, 0.5, 0.4, 0.4]


@given(WORDS, GAPS)
def test_words_and_spaces_make_up_the_text(words: list[str], gaps: list[str]) -> None:
    text = gaps[0] + "".join(word + gap for word, gap in zip(words, gaps[1:], strict=False))
    found, spaces = util.get_words_and_spaces(words, text)
    assert "".join(word + " " * space for word, space in zip(found, spaces, strict=True)) == text
    assert [word for word in found if word.strip()] == words
    assert Doc(Vocab(), words=found, spaces=spaces).text == text


@pytest.mark.parametrize(
    ("words", "text"), [(["a", "c"], "a b"), (["b"], "a b"), (["a"], "a b"), (["b", "a"], "a b")]
)
def test_other_words_are_refused(words: list[str], text: str) -> None:
    with pytest.raises(UsageError, match="the words are not those of the text"):
        util.get_words_and_spaces(words, text)


def test_spans_that_overlap() -> None:
    doc = Doc(Vocab(), words=list("abcdefgh"))
    spans = [doc[0:2], doc[1:5], doc[4:6], doc[5:8], doc[6:7]]
    assert [span.text for span in util.filter_spans(spans)] == ["b c d e", "f g h"]
    assert util.filter_spans([doc[1:3], doc[0:2]]) == [doc[0:2]]
    assert util.filter_chain_spans([doc[0:2]], [doc[0:3]]) == [doc[0:3]]
    assert util.filter_spans([]) == []


def test_slices() -> None:
    assert util.normalize_slice(5, -2, None) == (3, 5)
    assert util.normalize_slice(5, 3, 1) == (3, 3)
    assert util.normalize_slice(5, None, 99) == (0, 5)
    with pytest.raises(UsageError, match="no steps"):
        util.normalize_slice(5, 0, 5, 2)


NESTED = {"training": {"seed": 1, "optimizer": {"@optimizers": "Adam.v1", "eps": 1.0}}, "x": 3}


def test_dotted_paths() -> None:
    flat = util.dict_to_dot(NESTED)
    assert flat == {
        "training.seed": 1,
        "training.optimizer.@optimizers": "Adam.v1",
        "training.optimizer.eps": 1.0,
        "x": 3,
    }
    assert util.dot_to_dict(flat) == NESTED
    overrides = util.dict_to_dot(NESTED, for_overrides=True)
    assert overrides["training.optimizer"] == NESTED["training"]["optimizer"]
    assert util.dot_to_dict(overrides) == NESTED
    assert util.dot_to_object(NESTED, "training.seed") == 1
    for path in ("training.sed", "x.y", "nothing"):
        with pytest.raises(KeyError, match=path):
            util.dot_to_object(NESTED, path)


def test_a_value_is_put_to_a_path_that_exists() -> None:
    config = {"a": {"b": 1}, "c": 2}
    util.set_dot_to_object(config, "a.b", [3])
    util.set_dot_to_object(config, "c", 4)
    assert config == {"a": {"b": [3]}, "c": 4}
    with pytest.raises(KeyError):
        util.set_dot_to_object(config, "a.d", 5)
    assert config == {"a": {"b": [3]}, "c": 4}


def test_configs(tmp_path: Path) -> None:
    text = "[paths]\ntrain = null\n\n[training]\nfile = ${paths.train}\n"
    config = util.load_config_from_str(text, {"paths.train": "a.spacy"})
    assert config["training"]["file"] == "${paths.train}"
    (tmp_path / "x.cfg").write_text(text)
    read = util.load_config(tmp_path / "x.cfg", {"paths.train": "a.spacy"}, interpolate=True)
    assert read["training"]["file"] == "a.spacy"
    copy = util.copy_config(read)
    copy["paths"]["train"] = "b"
    assert read["paths"]["train"] == "a.spacy"


def test_what_dotted_names_refer_to_is_built() -> None:
    config = kernel.Config({"a": {"rate": {"@schedules": "constant.v1", "rate": 0.5}}, "b": 7})
    rate, none, number, again = util.resolve_dot_names(config, ["a.rate", None, "b", "a.rate"])
    assert next(rate) == 0.5 and rate is again and none is None and number == 7
    for wrong in ("a.size", "b.size", "a.rate.size"):
        with pytest.raises(ConfigError, match=wrong):
            util.resolve_dot_names(config, [wrong])


def test_one_function_may_make_what_several_names_refer_to() -> None:
    calls = []
    with kernel.registry.restored():

        @kernel.registry.readers("both.v1")
        def make() -> dict[str, object]:
            calls.append(1)
            return {"train": [1], "dev": [2]}

        config = {"corpora": {"@readers": "both.v1"}}
        assert util.resolve_dot_names(config, ["corpora.train", "corpora.dev"]) == ([1], [2])
    assert calls == [1]


def test_special_cases() -> None:
    base = {"don't": [{"ORTH": "do"}, {"ORTH": "n't", "NORM": "not"}], "a.m.": [{"ORTH": "a.m."}]}
    merged = util.update_exc(base, {"a.m.": [{"ORTH": "a.m.", "NORM": "morning"}]})
    assert merged["a.m."] == [{"ORTH": "a.m.", "NORM": "morning"}]
    assert merged["don’t"] == [{"ORTH": "do"}, {"ORTH": "n’t", "NORM": "not"}]
    assert base["a.m."] == [{"ORTH": "a.m."}]
    with pytest.raises(UsageError, match="'gimme' is not what its tokens make up"):
        util.update_exc(base, {"gimme": [{"ORTH": "give"}, {"ORTH": "me"}]})


def test_files_and_folders(tmp_path: Path) -> None:
    assert util.ensure_path("a/b") == Path("a/b") and util.ensure_path(None) is None
    before = Path.cwd()
    with util.working_dir(tmp_path) as here:
        assert Path.cwd() == here == tmp_path.resolve()
    assert Path.cwd() == before
    with util.make_tempdir() as folder:
        (folder / "x").write_text("x")
    assert not folder.exists()


def test_frozen_things() -> None:
    fixed, table = util.SimpleFrozenList([1, 2]), util.SimpleFrozenDict({"a": 1}, error="no!")
    assert fixed == [1, 2] and table == {"a": 1}
    for change in (
        lambda: fixed.append(3),
        lambda: fixed.sort(),
        lambda: fixed.__setitem__(0, 3),
        lambda: table.update(b=2),
        lambda: table.__setitem__("b", 2),
    ):
        with pytest.raises(NotImplementedError):
            change()
    assert fixed == [1, 2] and table == {"a": 1}


@pytest.mark.parametrize("frozen", [util.SimpleFrozenList([[1], 2]), util.SimpleFrozenDict(a=[1])])
@pytest.mark.parametrize("make", [copy.copy, copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))])
def test_what_refuses_changes_can_be_copied(frozen: Any, make: Any) -> None:
    frozen.error = "never"
    made = make(frozen)
    assert made == frozen and type(made) is type(frozen)
    with pytest.raises(NotImplementedError, match="never"):
        made.pop()


def test_languages() -> None:
    with kernel.registry.restored():

        class Other(kernel.language.Language):
            lang = "zz"

        util.set_lang_class("zz", Other)
        assert util.get_lang_class("zz") is Other
        assert util.lang_class_is_loaded("zz") and util.find_matching_language("zz") == "zz"
        with pytest.raises(ImportError, match="there is no language 'zy'"):
            util.get_lang_class("zy")
        assert not util.lang_class_is_loaded("zy") and util.find_matching_language("zy") is None


def test_packages() -> None:
    assert util.is_package("kernel-nlp-names") and not util.is_package("no-such-package")
    assert util.get_package_version("kernel-nlp-names") == kernel.__version__
    assert util.get_package_version("no-such-package") is None
    assert util.get_package_path("kernel_names").name == "kernel_names"
    with pytest.raises(UsageError):
        util.get_package_path("no_such_package")


def test_versions() -> None:
    assert util.is_compatible_version("1.4.2", ">=1,<2") is True
    assert util.is_compatible_version("1.4.2", "1.4.3") is False
    assert util.is_compatible_version("new", ">=1") is None
    assert util.is_unconstrained_version(">=1") is True and util.is_unconstrained_version(">=1,<2") is False
    assert util.is_unconstrained_version("1.0") is False and util.is_unconstrained_version("new") is None
    assert util.get_minor_version("1.4.2") == "1.4" and util.get_minor_version("new") is None
    assert util.get_base_version("1.4.2.dev1") == "1.4.2" and util.is_prerelease_version("1.4.2.dev1")
    assert util.is_minor_version_match("1.4.2", "1.4.9") and not util.is_minor_version_match("x", "x")


def test_parts_are_saved_and_read(tmp_path: Path) -> None:
    getters = {"a": lambda: b"1", "b": lambda: b"2"}
    taken: dict[str, bytes] = {}
    setters = {name: lambda data, name=name: taken.update({name: data}) for name in "abc"}
    util.from_bytes(util.to_bytes(getters, ["b"]), setters, [])
    assert taken == {"a": b"1"}
    util.to_disk(
        tmp_path / "new",
        {"a": lambda path: path.write_text("1"), "b": lambda path: path.write_text("2")},
        ["b"],
    )
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["a"]
    read: list[str] = []
    util.from_disk(tmp_path / "new", {"a": lambda path: read.append(path.read_text())}, [])
    assert read == ["1"]


@pytest.mark.parametrize("exclude", [["b", "vocab"], "b", lambda: iter(["b", "vocab"])])
def test_parts_are_left_out_by_a_list_a_name_or_a_stream(tmp_path: Path, exclude: Any) -> None:
    def left_out() -> Any:
        return exclude() if callable(exclude) else exclude

    getters = {name: lambda name=name: name.encode() for name in ("a", "b", "c")}
    assert sorted(util.to_dict(getters, left_out())) == ["a", "c"]
    taken: list[bytes] = []
    util.from_dict({name: name for name in "abc"}, {name: taken.append for name in "abc"}, left_out())
    assert taken == ["a", "c"]
    util.to_disk(tmp_path, {name: lambda path: path.touch() for name in "abc"}, left_out())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "c"]
    read: list[str] = []
    util.from_disk(tmp_path, {name: lambda path: read.append(path.name) for name in "abc"}, left_out())
    assert read == ["a", "c"]


def test_small_helpers(tmp_path: Path) -> None:
    assert util.get_arg_names(lambda a, *, b=1: a) == ["a", "b"]
    assert util.get_object_name(test_packages) == "test_packages"
    assert util.get_object_name(Vocab()) == "Vocab"
    assert util.all_equal([1, 1]) and util.all_equal([]) and not util.all_equal([1, 2])
    assert [util.to_ternary_int(value) for value in (True, 1, None, 0, False, -1, "x")] == [
        1,
        1,
        0,
        0,
        -1,
        -1,
        -1,
    ]
    numbers = (np.int64(1), np.bool_(True), np.float32(1), np.int8(0), np.int64(-1))
    assert [util.to_ternary_int(value) for value in numbers] == [1, 1, 1, 0, -1]
    assert type(util.create_default_optimizer()).__name__ == "Optimizer"
    error = KernelError("x")
    assert util.ignore_error("a", None, [], error) is None
    with pytest.raises(KernelError):
        util.raise_error("a", None, [], error)
    (tmp_path / "mine.py").write_text("answer = 42\n")
    assert util.import_file("mine_of_a_test", tmp_path / "mine.py").answer == 42
    with pytest.raises(UsageError, match="not a file"):
        util.import_file("other_of_a_test", tmp_path / "other.py")


def test_score_weights_are_shares_of_one() -> None:
    merged = util.combine_score_weights([{"a": 1.0, "b": None}, {"c": 3.0, "d": 1.0}])
    assert merged == {"a": 0.2, "b": None, "c": 0.6, "d": 0.2}
    assert util.combine_score_weights([{"a": 1.0}, {"b": 1.0}], {"a": 0.5}) == {"a": 0.33, "b": 0.67}
    assert util.combine_score_weights([{"a": 0.0, "b": None}]) == {"a": 0.0, "b": None}
    assert util.combine_score_weights([{"a": 1.0}], {"a": 0.0, "b": 1.0}) == {"a": 0.0, "b": 1.0}


def test_a_seed_repeats_numbers() -> None:
    util.fix_random_seed(3)
    first = np.random.rand()
    util.fix_random_seed(3)
    assert np.random.rand() == first


@pytest.mark.parametrize(
    ("name", "module", "is_notebook"),
    [
        ("ZMQInteractiveShell", "ipykernel.zmqshell", True),
        ("Shell", "google.colab._shell", True),
        ("TerminalInteractiveShell", "IPython.terminal.interactiveshell", False),
    ],
)
def test_notebooks_are_told_by_their_shell(
    monkeypatch: pytest.MonkeyPatch, name: str, module: str, is_notebook: bool
) -> None:
    monkeypatch.delitem(sys.modules, "IPython", raising=False)
    assert not util.is_in_jupyter()
    shell = type(name, (), {"__module__": module})()
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    assert util.is_in_jupyter() is is_notebook


def test_typed_lines_have_a_prompt(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ps1", "ps2"):
        monkeypatch.delattr(sys, name, raising=False)
    assert not util.is_in_interactive()
    monkeypatch.setattr(sys, "ps1", ">>> ", raising=False)
    assert util.is_in_interactive()
