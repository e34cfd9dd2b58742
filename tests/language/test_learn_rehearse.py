"""Rehearsal: tiny components keep to what they knew, alone and through a shared source."""

import copy
from contextlib import nullcontext

import numpy as np
import pytest
from thinc.api import Adam

from kernel.errors import KernelError, MissingName, UsageError, WrongType
from kernel.language import Language
from kernel.numeric import random
from kernel.numeric.bytes import model_to_bytes
from kernel.numeric.parameters import paths
from kernel.tokens import Doc
from kernel.training import Example

from .learners import example, shared, weights

pytestmark = pytest.mark.usefixtures("learners")
TEXTS = ["one three eleven", "a b", "twelve"]


def alone():
    nlp = Language()
    nlp.add_pipe("target", config={"upstream": None})
    return nlp


def two_sources():
    """One listens to the nearest source, the other one to the first."""
    nlp = Language()
    nlp.add_pipe("source")
    nlp.add_pipe("source", name="near")
    nlp.add_pipe("target")
    nlp.add_pipe("target", name="far", config={"upstream": "source"})
    return nlp


def raw(nlp):
    """Examples without annotations."""
    return [example(nlp, text) for text in TEXTS]


def taught(make, *, seed=0):
    """A pipeline that knows something, and remembers it."""
    nlp = make()
    nlp.initialize(lambda: [example(nlp, y=1.0)])
    noise(nlp, seed)
    nlp.resume_training(sgd=Adam(0.01))
    return nlp


def noise(nlp, seed, scale=0.3):
    generator = np.random.default_rng(seed)
    for node, name in paths(nlp.all_models()).values():
        value = node.get_param(name)
        node.set_param(name, value + generator.normal(size=value.shape).astype(value.dtype) * scale)


def to_double(nlp):
    for node, name in paths(nlp.all_models()).values():
        node.set_param(name, node.get_param(name).astype("float64"))


def gradients(nlp):
    return {
        path: node.get_grad(name).copy()
        for path, (node, name) in paths(nlp.all_models()).items()
        if node.has_grad(name)
    }


def outputs(nlp, examples):
    """Component -> what its model says of all tokens, in training."""
    docs, found = [each.predicted for each in examples], {}
    for name, component in nlp.pipeline:
        if hasattr(component, "channel"):
            component.update(examples, losses={})
        else:
            found[name] = np.concatenate(component.model.begin_update(docs)[0])
    for _, component in nlp.pipeline:
        if hasattr(component, "channel"):
            component.channel.reset()
    return found


@pytest.mark.parametrize("make", [alone, shared, lambda: shared("one", "two"), two_sources])
@pytest.mark.parametrize("weight", [1.0, 0.3])
def test_the_gradient_is_that_of_half_the_squared_difference_from_the_teacher(make, weight):
    nlp = make()
    nlp.initialize(lambda: [example(nlp, y=1.0)])
    to_double(nlp)
    noise(nlp, 0)
    nlp.resume_training()
    examples = raw(nlp)
    then = outputs(nlp, examples)
    noise(nlp, 1)

    def loss():
        now = outputs(nlp, examples)
        return weight * sum(float(((now[name] - then[name]) ** 2).sum()) for name in then) / 2

    losses = nlp.rehearse(examples, sgd=False, weight=weight)
    found = gradients(nlp)
    assert set(found) == set(paths(nlp.all_models()))
    assert sum(losses[name] for name in then) == pytest.approx(2 * loss() / weight)
    generator = np.random.default_rng(2)
    for path, (node, name) in paths(nlp.all_models()).items():
        value, direction = node.get_param(name), generator.normal(size=node.get_param(name).shape)
        around = []
        for sign in (1, -1):
            node.set_param(name, value + sign * 1e-6 * direction)
            around.append(loss())
        node.set_param(name, value)
        assert (found[path] * direction).sum() == pytest.approx((around[0] - around[1]) / 2e-6, rel=1e-5), (
            path
        )


