"""The suites themselves: that they are kept whole, and that they find what is wrong."""

import inspect
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from thinc.api import Model, expand_window, with_array

import kernel
from kernel import registry
from kernel.errors import DataError
from kernel.language import Language
from kernel.testing import (
    AliasSuite,
    ArchitectureSuite,
    AugmenterSuite,
    BatcherSuite,
    CallbackSuite,
    ComponentSuite,
    DeviceArray,
    ReaderSuite,
    ScorerSuite,
    Suite,
    TokenizerSuite,
    exercised,
    on_pretended_device,
)
from kernel.tokens import Doc
from kernel.training import Example


@pytest.fixture(autouse=True)
def _registered_here_only() -> Iterator[None]:
    with registry.restored():
        yield


def test_a_test_of_the_suite_cannot_be_overridden() -> None:
    with pytest.raises(TypeError, match=r"Mine\.test_gradients replaces a test of the suite"):

        class Mine(ArchitectureSuite):
            def test_gradients(self) -> None: ...


def test_a_test_of_the_suite_cannot_be_set_to_none() -> None:
    with pytest.raises(TypeError, match="replaces a test of the suite"):

        class Mine(BatcherSuite):
            test_no_batch_is_empty = None  # type: ignore[assignment]


def test_an_xfail_without_reason_does_not_count() -> None:
    with pytest.raises(TypeError, match="replaces a test of the suite"):

        class Mine(BatcherSuite):
            @pytest.mark.xfail
            def test_no_batch_is_empty(self) -> None: ...


