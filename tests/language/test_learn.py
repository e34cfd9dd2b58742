"""Updating, initialising and evaluating pipelines of tiny components."""

from contextlib import nullcontext

import numpy as np
import pytest
from thinc.api import Adam, Linear, Model, fix_random_seed

from kernel.component import Component, TrainableComponent
from kernel.errors import ConfigError, KernelError, KernelWarning, UsageError
from kernel.language import Language
from kernel.listeners import Channel, Listener
from kernel.numeric import random
from kernel.registries.family import registry
from kernel.tokens import Doc
from kernel.training import Example

WIDTH = 4


def per_doc(layer):
    """A layer on rows, applied to each array of a list."""

    def forward(model, arrays, is_train):
        pairs = [layer(array, is_train) for array in arrays]
        return [y for y, _ in pairs], lambda grads: [
            back(g) for (_, back), g in zip(pairs, grads, strict=True)
        ]

    def init(model, X=None, Y=None):
        layer.initialize()

    return Model("per_doc", forward, layers=[layer], init=init)


def word_lengths():
    def forward(model, docs, is_train):
        rows = [np.asarray([[len(t.text), 1, t.i, 0] for t in doc], dtype="f").reshape(-1, 4) for doc in docs]
        return rows, lambda grads: []

    return Model("word_lengths", forward)


def chained(first, second):
    def forward(model, docs, is_train):
        X, back_first = model.layers[0](docs, is_train)
        Y, back_second = model.layers[1](X, is_train)
        return Y, lambda dY: back_first(back_second(dY))

    def init(model, X=None, Y=None):
        first.initialize()
        second.initialize()

    return Model("chained", forward, layers=[first, second], init=init)


class Source(TrainableComponent):
    """Publishes a vector for each token."""

    def __init__(self, vocab, model, name):
        super().__init__(vocab, model, name)
        self.channel = Channel(name)

    def set_annotations(self, docs, predictions):
        for doc, tensor in zip(docs, predictions, strict=True):
            doc.tensor = tensor

    def update(self, examples, *, drop=0.0, sgd=None, losses=None):
        docs = [example.predicted for example in examples]
        outputs, backprop = self.model.begin_update(docs)
        losses.setdefault(self.name, 0.0)

        def receive(gradients):
            losses[self.name] += float(sum((g**2).sum() for g in gradients))
            backprop(gradients)

        self.channel.publish(docs, outputs, receive)
        return losses


class Target(TrainableComponent):
    """Learns to give every token the number in cats["y"]; documents without it teach nothing."""

    def set_annotations(self, docs, predictions):
        for doc, rows in zip(docs, predictions, strict=True):
            doc.cats[self.name] = float(rows.sum())

    def learnable(self, examples):
        return any("y" in example.reference.cats for example in examples)

    def get_loss(self, examples, scores):
        gradients = [
            rows - eg.reference.cats["y"] if "y" in eg.reference.cats else rows * 0
            for eg, rows in zip(examples, scores, strict=True)
        ]
        return float(sum((g**2).sum() for g in gradients)), gradients

    def score(self, examples, **settings):
        gaps = [abs(eg.predicted.cats[self.name] - eg.reference.cats["y"]) for eg in examples]
        return {f"{self.name}_gap": sum(gaps) / len(gaps)}


@pytest.fixture(autouse=True)
def registered():
    with registry.restored():

        @Language.factory("source")
        def make_source(nlp, name: str):
            return Source(nlp.vocab, chained(word_lengths(), per_doc(Linear(WIDTH, 4))), name)

        @Language.factory("target", default_score_weights={"target_gap": 1.0})
        def make_target(nlp, name: str, upstream: str | None = "*"):
            tok2vec = Listener(WIDTH, upstream) if upstream else word_lengths()
            return Target(nlp.vocab, chained(tok2vec, per_doc(Linear(1, WIDTH))), name)

        Language.component("noop", func=lambda doc: doc)
        yield


def example(nlp, text="one three eleven", **cats):
    return Example.from_dict(nlp.make_doc(text), {"cats": cats} if cats else {})


def shared(*targets):
    nlp = Language()
    nlp.add_pipe("source")
    for name in targets or ("target",):
        nlp.add_pipe("target", name=name)
    return nlp


def weights(nlp, name):
    return nlp.get_pipe(name).to_bytes()


