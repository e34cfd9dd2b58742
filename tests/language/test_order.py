"""Components are left out for a while."""

import pytest

from kernel.errors import KernelWarning, UsageError
from kernel.language import Language

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
