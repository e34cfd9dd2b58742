"""The order of components, running them, and what goes wrong on the way."""

from collections.abc import Iterable
from typing import ClassVar

import pytest

from kernel.component import Component
from kernel.errors import ConfigError, DataError, KernelError, RegistryError, UsageError
from kernel.language import Language
from kernel.registries.family import registry
from kernel.tokens import Doc


@pytest.fixture(autouse=True)
def registered():
    """Components for the tests; what a test registers is forgotten after it."""
    with registry.restored():
        Language.component("noop", func=lambda doc: doc)

        @Language.component("shout")
        def shout(doc):
            doc.user_data.setdefault("said", []).append(doc.text.upper())
            return doc

        @Language.factory("mark", default_config={"value": "x"}, default_score_weights={"mark_f": 1.0})
        def make_mark(nlp, name: str, value: str, times: int = 1):
            return Mark(name, value, times)

        @Language.component("fussy")
        def fussy(doc):
            if doc.text == "bad":
                raise ValueError("I don't like it")
            return doc

        yield


class Mark(Component):
    def __init__(self, name: str, value: str, times: int) -> None:
        super().__init__(name)
        self.cfg = {"value": value, "times": times}
        self.batches: list[int] = []

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 128):
        docs = list(stream)
        self.batches.append(len(docs))
        for doc in docs:
            yield self(doc)

    def __call__(self, doc: Doc) -> Doc:
        doc.user_data[self.name] = self.cfg["value"] * self.cfg["times"]
        return doc


def names(nlp):
    return nlp.pipe_names


def test_a_new_pipeline_tokenizes_at_whitespace():
    doc = Language()("Hello  world.")
    assert [token.text for token in doc] == ["Hello", " ", "world."]


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ({}, ["a", "b", "new"]),
        ({"last": True}, ["a", "b", "new"]),
        ({"first": True}, ["new", "a", "b"]),
        ({"before": "b"}, ["a", "new", "b"]),
        ({"after": "a"}, ["a", "new", "b"]),
        ({"before": 0}, ["new", "a", "b"]),
        ({"after": 1}, ["a", "b", "new"]),
    ],
)
def test_place_of_a_new_component(where, expected):
    nlp = Language()
    nlp.add_pipe("noop", name="a")
    nlp.add_pipe("noop", name="b")
    nlp.add_pipe("noop", name="new", **where)
    assert names(nlp) == expected


def test_only_one_place_can_be_asked_for():
    nlp = Language()
    nlp.add_pipe("noop")
    with pytest.raises(UsageError, match="give one"):
        nlp.add_pipe("shout", first=True, after="noop")


def test_components_run_in_order_with_their_settings():
    nlp = Language()
    nlp.add_pipe("mark", name="one", config={"value": "y", "times": 3})
    nlp.add_pipe("mark", name="two")
    nlp.add_pipe("shout")
    doc = nlp("hi")
    assert doc.user_data == {"one": "yyy", "two": "x", "said": ["HI"]}


def test_settings_are_checked_against_the_factory():
    with pytest.raises(ConfigError, match="components.mark.tims.*\n*.*times"):
        Language().add_pipe("mark", config={"tims": 2})
    with pytest.raises(ConfigError, match="components.mark.times"):
        Language().add_pipe("mark", config={"times": "many"})


def test_an_unknown_factory_is_an_error_with_the_nearest_name():
    with pytest.raises(RegistryError, match="shout"):
        Language().add_pipe("shuot")


def test_names_are_unique_and_fit_a_config_and_a_folder():
    nlp = Language()
    nlp.add_pipe("noop")
    with pytest.raises(UsageError, match="already"):
        nlp.add_pipe("noop")
    for name in ("a.b", "a/b", "", "vocab", "tokenizer"):
        with pytest.raises(UsageError):
            nlp.add_pipe("noop", name=name)