def test_a_hand_written_loop_learns():
    nlp = shared()
    examples = [example(nlp, y=1.0), example(nlp, "a b", y=1.0)]
    optimizer = nlp.initialize(lambda: examples, sgd=Adam(0.01))
    totals = []
    for _ in range(60):
        losses = {}
        nlp.update(examples, drop=0.0, sgd=optimizer, losses=losses)
        totals.append(losses["target"])
    assert totals[-1] < 0.2 * totals[0]
    assert set(losses) == {"source", "target"}


def test_without_an_optimizer_the_pipeline_makes_and_keeps_its_own():
    nlp = shared()
    examples = [example(nlp, y=1.0)]
    nlp.initialize(lambda: examples)
    before = weights(nlp, "target")
    nlp.update(examples)
    assert weights(nlp, "target") != before
    made = nlp._optimizer
    nlp.update(examples)
    assert nlp._optimizer is made


def test_sgd_false_leaves_the_weights_and_keeps_the_gradients():
    nlp = shared()
    examples = [example(nlp, y=1.0)]
    nlp.initialize(lambda: examples)
    before = weights(nlp, "source"), weights(nlp, "target")
    nlp.update(examples, sgd=False)
    with random.scope(seed=0, step=3):
        nlp.update(examples, drop=0.1, sgd=False, losses={})
    assert (weights(nlp, "source"), weights(nlp, "target")) == before
    optimizer = Adam(0.01)
    for model in nlp.models().values():
        model.finish_update(optimizer)
    assert weights(nlp, "source") != before[0] and weights(nlp, "target") != before[1]


def test_a_loop_by_hand_learns_the_same_within_a_random_scope():
    made = []
    for opened in (lambda: random.scope(seed=0, step=3), nullcontext):
        fix_random_seed(0)
        nlp = shared()
        examples = [example(nlp, y=1.0)]
        nlp.initialize(lambda examples=examples: examples)
        before = weights(nlp, "target")
        for _ in range(3):
            with opened():
                nlp.update(examples)
        assert weights(nlp, "target") != before
        made.append((weights(nlp, "source"), weights(nlp, "target")))
    assert made[0] == made[1]


@pytest.mark.parametrize("wrong", [["some text"], "some text", [("text", {})]])
def test_texts_are_no_examples(wrong):
    with pytest.raises(UsageError, match="Example.from_dict"):
        Language().update(wrong)


def test_texts_and_annotations_are_refused():
    with pytest.raises(UsageError, match="Example.from_dict"):
        Language().update(["text"], [{"cats": {}}])


def test_frozen_components_keep_their_bytes_and_nobody_waits_for_them():
    nlp = shared("one", "two")
    examples = [example(nlp, y=1.0)]
    optimizer = nlp.initialize(lambda: examples)
    before = weights(nlp, "two")
    source = weights(nlp, "source")
    nlp.update(examples, sgd=optimizer, exclude=["two"])
    assert weights(nlp, "two") == before
    assert weights(nlp, "source") != source


def test_frozen_components_come_from_the_config():
    nlp = shared("one", "two")
    examples = [example(nlp, y=1.0)]
    optimizer = nlp.initialize(lambda: examples)
    config = nlp.config
    config["training"]["frozen_components"] = ["source", "two"]
    config["training"]["annotating_components"] = ["source"]
    nlp.config = config
    before = weights(nlp, "source"), weights(nlp, "two"), weights(nlp, "one")
    nlp.update(examples, sgd=optimizer)
    assert (weights(nlp, "source"), weights(nlp, "two")) == before[:2]
    assert weights(nlp, "one") != before[2]
    assert list(nlp.models()) == ["one"]


def test_a_frozen_source_must_annotate():
    nlp = shared()
    examples = [example(nlp, y=1.0)]
    nlp.initialize(lambda: examples)
    with pytest.raises(KernelError, match="'target'.*'source'.*\n.*annotating_components"):
        nlp.update(examples, exclude=["source"])


def with_roles(nlp, **roles):
    config = nlp.config
    config["training"].update({f"{role}_components": names for role, names in roles.items()})
    nlp.config = config
    return nlp


def test_impossible_roles_are_refused_before_training():
    with pytest.raises(ConfigError, match="'source' is frozen.*target.*\n.*annotating"):
        with_roles(shared(), frozen=["source"]).initialize()
    with pytest.raises(ConfigError, match="frozen_components.*'sauce'.*\n.*source, target"):
        with_roles(shared(), frozen=["sauce"]).initialize()
    with pytest.warns(KernelWarning, match="two won't learn.*'source'"):
        with_roles(shared("one", "two"), frozen=["two"]).initialize()
    with_roles(shared(), frozen=["source"], annotating=["source"]).initialize()