@pytest.mark.parametrize("make", [alone, shared, two_sources])
def test_where_nothing_has_changed_there_is_no_gradient(make):
    nlp = taught(make)
    losses = nlp.rehearse(raw(nlp), sgd=False, losses={})
    assert set(losses.values()) == {0.0}
    assert set(losses) == set(nlp.pipe_names)
    assert not any(gradient.any() for gradient in gradients(nlp).values())


def test_a_source_that_moves_is_rehearsed_even_if_its_listener_has_not():
    nlp = taught(shared)
    model = nlp.get_pipe("source").model
    for node, name in paths({"source": model}).values():
        node.set_param(name, node.get_param(name) + 0.5)
    examples = raw(nlp)
    first = nlp.rehearse(examples, sgd=False)["target"]
    assert first > 0
    for _ in range(150):
        last = nlp.rehearse(examples, drop=0.0)["target"]
    assert last < 0.01 * first


@pytest.mark.parametrize("make", [alone, shared])
def test_what_was_known_comes_back(make):
    nlp = taught(make)
    texts = raw(nlp)
    then = outputs(nlp, texts)["target"]
    for _ in range(60):
        nlp.update([example(nlp, text, y=3.0) for text in TEXTS])
    away = np.abs(outputs(nlp, texts)["target"] - then).max()
    for _ in range(200):
        nlp.rehearse(texts)
    back = np.abs(outputs(nlp, texts)["target"] - then).max()
    assert back < 0.1 * away


def test_the_teacher_stays_what_it_is():
    nlp = taught(shared)
    teachers = {name: component.teacher for name, component in nlp.pipeline}
    before = {name: model_to_bytes(each.model) for name, each in teachers.items()}
    for _ in range(5):
        nlp.update([example(nlp, y=3.0)])
        nlp.rehearse(raw(nlp))
    assert {name: model_to_bytes(each.model) for name, each in teachers.items()} == before
    assert all(nlp.get_pipe(name).teacher is each for name, each in teachers.items())


def test_a_pipeline_is_saved_copied_and_sent_without_its_teachers():
    nlp, plain = taught(shared), shared()
    plain.initialize(lambda: [example(plain, y=1.0)])
    noise(plain, 0)
    assert nlp.to_bytes() == plain.to_bytes()
    component = nlp.get_pipe("target")
    assert copy.deepcopy(component).teacher is None
    assert copy.copy(component).teacher is None
    other = shared().from_bytes(nlp.to_bytes())
    with pytest.raises(UsageError, match="nothing to rehearse"):
        other.rehearse(raw(other))
    assert component.teacher is not None


def test_components_are_pickled_without_their_teachers():
    nlp = taught(shared)
    state = nlp.get_pipe("target").__getstate__()
    assert state["teacher"] is None and state["name"] == "target"
    assert nlp.get_pipe("target").teacher is not None


def test_without_resume_training_there_is_nothing_to_rehearse():
    nlp = shared()
    nlp.initialize(lambda: [example(nlp, y=1.0)])
    with pytest.raises(UsageError, match="^the pipeline has nothing to rehearse") as caught:
        nlp.rehearse(raw(nlp))
    assert "nlp.resume_training()" in caught.value.hint
    with pytest.raises(UsageError, match="^component 'target' has nothing to rehearse"):
        nlp.get_pipe("target").rehearse(raw(nlp))


def test_documents_are_no_examples():
    nlp = taught(alone)
    with pytest.raises(WrongType, match=r"^rehearse takes a list of Example objects.*found Doc") as caught:
        nlp.rehearse([nlp.make_doc("one")])
    assert caught.value.hint == "Make them of documents: Example(doc, doc)."


def test_first_weights_are_nothing_to_remember():
    nlp = shared()
    nlp.resume_training()
    assert nlp.get_pipe("target").teacher is None
    nlp.initialize(lambda: [example(nlp, y=1.0)])
    nlp.resume_training()
    assert nlp.get_pipe("target").teacher is not None
    # Others take their place.
    nlp.initialize(lambda: [example(nlp, y=1.0)])
    assert nlp.get_pipe("target").teacher is nlp.get_pipe("source").teacher is None


