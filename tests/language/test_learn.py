"""Updating, initialising and evaluating pipelines of tiny components."""

from contextlib import nullcontext

import pytest
from thinc.api import Adam, fix_random_seed

from kernel.errors import ConfigError, KernelError, KernelWarning, UsageError
from kernel.language import Language
from kernel.numeric import random
from kernel.tokens import Doc
from kernel.training import Example

from .learners import (
    example,
    shared,
    weights,
)

pytestmark = pytest.mark.usefixtures("learners")


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


@pytest.mark.parametrize("sgd", ["adam", True, 1])
def test_what_is_no_optimizer_is_refused_before_anything_is_learned(sgd):
    nlp = shared()
    examples = [example(nlp, y=1.0)]
    nlp.initialize(lambda: examples)
    before = nlp.to_bytes()
    for use in (
        lambda: nlp.update(examples, sgd=sgd),
        lambda: nlp.initialize(lambda: examples, sgd=sgd),
        lambda: nlp.resume_training(sgd=sgd),
    ):
        with pytest.raises(UsageError, match="sgd= takes an optimizer, not "):
            use()
    assert nlp.to_bytes() == before


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
    with (
        pytest.warns(KernelWarning, match="'two' is frozen, but new"),
        pytest.warns(KernelWarning, match="two won't learn.*'source'"),
    ):
        with_roles(shared("one", "two"), frozen=["two"]).initialize()
    with pytest.warns(KernelWarning, match="'source' is frozen, but new"):
        with_roles(shared(), frozen=["source"], annotating=["source"]).initialize()
    nlp = shared()
    nlp.disable_pipe("source")
    with pytest.raises(ConfigError, match="'source' does not run, so target would get nothing from it"):
        nlp.initialize()


def test_what_annotating_components_listen_to_annotates_with_them():
    nlp = with_roles(shared("one", "two"), annotating=["one"])
    seen = []
    Language.component("spy", func=lambda doc: seen.append((dict(doc.cats), len(doc.tensor))) or doc)
    nlp.add_pipe("spy")
    examples = [example(nlp, y=1.0)]
    nlp.initialize(lambda: examples)
    source = weights(nlp, "source")
    nlp.update(examples, annotates=["one", "spy"])
    assert [list(cats) for cats, _ in seen] == [["one"]] and seen[0][1] == 3
    assert weights(nlp, "source") != source
    predicted = nlp.predict("one", examples)[0].sum()
    nlp.update(examples, annotates=["one", "spy"])
    assert seen[1][0]["one"] == pytest.approx(predicted, abs=1e-6)


def renewing(nlp, **place):
    Language.component("renew", func=lambda doc: doc.copy())
    nlp.add_pipe("renew", **place)
    return nlp


@pytest.mark.parametrize("annotating", [["renew"], ["source", "renew"], ["renew", "one"]])
def test_an_annotating_component_may_return_another_document_than_it_got(annotating):
    plain, nlp = shared("one", "two"), renewing(shared("one", "two"), after="source")
    losses = []
    for made in (plain, nlp):
        examples = [example(made, y=1.0), example(made, text="a few"), example(made, text="", y=0.5)]
        fix_random_seed(0)
        made.initialize(lambda examples=examples: examples)
        losses.append(
            [made.update(examples, annotates=[n for n in annotating if n in made.pipe_names]) for _ in "12"]
        )
    assert losses[1] == losses[0] and losses[0][0]["source"] > 0
    assert all(weights(nlp, name) == weights(plain, name) for name in plain.pipe_names)


def test_prediction_by_one_component_may_follow_one_that_returns_other_documents():
    nlp = shared("one", "two")
    examples = [example(nlp, y=1.0), example(nlp, text="a few")]
    nlp.initialize(lambda: examples)
    expected = [rows.tolist() for rows in nlp.predict("two", examples)]
    renewing(nlp, after="source")
    assert [rows.tolist() for rows in nlp.predict("two", examples)] == expected


def test_a_frozen_source_annotates_with_those_that_listen_to_it():
    nlp = with_roles(shared("one", "two"), frozen=["source"], annotating=["one"])
    examples = [example(nlp, y=1.0)]
    with pytest.warns(KernelWarning, match="'source' is frozen, but new"):
        nlp.initialize(lambda: examples)
    before = weights(nlp, "source"), weights(nlp, "two")
    nlp.update(examples)
    assert weights(nlp, "source") == before[0] and weights(nlp, "two") != before[1]


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


def test_evaluation_scores_copies():
    nlp = shared()
    examples = [example(nlp, y=1.0)]
    nlp.initialize(lambda: examples)
    scores = nlp.evaluate(iter(examples))
    assert scores["token_acc"] == 1.0 and scores["target_gap"] >= 0 and scores["speed"] > 0
    assert examples[0].predicted.cats == {}
    assert set(nlp.evaluate(examples, per_component=True)) >= {"tokenizer", "target", "speed"}


@pytest.mark.parametrize("spaces", [None, [True] * 10])
def test_documents_that_were_not_tokenized_are_evaluated_whatever_their_length(spaces):
    nlp = shared()
    words = {"words": ["aaaa"] * 10, "spaces": spaces}
    examples = [Example(Doc(nlp.vocab, **words), Doc(nlp.vocab, **words))]
    examples[0].reference.cats = {"y": 1.0}
    nlp.initialize(lambda: examples)
    expected = nlp.evaluate(examples)
    tokenized = []
    nlp.tokenizer = lambda text: tokenized.append(text) or Doc(nlp.vocab, words=text.split())
    nlp.max_length = 20
    assert nlp.evaluate(examples)["target_gap"] == expected["target_gap"] and not tokenized
    nlp.max_length = 50
    nlp.evaluate(examples)
    assert len(tokenized) == (spaces is not None)


