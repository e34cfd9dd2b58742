"""Components are left out for a while."""

import pytest

import kernel
from kernel.errors import ConfigError, KernelWarning, UsageError
from kernel.language import Language
from kernel.language.order import is_possible_name

pytestmark = pytest.mark.usefixtures("marks")


def test_disabling_and_enabling():
    nlp = Language()
    for name in ("a", "b", "c"):
        nlp.add_pipe("mark", name=name)
    nlp.disable_pipe("b")
    assert (nlp.pipe_names, nlp.disabled, nlp.component_names) == (["a", "c"], ["b"], ["a", "b", "c"])
    with nlp.select_pipes(enable="a"):
        assert nlp.pipe_names == ["a"]
    # What was disabled before stays so.
    assert nlp.pipe_names == ["a", "c"]
    disabled = nlp.select_pipes(disable=["a"])
    assert list(disabled) == ["a"] and nlp.pipe_names == ["c"]
    disabled.restore()
    assert nlp.pipe_names == ["a", "c"]


def test_a_renamed_component_is_enabled_again_and_another_one_of_its_name_is_not():
    nlp = Language()
    for name in ("a", "b"):
        nlp.add_pipe("noop", name=name)
    with nlp.select_pipes(disable=["a", "b"]) as disabled:
        assert disabled == ["a", "b"]
        nlp.rename_pipe("a", "first")
        nlp.remove_pipe("b")
        nlp.add_pipe("noop", name="b")
        nlp.disable_pipe("b")
    assert (nlp.pipe_names, nlp.disabled) == (["first"], ["b"])
    with nlp.select_pipes(disable=["first"]):
        nlp.replace_pipe("first", "noop")
    assert nlp.pipe_names == ["first"]


NO_NAMES = [
    "",
    "a\nb",
    "a\tb",
    "\0",
    "a\u2028",
    "${x}",
    "a/b",
    "a\\b",
    "a.b",
    "a b",
    "[",
    "=",
    "vocab",
    "VOCAB",
    3,
]


@pytest.mark.parametrize("name", NO_NAMES)
def test_names_that_could_not_be_loaded_again(name):
    nlp = Language()
    nlp.add_pipe("noop", name="a")
    for give in (lambda: nlp.add_pipe("noop", name=name), lambda: nlp.rename_pipe("a", name)):
        with pytest.raises(UsageError, match="can't be the name of a component"):
            give()
    assert not is_possible_name(name) and nlp.pipe_names == ["a"]


@pytest.mark.needs("kernel-nlp-languages")
@pytest.mark.parametrize(
    "name", ["$x", "a'b", 'a"b', "#x", ";x", "%(x)s", "@x", "日", "é", "factory", "{x}", "*"]
)
def test_names_that_can_be_loaded_again(name, tmp_path):
    nlp = kernel.blank("xx")
    nlp.add_pipe("sentencizer", name=name)
    nlp.to_disk(tmp_path / "saved")
    assert kernel.load(tmp_path / "saved").pipe_names == [name]


def test_an_impossible_name_in_a_config():
    block = {"nlp": {"pipeline": ["a\nb"]}, "components": {"a\nb": {"factory": "noop"}}}
    with pytest.raises(ConfigError, match=r"nlp.pipeline.0: 'a\\nb' can't be the name of a component"):
        Language.from_config(block)


def test_select_pipes_refuses_contradictions_and_unknown_names():
    nlp = Language()
    nlp.add_pipe("noop")
    nlp.add_pipe("shout")
    with pytest.raises(UsageError, match="needs"):
        nlp.select_pipes()
    with pytest.raises(UsageError, match="contradict"):
        nlp.select_pipes(disable="noop", enable="noop")
    with pytest.raises(UsageError, match="'nop'.*\n.*'noop'"):
        nlp.select_pipes(disable="nop")


def test_disable_for_one_call():
    nlp = Language()
    nlp.add_pipe("mark", name="a")
    nlp.add_pipe("mark", name="b")
    assert nlp("x", disable=["a"]).user_data == {"b": "x"}
    assert [doc.user_data for doc in nlp.pipe(["x"], disable=["b"])] == [{"a": "x"}]


def test_unknown_names_in_a_call_are_passed_over():
    nlp = Language()
    nlp.add_pipe("mark", name="mark")
    with pytest.warns(
        KernelWarning, match="disable='mrak' is passed over: .*it has: mark.*Did you mean 'mark'"
    ):
        assert nlp("x", disable=["mrak"]).user_data == {"mark": "x"}
    with pytest.warns(KernelWarning, match="disable='none' is passed over"):
        assert [doc.user_data for doc in nlp.pipe(["x"], disable="none")] == [{"mark": "x"}]