def test_what_is_remembered_can_be_chosen_and_forgotten():
    nlp = taught(lambda: shared("one", "two"))
    nlp.resume_training(components="one")
    assert nlp.get_pipe("two").teacher is None
    assert nlp.get_pipe("source").teacher is not None
    noise(nlp, 1)
    before = weights(nlp, "two")
    assert set(nlp.rehearse(raw(nlp))) == {"source", "one"}
    assert weights(nlp, "two") == before
    nlp.resume_training(components=())
    assert [component.teacher for _, component in nlp.pipeline] == [None] * 3
    with pytest.raises(MissingName, match="'three'"):
        nlp.resume_training(components=["three"])


def test_a_component_that_came_later_is_left_out():
    nlp = taught(shared)
    nlp.add_pipe("target", name="later")
    nlp.get_pipe("later").initialize(lambda: raw(nlp))
    noise(nlp, 1)
    before = weights(nlp, "later"), weights(nlp, "target")
    assert set(nlp.rehearse(raw(nlp))) == {"source", "target"}
    assert weights(nlp, "later") == before[0]
    assert weights(nlp, "target") != before[1]


@pytest.mark.parametrize(
    ("frozen", "changed"),
    [(["one"], {"source", "two"}), (["source", "one"], {"two"}), (["one", "two"], set())],
)
def test_frozen_components_are_left_out(frozen, changed):
    nlp = taught(lambda: shared("one", "two"))
    nlp.config["training"]["frozen_components"] = frozen
    nlp.config["training"]["annotating_components"] = ["source"]
    noise(nlp, 1)
    before = {name: weights(nlp, name) for name in nlp.pipe_names}
    losses = nlp.rehearse(raw(nlp))
    assert set(losses) == changed
    assert {name for name in before if weights(nlp, name) != before[name]} == changed


def test_exclude_takes_the_place_of_the_frozen_ones():
    nlp = taught(lambda: shared("one", "two"))
    noise(nlp, 1)
    assert set(nlp.rehearse(raw(nlp), exclude=["two"], sgd=False)) == {"source", "one"}
    nlp.config["training"]["frozen_components"] = ["one"]
    assert set(nlp.rehearse(raw(nlp), exclude=(), sgd=False)) == {"source", "one", "two"}


def test_disabled_components_are_left_out():
    nlp = taught(lambda: shared("one", "two"))
    noise(nlp, 1)
    with nlp.select_pipes(disable="two"):
        assert set(nlp.rehearse(raw(nlp), sgd=False)) == {"source", "one"}
        nlp.resume_training()
    assert nlp.get_pipe("two").teacher is None


def test_a_frozen_source_is_heard_where_it_annotates():
    nlp = taught(shared)
    noise(nlp, 1)
    found = {}
    for annotates in ((), ["source"]):
        raised = nullcontext() if annotates else pytest.raises(KernelError, match="has not run on these Docs")
        with raised:
            found = nlp.rehearse(raw(nlp), exclude=["source"], annotates=annotates, sgd=False)
    assert set(found) == {"target"} and found["target"] > 0
    assert not [path for path in gradients(nlp) if path.startswith("source")]


def test_sgd_is_that_of_update():
    nlp = taught(shared)
    noise(nlp, 1)
    before = nlp.to_bytes()
    nlp.rehearse(raw(nlp), sgd=False)
    assert nlp.to_bytes() == before
    assert gradients(nlp)
    nlp.rehearse(raw(nlp), sgd=Adam(0.1))
    assert nlp.to_bytes() != before
    with pytest.raises(UsageError, match="sgd= takes an optimizer"):
        nlp.rehearse(raw(nlp), sgd="adam")
    with pytest.raises(UsageError, match="list of Example objects"):
        nlp.rehearse(["a text"])
    assert nlp.rehearse([]) == {}


def test_gradients_of_update_and_rehearsal_add_up():
    nlp = taught(shared)
    noise(nlp, 1)
    learnt = [example(nlp, y=3.0)]
    found = []
    for steps in ("u", "r", "ru"):
        for node, name in paths(nlp.all_models()).values():
            if node.has_grad(name):
                node.set_grad(name, node.get_grad(name) * 0)
        for step in steps:
            if step == "u":
                nlp.update(learnt, sgd=False)
            else:
                nlp.rehearse(raw(nlp), sgd=False)
        found.append(gradients(nlp))
    for path, total in found[2].items():
        assert np.allclose(total, found[0][path] + found[1][path], rtol=1e-5, atol=1e-5)