def test_other_parameters_for_a_while():
    nlp = shared()
    nlp.initialize(lambda: [example(nlp, y=1.0)])
    before = weights(nlp, "target")
    linear = nlp.get_pipe("target").model.layers[1].layers[0]
    with nlp.use_params({(linear.id, "W"): linear.get_param("W") * 2}):
        assert weights(nlp, "target") != before
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


def gradients(nlp):
    return [
        name
        for model in nlp.models().values()
        for node in model.walk()
        for name in node.param_names
        if node.has_grad(name)
    ]


def test_an_error_of_the_optimizer_leaves_no_gradients():
    nlp = shared("one", "two")
    examples = [example(nlp, y=1.0)]
    nlp.initialize(lambda: examples)
    adam, calls = Adam(0.01), []

    def fails(key, weights, gradient):
        calls.append(key)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return adam(key, weights, gradient)

    with pytest.raises(KeyboardInterrupt):
        nlp.update(examples, sgd=fails)
    assert len(calls) == 3 and gradients(nlp) == []
    before = [weights(nlp, name) for name in nlp.pipe_names]
    nlp.update([], sgd=adam)
    nlp.update([example(nlp)], sgd=Adam(0.01))
    assert [weights(nlp, name) for name in nlp.pipe_names] == before


def test_an_optimizer_that_cannot_be_made_is_known_before_anything_is_computed():
    nlp = shared()
    examples = [example(nlp, y=1.0)]
    nlp.initialize(lambda: examples, sgd=Adam(0.01))
    nlp._optimizer = None
    config = nlp.config
    config["training"]["optimizer"] = {"@optimizers": "Adam.v1", "learn_rate": "fast"}
    nlp.config = config
    losses = {}
    with pytest.raises(ConfigError, match="learn_rate"):
        nlp.update(examples, losses=losses)
    assert losses == {} and gradients(nlp) == []


def test_the_given_optimizer_is_kept_whatever_the_settings():
    nlp = shared()
    examples = [example(nlp, y=1.0)]
    adam = Adam(0.01)
    assert nlp.initialize(lambda: examples, sgd=adam, settings={}) is adam
    assert nlp.initialize(lambda: examples, settings={}) is adam
    nlp.update(examples)
    assert adam.mom1
    assert type(shared().initialize(settings={})) is type(adam)


def test_a_component_that_steps_by_itself_needs_no_finish_update():
    class Counter:
        seen = 0

        def __call__(self, doc):
            return doc

        def update(self, examples, *, drop=0.0, sgd=None, losses=None):
            self.seen += len(examples)
            losses["counter"] = 1.0
            return losses

    Language.factory("counter", func=lambda nlp, name: Counter())
    nlp = shared()
    counter = nlp.add_pipe("counter")
    examples = [example(nlp, y=1.0)]
    optimizer = nlp.initialize(lambda: examples)
    before = weights(nlp, "target")
    losses = nlp.update(examples, sgd=optimizer)
    assert counter.seen == 1 and losses["counter"] == 1.0 and weights(nlp, "target") != before


def test_a_name_that_update_is_to_leave_out_and_nobody_has_is_passed_over():
    nlp = shared()
    examples = [example(nlp, y=1.0)]
    nlp.initialize(lambda: examples)
    with pytest.warns(KernelWarning, match="exclude='traget' is passed over.*Did you mean 'target'"):
        assert set(nlp.update(examples, exclude=["traget"])) == {"source", "target"}


def test_a_model_without_weights_says_so():
    nlp = shared()
    for use in (
        lambda: nlp("a text"),
        lambda: list(nlp.pipe(["a", "b"])),
        lambda: nlp.update([example(nlp, y=1.0)]),
    ):
        with pytest.raises(
            KernelError, match=r"component 'source' .*: its model has no weights yet\n.*nlp\.initialize"
        ) as caught:
            use()
        assert isinstance(caught.value, ValueError)


def test_examples_that_are_given_only_once_are_refused():
    nlp = shared()
    once = iter([example(nlp, y=1.0)])
    with pytest.raises(UsageError, match="returns the same list_iterator again.*\n.*Make a list"):
        nlp.initialize(lambda: once)
    nlp.initialize(lambda: iter([example(nlp, y=1.0)]))


def test_another_scorer_and_its_settings():
    class Lengths:
        def score(self, examples):
            return {"words": sum(map(len, examples))}

    nlp = shared()
    examples = [example(nlp, y=1.0)]
    nlp.initialize(lambda: examples)
    scores = nlp.evaluate(examples, scorer=Lengths())
    assert scores["words"] == len(examples[0]) and set(scores) == {"words", "speed"}
    told = {}
    nlp.get_pipe("target").score = lambda examples, **settings: told.update(settings) or {}
    nlp.evaluate(examples, scorer_cfg={"threshold": 0.3})
    assert told["threshold"] == 0.3


def test_the_examples_with_what_was_predicted_are_handed_over_before_they_are_scored():
    nlp = shared()
    examples = [example(nlp, y=1.0), example(nlp, "a b", y=1.0)]
    nlp.initialize(lambda: examples)
    order, before = [], [each.predicted for each in examples]

    class Scored:
        def score(self, examples):
            order.append("score")
            return {}

    nlp.evaluate(
        examples, scorer=Scored(), predicted=lambda done: order.append([one.predicted for one in done])
    )
    found, after = order
    assert after == "score"
    assert [doc.text for doc in found] == [doc.text for doc in before]
    assert not {id(doc) for doc in found} & {id(doc) for doc in before}
    assert [each.predicted for each in examples] == before