def test_get_has_rename_replace_remove():
    nlp = Language()
    mark = nlp.add_pipe("mark")
    nlp.add_pipe("noop")
    assert nlp.get_pipe("mark") is mark
    nlp.rename_pipe("mark", "label")
    assert nlp.has_pipe("label") and not nlp.has_pipe("mark")
    assert nlp("x").user_data == {"label": "x"}
    nlp.replace_pipe("label", "shout")
    assert nlp.pipe_factories == {"label": "shout", "noop": "noop"}
    name, _ = nlp.remove_pipe("label")
    assert (name, names(nlp)) == ("label", ["noop"])
    with pytest.raises(UsageError, match="'label'.*noop"):
        nlp.get_pipe("label")


def test_disabling_and_enabling():
    nlp = Language()
    for name in ("a", "b", "c"):
        nlp.add_pipe("mark", name=name)
    nlp.disable_pipe("b")
    assert (names(nlp), nlp.disabled, nlp.component_names) == (["a", "c"], ["b"], ["a", "b", "c"])
    with nlp.select_pipes(enable="a"):
        assert names(nlp) == ["a"]
    # What was disabled before stays so.
    assert names(nlp) == ["a", "c"]
    disabled = nlp.select_pipes(disable=["a"])
    assert list(disabled) == ["a"] and names(nlp) == ["c"]
    disabled.restore()
    assert names(nlp) == ["a", "c"]


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


def test_pipe_is_lazy_keeps_the_order_and_works_in_batches():
    nlp = Language()
    mark = nlp.add_pipe("mark")
    taken = []

    def texts():
        for i in range(100):
            taken.append(i)
            yield f"text {i}"

    stream = nlp.pipe(texts(), batch_size=10)
    assert taken == []
    assert next(stream).text == "text 0"
    assert len(taken) == 10
    assert [doc.text for doc in stream] == [f"text {i}" for i in range(1, 100)]
    assert mark.batches == [10] * 10


def test_pipe_bounds_what_is_in_flight_by_length():
    nlp = Language()
    mark = nlp.add_pipe("mark")
    list(nlp.pipe(["word " * 10_000] * 6, batch_size=1000))
    assert max(mark.batches) <= 3


def test_pipe_takes_docs_and_texts_together():
    nlp = Language()
    nlp.add_pipe("mark")
    doc = nlp.make_doc("b")
    docs = list(nlp.pipe(["a", doc, "c"]))
    assert [d.text for d in docs] == ["a", "b", "c"] and docs[1] is doc


def test_pipe_with_contexts():
    nlp = Language()
    nlp.add_pipe("noop")
    found = list(nlp.pipe(((str(i), i) for i in range(25)), as_tuples=True, batch_size=10))
    assert [(doc.text, context) for doc, context in found] == [(str(i), i) for i in range(25)]
    with pytest.raises(UsageError, match="pairs"):
        list(nlp.pipe(["a"], as_tuples=True))


def test_pipe_of_one_string_is_a_mistake():
    with pytest.raises(UsageError, match="nlp\\(text\\)"):
        Language().pipe("some text")


def test_pipe_of_something_else_is_a_mistake():
    with pytest.raises(UsageError, match="text 1 .*int"):
        list(Language().pipe(["a", 1]))


def test_settings_for_one_call_reach_the_component():
    with registry.restored():

        @Language.component("adder")
        def adder(doc, *, amount=1):
            doc.user_data["amount"] = amount
            return doc

        nlp = Language()
        nlp.add_pipe("adder")
        assert nlp("x", component_cfg={"adder": {"amount": 3}}).user_data == {"amount": 3}
        assert next(iter(nlp.pipe(["x"]))).user_data == {"amount": 1}


def test_a_long_text_is_refused_with_its_position():
    nlp = Language(max_length=10)
    with pytest.raises(DataError, match="document 1.*max_length = 10"):
        list(nlp.pipe(["short", "much too long"]))
    with pytest.raises(DataError, match="13 characters"):
        nlp("much too long")