def test_a_test_may_be_overridden_with_a_reason() -> None:
    class Mine(BatcherSuite):
        @pytest.mark.xfail(reason="known, see issue 7")
        def test_no_batch_is_empty(self) -> None: ...

    assert "xfail" in str(Mine.test_no_batch_is_empty.pytestmark)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("exempt", "message"),
    [
        ({"test_gradient": "none"}, "but the suite has: .*test_gradients"),
        ({"test_gradients": " "}, "gives no reason"),
    ],
)
def test_exemptions_name_a_test_and_a_reason(exempt: dict[str, str], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        type("Mine", (ArchitectureSuite,), {"exempt": exempt, "__module__": __name__})


def test_an_exempted_test_is_skipped_with_its_reason() -> None:
    mine: Any = type(
        "Mine", (ArchitectureSuite,), {"exempt": {"test_gradients": "sparse"}, "__module__": __name__}
    )
    assert mine.test_gradients.pytestmark[0].kwargs["reason"] == "sparse"


def test_a_removed_test_is_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    class Mine(BatcherSuite):
        name = "any"

    monkeypatch.delattr(BatcherSuite, "test_no_batch_is_empty")
    with pytest.raises(AssertionError, match="tests of the suite were removed: test_no_batch_is_empty"):
        Mine().test_no_test_of_the_suite_is_missing()


def test_what_a_module_covers() -> None:
    from types import ModuleType

    module = ModuleType("tests_of_acme")
    module.Mine = type("Mine", (BatcherSuite,), {"name": "acme.b.v1", "__module__": __name__})  # type: ignore[attr-defined]
    module.Base = BatcherSuite  # type: ignore[attr-defined]
    assert exercised(module) == {("batchers", "acme.b.v1")}


def suite_of(kind: type[Suite], function: Callable[..., Any], **attributes: Any) -> Any:
    """A suite for a function, registered for the length of the test."""
    registry.of(kind.kind)("test.Thing.v1", function)
    return type("Mine", (kind,), {"name": "test.Thing.v1", "__module__": __name__, **attributes})()


def lengths_model(d_weight: float = 1.0, *, noise: float = 0.0, batch: bool = False, host: str = "") -> Model:
    """Each token of a document gets W times its number of characters. host: the pass that computes with numpy."""

    def forward(model: Any, docs: list[Doc], is_train: bool) -> Any:
        lengths = [np.array([[len(token)] for token in doc], dtype="float32").reshape(-1, 1) for doc in docs]
        features = [model.ops.asarray(each) for each in lengths]
        outputs = [each * model.get_param("W") + noise * is_train + batch * len(docs) for each in features]

        def backprop(gradients: list[Any]) -> list[Any]:
            factors = lengths if host == "backprop" else features
            gradient = sum(float((g * f).sum()) for g, f in zip(gradients, factors, strict=True))
            model.inc_grad("W", model.ops.asarray([d_weight * gradient], dtype=outputs[0].dtype))
            return lengths if host == "return" else []

        return (lengths if host == "forward" else outputs), backprop

    def init(model: Any, X: Any = None, Y: Any = None) -> None:
        model.set_param("W", model.ops.alloc1f(1) + 1)

    return Model("lengths", forward, init=init, params={"W": None}, dims={"nO": 1})


def test_a_good_model_passes() -> None:
    suite = suite_of(ArchitectureSuite, lambda: lengths_model())
    for name in dir(suite):
        if name.startswith("test_"):
            getattr(suite, name)()


def test_a_wrong_gradient_is_found_and_named() -> None:
    suite = suite_of(ArchitectureSuite, lambda: lengths_model(1.1))
    with pytest.raises(AssertionError, match="the gradient of parameter W of layer 'lengths' is wrong"):
        suite.test_gradients()


def test_training_that_computes_something_else_is_found() -> None:
    suite = suite_of(ArchitectureSuite, lambda: lengths_model(noise=0.5))
    with pytest.raises(AssertionError, match="training without dropout and prediction differ"):
        suite.test_training_without_dropout_computes_what_prediction_does()


def test_documents_that_see_each_other_are_found() -> None:
    suite = suite_of(ArchitectureSuite, lambda: lengths_model(batch=True))
    with pytest.raises(AssertionError, match="depends on its batch"):
        suite.test_documents_do_not_see_each_other()


@pytest.mark.parametrize(
    ("host", "error", "message"),
    [
        ("forward", AssertionError, "an output is an array of the host"),
        ("backprop", TypeError, "an array of the host is mixed with arrays of the device"),
        ("return", AssertionError, "what backprop returns is an array of the host"),
    ],
)
def test_arrays_of_the_host_are_found(host: str, error: type[Exception], message: str) -> None:
    suite = suite_of(ArchitectureSuite, lambda: lengths_model(host=host))
    with pytest.raises(error, match=message):
        suite.test_computes_on_the_pretended_device()


def test_thincs_layers_with_padding_compute_on_the_pretended_device() -> None:
    model = on_pretended_device(with_array(expand_window(1), pad=2))
    X = [model.ops.asarray(np.ones((n, 2), dtype="float32")) for n in (3, 0, 1)]
    outputs, backprop = model(X, True)
    assert [each.shape for each in outputs] == [(3, 6), (0, 6), (1, 6)]
    assert all(isinstance(each, DeviceArray) for each in [*outputs, *backprop(outputs)])


def test_a_batcher_that_loses_the_rest_is_found() -> None:
    def losing() -> Callable[[Any], Iterator[list[Any]]]:
        def batches(items: Any) -> Iterator[list[Any]]:
            batch = []
            for item in items:
                batch.append(item)
                if len(batch) == 3:
                    yield batch
                    batch = []

        return batches

    suite = suite_of(BatcherSuite, losing)
    with pytest.raises(AssertionError, match="20 examples went in, 18 came out"):
        suite.test_nothing_is_lost_or_doubled()
    suite.test_examples_are_read_as_they_are_needed()


def test_a_batcher_that_reads_everything_first_is_found() -> None:
    suite = suite_of(BatcherSuite, lambda: lambda items: iter([list(items)]), window=100)
    with pytest.raises(AssertionError, match="100 examples were read before the first batch came"):
        suite.test_examples_are_read_as_they_are_needed()


class Forgetful:
    """A batcher of pairs whose state lacks the example that waits."""

    def __init__(self) -> None:
        self.waiting: list[Any] = []

    def __call__(self, items: Any) -> Iterator[list[Any]]:
        for item in items:
            if self.waiting:
                first, self.waiting = self.waiting, [item]
                yield first
            else:
                self.waiting = [item]
        if self.waiting:
            last, self.waiting = self.waiting, []
            yield last

    def state(self) -> int:
        return len(self.waiting)

    def restore(self, state: int) -> None: ...


def test_a_batcher_whose_state_is_not_whole_is_found() -> None:
    suite = suite_of(BatcherSuite, Forgetful)
    suite.test_nothing_is_lost_or_doubled()
    with pytest.raises(AssertionError, match="a state that was taken after 1 batches does not lead to"):
        suite.test_a_state_leads_on_from_where_it_was_taken()


def test_an_augmenter_that_remembers_needs_a_state() -> None:
    def every_second() -> Callable[[Any, Example], Iterator[Example]]:
        calls = 0

        def augment(nlp: Any, example: Example) -> Iterator[Example]:
            nonlocal calls
            calls += 1
            yield from [example] * (1 + calls % 2)

        return augment

    suite = suite_of(AugmenterSuite, every_second)
    with pytest.raises(
        AssertionError, match=r"depends on those before it: it needs state\(\) and restore\(\)"
    ):
        suite.test_what_it_keeps_from_example_to_example_is_its_state()


def test_an_augmenter_that_draws_random_numbers_needs_none() -> None:
    def sometimes() -> Callable[[Any, Example], Iterator[Example]]:
        def augment(nlp: Any, example: Example) -> Iterator[Example]:
            yield from [example] * np.random.randint(1, 4)

        return augment

    suite_of(AugmenterSuite, sometimes).test_what_it_keeps_from_example_to_example_is_its_state()


class RestoredLines:
    """A reader of lines with a state. flaw: what is wrong with it."""

    flaw = ""

    def __init__(self, path: Path) -> None:
        self.lines = path.read_text().splitlines()
        self.place = self.first = 0

    def __call__(self, nlp: Any) -> Iterator[Example]:
        first, self.first = self.first, 0
        for place, line in enumerate(self.lines):
            if place >= first:
                self.place = place + 1
                yield Example(nlp.make_doc(line), nlp.make_doc(line))
        if self.flaw != "end":
            self.place = 0

    def state(self) -> int:
        return self.place - (self.flaw == "again")

    def restore(self, state: int) -> None:
        self.first = state


@pytest.mark.parametrize(("flaw", "number"), [("", 0), ("end", 3), ("again", 1)])
def test_a_reader_whose_state_leads_elsewhere_is_found(tmp_path: Path, flaw: str, number: int) -> None:
    class Flawed(RestoredLines):
        pass

    Flawed.flaw = flaw
    suite = suite_of(ReaderSuite, Flawed, content="One .\nTwo .\n")
    if not number:
        suite.test_a_state_leads_on_from_where_it_was_taken(tmp_path)
        return
    with pytest.raises(AssertionError, match=f"a state that was taken after {number} examples"):
        suite.test_a_state_leads_on_from_where_it_was_taken(tmp_path)


def lines_reader(*, once: bool = False, anonymous: bool = False) -> Callable[..., Any]:
    def make(path: Path) -> Callable[[Any], Any]:
        def read(nlp: Any) -> Iterator[Example]:
            if not path.is_file():
                raise DataError("no such file", path=path)
            for number, line in enumerate(path.read_text().splitlines(), start=1):
                if line.startswith("!"):
                    raise DataError("bad line", path=None if anonymous else path, line=number)
                yield Example(nlp.make_doc(line), nlp.make_doc(line))

        kept: list[Any] = []

        def read_once(nlp: Any) -> Any:
            if not kept:
                kept.append(read(nlp))
            return kept[0]

        return read_once if once else read

    return make


def test_a_good_reader_passes(tmp_path: Path) -> None:
    suite = suite_of(ReaderSuite, lines_reader(), content="one\ntwo\n", malformed={"one\n!two\n": 2})
    for number, name in enumerate(name for name in dir(suite) if name.startswith("test_")):
        folder = tmp_path / str(number)
        folder.mkdir()
        getattr(suite, name)(*([] if name == "test_no_test_of_the_suite_is_missing" else [folder]))


def test_a_reader_that_reads_once_is_found(tmp_path: Path) -> None:
    suite = suite_of(ReaderSuite, lines_reader(once=True), content="one\ntwo\n")
    with pytest.raises(AssertionError, match="a second epoch reads something else"):
        suite.test_one_reader_reads_again(tmp_path)


def test_an_error_without_its_place_is_found(tmp_path: Path) -> None:
    suite = suite_of(ReaderSuite, lines_reader(anonymous=True), content="one\n", malformed={"one\n!two\n": 2})
    with pytest.raises(AssertionError, match="the message doesn't name the file"):
        suite.test_a_malformed_line_is_named(tmp_path)


class Nudge:
    @kernel.hookimpl
    def step_end(self, run: Any) -> None:
        model = run.pipeline.models()["line"]
        model.set_param("b", model.get_param("b") + 1)

    @kernel.hookimpl
    def train_error(self) -> None:
        raise RuntimeError("again")


def test_a_callback_that_changes_the_weights_is_found() -> None:
    suite = suite_of(CallbackSuite, lambda: Nudge())
    with pytest.raises(AssertionError, match="the weights differ"):
        suite.test_leaves_the_training_alone()


@pytest.mark.filterwarnings("default")
def test_a_callback_that_fails_after_a_failure_is_found(recwarn: pytest.WarningsRecorder) -> None:
    suite = suite_of(CallbackSuite, lambda: Nudge())
    with pytest.raises(AssertionError, match="failed after the run had failed"):
        suite.test_a_run_that_fails_keeps_its_own_error(recwarn)


def test_a_scorer_that_cannot_do_without_examples_is_found() -> None:
    def score(examples: Any) -> dict[str, float]:
        found = [float(example.predicted.text == example.reference.text) for example in examples]
        return {"same": sum(found) / len(found)}

    suite = suite_of(ScorerSuite, lambda: score, perfect=("same",))
    suite.test_what_is_right_scores_one()
    with pytest.raises(ZeroDivisionError):
        suite.test_no_examples_are_no_crash()


def test_a_tokenizer_that_loses_spaces_is_found() -> None:
    suite = suite_of(TokenizerSuite, lambda: lambda nlp: lambda text: Doc(nlp.vocab, words=text.split()))
    with pytest.raises(AssertionError, match="became"):
        suite.test_every_character_is_kept()


def test_a_component_that_sets_what_it_does_not_declare_is_found() -> None:
    @Language.factory("test_liar", assigns=["doc.cats"])
    def make(nlp: Any, name: str) -> Callable[[Doc], Doc]:
        def mark(doc: Doc) -> Doc:
            for token in doc:
                token.tag_ = "X"
            return doc

        return mark

    suite: Any = type("Mine", (ComponentSuite,), {"name": "test_liar", "__module__": __name__})()
    suite.test_leaves_the_text_alone()
    with pytest.raises(AssertionError, match="the component sets tag, not in assigns"):
        suite.test_sets_nothing_but_what_it_declares()


def test_a_changed_output_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    size = 3

    def make() -> Callable[[Any], Iterator[list[Any]]]:
        def batches(items: Any) -> Iterator[list[Any]]:
            kept = list(items)
            for start in range(0, len(kept), size):
                yield kept[start : start + size]

        return batches

    monkeypatch.delenv("KERNEL_UPDATE_GOLDENS", raising=False)
    suite = suite_of(BatcherSuite, make, goldens=tmp_path / "goldens.json")
    with pytest.raises(AssertionError, match="has no output of batchers: test.Thing.v1"):
        suite.test_output_is_as_recorded(tmp_path, monkeypatch)
    with monkeypatch.context() as patch:
        patch.setenv("KERNEL_UPDATE_GOLDENS", "1")
        suite.test_output_is_as_recorded(tmp_path, patch)
    suite.test_output_is_as_recorded(tmp_path, monkeypatch)
    size = 4
    with pytest.raises(AssertionError, match="no longer does what it did"):
        suite.test_output_is_as_recorded(tmp_path, monkeypatch)


def test_recorded_numbers_are_compared_with_a_tolerance() -> None:
    from kernel.testing.goldens import differences, plain

    array = np.linspace(-1, 1, 50, dtype="float32").reshape(5, 10)
    assert not differences(plain([array]), plain([array * 1.00001]))
    assert differences(plain([array]), plain([array * 1.1]))
    assert differences(plain([array]), plain([array.T]))
    assert differences({"a": 1}, {"a": 1, "b": 2})


class Stop:
    @kernel.hookimpl
    def should_stop(self, run: Any) -> str | None:
        return "enough" if run.step == 2 else None


def test_a_callback_that_stops_the_run_early_must_say_so(recwarn: pytest.WarningsRecorder) -> None:
    suite = suite_of(CallbackSuite, lambda: Stop())
    with pytest.raises(pytest.fail.Exception, match="ended after 2: enough. .*changes_training = True"):
        suite.test_a_run_that_fails_keeps_its_own_error(recwarn)
    suite = type("Said", (type(suite),), {"changes_training": True, "__module__": __name__})()
    with pytest.raises(pytest.skip.Exception, match="ended after 2: enough"):
        suite.test_a_run_that_fails_keeps_its_own_error(recwarn)


def test_recorded_outputs_are_next_to_the_test_module(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KERNEL_UPDATE_GOLDENS", "1")
    (tmp_path / "tests").mkdir()
    (tmp_path / "work").mkdir()
    module = ModuleType("acme_tests_of_goldens")
    module.__file__ = str(tmp_path / "tests" / "test_acme.py")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    suite = suite_of(
        BatcherSuite,
        lambda: lambda items: ([item] for item in items),
        goldens="goldens.json",
        __module__=module.__name__,
    )
    suite.test_output_is_as_recorded(tmp_path / "work", monkeypatch)
    assert (tmp_path / "tests" / "goldens.json").is_file()


def test_a_name_that_stands_for_another_is_compared_with_it() -> None:
    import functools

    def make(size: int, tolerance: float = 0.5) -> int:
        return size

    @functools.wraps(make)
    def fewer(size: int) -> int:
        return make(size)

    fewer.__signature__ = inspect.Signature([inspect.signature(make).parameters["size"]])  # type: ignore[attr-defined]

    def more(size: int, tolerance: float = 0.5, other: int = 1) -> int:
        return size

    registry.misc("test.Home.v1", make)

    def alias(name: str, function: Callable[..., Any]) -> Any:
        registry.misc(name, function)
        said = {"kind": "misc", "name": name, "stands_for": "test.Home.v1", "__module__": __name__}
        return type("Mine", (AliasSuite,), said)()

    suite = alias("test.Fewer.v1", fewer)
    suite.test_is_the_other_function()
    suite.test_takes_nothing_that_the_other_does_not_take()
    assert suite.golden() == {"stands for": "test.Home.v1", "arguments": {"size": "required"}}
    suite = alias("test.More.v1", more)
    with pytest.raises(AssertionError, match="is another function than test.Home.v1"):
        suite.test_is_the_other_function()
    with pytest.raises(AssertionError, match="takes no other"):
        suite.test_takes_nothing_that_the_other_does_not_take()