def test_documents_without_tokens():
    nlp = taught(shared)
    noise(nlp, 1)
    nothing = Example(Doc(nlp.vocab), Doc(nlp.vocab))
    assert nlp.rehearse([*raw(nlp), nothing], sgd=False)["target"] > 0
    alone_ = taught(alone)
    assert alone_.rehearse([nothing], sgd=False) == {"target": 0.0}


def test_losses_are_added_to_those_there_are():
    nlp = taught(shared)
    noise(nlp, 1)
    once = nlp.rehearse(raw(nlp), sgd=False)
    losses = {"target": 1.0, "other": 2.0}
    assert nlp.rehearse(raw(nlp), sgd=False, losses=losses) is losses
    assert losses["target"] == pytest.approx(1.0 + once["target"])
    assert losses["other"] == 2.0


def test_settings_reach_the_component():
    nlp = taught(alone)
    noise(nlp, 1)
    nlp.rehearse(raw(nlp), sgd=False)
    once = gradients(nlp)
    for node, name in paths(nlp.all_models()).values():
        node.set_grad(name, node.get_grad(name) * 0)
    nlp.rehearse(raw(nlp), sgd=False, component_cfg={"target": {"weight": 0.5}})
    for path, gradient in gradients(nlp).items():
        assert np.allclose(gradient, once[path] / 2, rtol=1e-5)


def test_nothing_is_drawn_from_the_streams_of_update():
    nlp = taught(shared)
    noise(nlp, 1)

    def drawn():
        with random.enter("target"):
            return random.current().random()

    with random.scope(seed=1):
        first = drawn()
    with random.scope(seed=1):
        nlp.rehearse(raw(nlp), drop=0.5, sgd=False)
        assert drawn() == first


def test_by_hand_component_by_component():
    nlp = taught(shared)
    noise(nlp, 1)
    examples, losses = raw(nlp), {}
    expected = nlp.rehearse(examples, sgd=False)
    for _, component in nlp.pipeline:
        component.rehearse(examples, losses=losses)
    assert losses == pytest.approx(expected)


def test_an_error_names_the_component_and_leaves_no_gradient(monkeypatch):
    nlp = taught(lambda: shared("one", "two"))
    noise(nlp, 1)

    def fails(scores, taught):
        raise ValueError("no")

    monkeypatch.setattr(nlp.get_pipe("two"), "get_rehearsal_loss", fails)
    with pytest.raises(KernelError, match="component 'two' failed to rehearse on a batch of 3"):
        nlp.rehearse(raw(nlp))
    assert not gradients(nlp)
    monkeypatch.undo()
    assert nlp.rehearse(raw(nlp))["two"] > 0


def test_other_labels_than_those_remembered_are_refused():
    nlp = taught(alone)
    component = nlp.get_pipe("target")
    component.cfg["labels"] = ["A", "B"]
    nlp.resume_training()
    component.cfg["labels"] = ["A", "B", "C"]
    nlp.rehearse(raw(nlp), sgd=False)
    component.cfg["labels"] = ["B", "A"]
    with pytest.raises(KernelError, match="other labels than what it is to rehearse"):
        nlp.rehearse(raw(nlp), sgd=False)


class Own:
    """A component of somebody else's, that knows of no base class."""

    def __init__(self):
        self.calls = []

    def __call__(self, doc):
        return doc

    def rehearse(self, examples, *, drop, sgd, losses):
        self.calls.append((len(examples), drop, sgd))
        losses["own"] = 1.0


def test_a_component_that_rehearses_in_its_own_way_is_asked():
    own = Own()

    @Language.factory("own")
    def make(nlp, name: str):
        return own

    nlp = Language()
    nlp.add_pipe("own")
    assert nlp.rehearse(raw(nlp), sgd=False, drop=0.2) == {"own": 1.0}
    assert own.calls == [(3, 0.2, None)]