def test_an_error_names_component_and_document():
    nlp = Language()
    nlp.add_pipe("fussy")
    with pytest.raises(KernelError, match="component 'fussy'.*'bad'.*ValueError: I don't like it"):
        nlp("bad")
    with pytest.raises(KernelError, match="component 'fussy'.*'bad'"):
        list(nlp.pipe(["good", "bad", "fine"]))


def test_an_error_handler_lets_documents_go():
    nlp = Language()
    nlp.add_pipe("mark")
    nlp.add_pipe("fussy")
    nlp.add_pipe("shout")
    failed = []
    nlp.set_error_handler(lambda name, component, docs, error: failed.append((name, docs[0].text)))
    found = list(nlp.pipe([("a", 1), ("bad", 2), ("c", 3)], as_tuples=True))
    assert [(doc.text, context) for doc, context in found] == [("a", 1), ("c", 3)]
    assert failed == [("fussy", "bad")]


@pytest.mark.parametrize("as_class", [False, True])
def test_a_component_that_takes_single_documents_sees_each_once(as_class):
    seen = []

    def count(doc):
        seen.append(doc.text)
        if doc.text == "bad":
            raise ValueError("no")
        return doc

    class Counter(Component):
        def __call__(self, doc):
            return count(doc)

    with registry.restored():
        Language.factory("counter", func=lambda nlp, name: Counter(name) if as_class else count)
        nlp = Language()
        nlp.add_pipe("counter")
        nlp.set_error_handler(lambda name, component, docs, error: None)
        assert [doc.text for doc in nlp.pipe(["a", "b", "bad", "c"])] == ["a", "b", "c"]
    assert seen == ["a", "b", "bad", "c"]


def test_a_component_that_returns_no_doc_is_named():
    with registry.restored():
        Language.component("forgetful", func=lambda doc: None)
        nlp = Language()
        nlp.add_pipe("forgetful")
        with pytest.raises(KernelError, match="forgetful.*must return a Doc"):
            nlp("x")


def test_a_factory_must_take_nlp_and_name():
    with pytest.raises(RegistryError, match="lacks the argument nlp"):

        @Language.factory("wrong")
        def make(name):
            return None


def test_a_factory_that_makes_nothing():
    Language.factory("nothing", func=lambda nlp, name: None)
    with pytest.raises(RegistryError, match="nothing.*NoneType"):
        Language().add_pipe("nothing")


def test_registering_the_same_function_again_is_fine():
    for _ in range(2):

        @Language.component("again")
        def again(doc):
            return doc

    Language().add_pipe("again")


def test_a_language_may_have_its_own_factory():
    class Test(Language):
        lang = "tst"

    Language.component("tst.noop", func=lambda doc: doc)
    nlp = Test()
    nlp.add_pipe("noop")
    assert nlp.get_pipe_meta("noop").name == "tst.noop"


def test_stop_words_and_lexical_attributes_of_the_defaults():
    class Test(Language):
        lang = "tst"

        class Defaults(Language.Defaults):
            stop_words: ClassVar = {"the"}

    doc = Test()("The end")
    assert [token.is_stop for token in doc] == [True, False]
    assert doc[0].lang_ == "tst"


def test_analysis_says_what_is_required_and_not_set():
    Language.component("gives", func=lambda doc: doc, assigns=["doc.ents"])
    Language.component("wants", func=lambda doc: doc, requires=["doc.ents", "token.tag"])
    nlp = Language()
    nlp.add_pipe("gives")
    nlp.add_pipe("wants")
    analysis = nlp.analyze_pipes()
    assert analysis["summary"]["gives"]["assigns"] == ["doc.ents"]
    assert analysis["problems"] == {"gives": [], "wants": ["token.tag"]}


def test_factory_names_and_score_weights():
    nlp = Language()
    nlp.add_pipe("mark")
    assert {"mark", "noop", "shout"} <= set(nlp.factory_names)
    assert nlp.score_weights == {"mark_f": 1.0}


def test_the_device_is_the_cpu_unless_asked_for():
    nlp = Language()
    assert nlp.to_device(-1).ops.xp.__name__ == "numpy"