def test_predictions_of_annotating_components_do_not_stay():
    nlp = shared()
    examples = [example(nlp, y=1.0)]
    nlp.initialize(lambda: examples)
    doc = examples[0].predicted
    nlp.update(examples, annotates=["source", "target"])
    assert examples[0].predicted is doc
    assert not len(doc.tensor) and doc.cats == {}


def test_nothing_to_learn_is_no_error_and_changes_nothing():
    nlp = shared("one", "two")
    optimizer = nlp.initialize(lambda: [example(nlp, y=1.0)])
    before = [weights(nlp, name) for name in nlp.pipe_names]
    losses = nlp.update([example(nlp)], sgd=optimizer)
    assert [weights(nlp, name) for name in nlp.pipe_names] == before
    assert losses == {"source": 0.0, "one": 0.0, "two": 0.0}
    assert nlp.update([], losses={"one": 1.0}) == {"one": 1.0}


def test_an_error_while_learning_names_the_component_and_leaves_no_open_batch():
    nlp = shared("one", "two")
    examples = [example(nlp, y=1.0)]
    optimizer = nlp.initialize(lambda: examples)
    two = nlp.get_pipe("two")
    loss, two.get_loss = two.get_loss, lambda *args: 1 / 0
    with pytest.raises(KernelError, match="'two' failed to learn.*one three eleven.*ZeroDivisionError"):
        nlp.update(examples, sgd=optimizer)
    two.get_loss = loss
    nlp.update(examples, sgd=optimizer)


def test_a_listener_without_its_source_says_what_is_missing():
    nlp = shared()
    nlp.initialize(lambda: [example(nlp, y=1.0)])
    with (
        nlp.select_pipes(disable="source"),
        pytest.raises(KernelError, match="'target'.*'source', which has not run"),
    ):
        nlp("some text")
    nlp.remove_pipe("source")
    with pytest.raises(KernelError, match="'target'.*no source is connected"):
        nlp("some text")


def test_listeners_hear_the_nearest_source_before_them():
    nlp = Language()
    nlp.add_pipe("source", name="first")
    nlp.add_pipe("source", name="second")
    nlp.add_pipe("target", name="any")
    nlp.add_pipe("target", name="named", config={"upstream": "first"})
    assert nlp.get_pipe("second").channel.owners == ["any"]
    assert nlp.get_pipe("first").channel.owners == ["named"]
    nlp.remove_pipe("second")
    assert nlp.get_pipe("first").channel.owners == ["any", "named"]
    with pytest.raises(UsageError, match="'named'"):
        nlp.rename_pipe("first", "base")


def test_first_weights_do_not_depend_on_other_components():
    alone, together = Language(), shared("other", "target")
    alone.add_pipe("source")
    alone.add_pipe("target")
    for nlp in (alone, together):
        nlp.initialize(lambda nlp=nlp: [example(nlp, y=1.0)])
    assert weights(alone, "source") == weights(together, "source")
    assert weights(alone, "target") == weights(together, "target")
    assert weights(together, "other") != weights(together, "target")


def test_initialize_works_without_examples_and_refuses_a_list():
    nlp = shared()
    nlp.initialize()
    assert nlp("a b").cats
    with pytest.raises(UsageError, match="lambda"):
        nlp.initialize([example(nlp, y=1.0)])
    with pytest.raises(KernelError, match="no examples"):
        nlp.initialize(list)


def test_begin_training_is_the_old_name():
    nlp = shared()
    with pytest.warns(KernelWarning, match="initialize"):
        assert nlp.begin_training() is not None


def test_settings_of_initialize_reach_the_components_and_are_checked():
    class Greedy(Component):
        def __call__(self, doc):
            return doc

        def initialize(self, get_examples, *, nlp=None, labels=()):
            self.cfg["labels"] = list(labels)

    Language.factory("greedy", func=lambda nlp, name: Greedy(name))
    nlp = Language()
    nlp.add_pipe("greedy")
    nlp.initialize(settings={"components": {"greedy": {"labels": ["A", "B"]}}})
    assert nlp.pipe_labels == {"greedy": ["A", "B"]}
    with pytest.raises(ConfigError, match="initialize.components.greedy.*lables.*\n.*labels"):
        nlp.initialize(settings={"components": {"greedy": {"lables": []}}})


def test_a_copied_component_keeps_its_weights_and_learns_on():
    source = shared()
    source.initialize(lambda: [example(source, y=1.0)])
    source.update([example(source, y=5.0)])
    nlp = Language()
    nlp.add_pipe("source", source=source)
    nlp.add_pipe("target", source=source)
    assert weights(nlp, "target") == weights(source, "target")
    optimizer = nlp.initialize(lambda: [example(nlp, y=1.0)])
    assert weights(nlp, "target") == weights(source, "target")
    nlp.update([example(nlp, y=1.0)], sgd=optimizer)
    assert weights(nlp, "target") != weights(source, "target")


def test_replacing_listeners_makes_a_component_independent():
    registry.architectures("tst.Source.v1", lambda: chained(word_lengths(), per_doc(Linear(WIDTH, 4))))
    registry.architectures("tst.Listener.v1", lambda: Listener(WIDTH))
    model = {"@architectures": "tst.Source.v1"}

    @Language.factory("configured_source", default_config={"model": model})
    def make_source(nlp, name: str, model):
        return Source(nlp.vocab, model, name)

    @Language.factory("configured", default_config={"tok2vec": {"@architectures": "tst.Listener.v1"}})
    def make(nlp, name: str, tok2vec):
        return Target(nlp.vocab, chained(tok2vec, per_doc(Linear(1, WIDTH))), name)

    nlp = Language()
    nlp.add_pipe("configured_source")
    target = nlp.add_pipe("configured")
    nlp.initialize(lambda: [example(nlp, y=1.0)])
    before = nlp("a few words").cats
    with pytest.raises(UsageError, match="1 listeners.*names 0"):
        nlp.replace_listeners("configured_source", "configured", [])
    nlp.replace_listeners("configured_source", "configured", ["tok2vec"])
    assert nlp.get_pipe_config("configured")["tok2vec"] == model
    nlp.remove_pipe("configured_source")
    assert nlp("a few words").cats == pytest.approx(before)
    assert not [node for node in target.model.walk() if node.name == "listener"]


def test_evaluation_scores_copies():
    nlp = shared()
    examples = [example(nlp, y=1.0)]
    nlp.initialize(lambda: examples)
    scores = nlp.evaluate(iter(examples))
    assert scores["token_acc"] == 1.0 and scores["target_gap"] >= 0 and scores["speed"] > 0
    assert examples[0].predicted.cats == {}
    assert set(nlp.evaluate(examples, per_component=True)) >= {"tokenizer", "target", "speed"}


def test_other_parameters_for_a_while():
    nlp = shared()
    nlp.initialize(lambda: [example(nlp, y=1.0)])
    before = weights(nlp, "target")
    linear = nlp.get_pipe("target").model.layers[1].layers[0]
    with nlp.use_params({(linear.id, "W"): linear.get_param("W") * 2}):
        assert weights(nlp, "target") != before
    assert weights(nlp, "target") == before


def test_resuming_keeps_weights():
    nlp = shared()
    nlp.initialize(lambda: [example(nlp, y=1.0)])
    before = weights(nlp, "target")
    assert nlp.resume_training() is not None
    assert weights(nlp, "target") == before


def test_rule_components_are_left_alone_by_updates():
    nlp = shared()
    nlp.add_pipe("noop")
    optimizer = nlp.initialize(lambda: [example(nlp, y=1.0)])
    nlp.update([example(nlp, y=1.0)], sgd=optimizer)
    assert isinstance(nlp("x"), Doc)


def test_an_error_of_a_scorer_names_it_and_its_component():
    nlp = shared()

    def broken(examples):
        raise ValueError("no such thing")

    nlp.initialize(lambda: [example(nlp, y=1.0)])
    nlp.get_pipe("target").score = broken
    with pytest.raises(KernelError, match="scoring component 'target' failed: ValueError: no such thing"):
        nlp.evaluate([example(nlp, y=1.0)])


def test_an_error_while_learning_leaves_no_gradients():
    """Those of the components before it would go into the next step."""
    nlp, other = shared("one", "two"), shared("one", "two")
    results = []
    for pipeline, fails in ((nlp, True), (other, False)):
        examples = [example(pipeline, y=1.0)]
        optimizer = pipeline.initialize(lambda examples=examples: examples)
        two = pipeline.get_pipe("two")
        if fails:
            loss, two.get_loss = two.get_loss, lambda *args: 1 / 0
            with pytest.raises(KernelError):
                pipeline.update(examples, sgd=optimizer, drop=0.0)
            two.get_loss = loss
        pipeline.update(examples, sgd=optimizer, drop=0.0)
        results.append([weights(pipeline, name) for name in pipeline.pipe_names])
    assert results[0] == results[1]
