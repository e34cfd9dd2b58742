"""Rehearsal of each component: its gradient, new labels, nothing where nothing has changed."""

import numpy as np
import pytest
from kernel_components.losses import distillation
from kernel_components.transitions.gradient import rehearsal_gradient
from thinc.api import Adam

import kernel
from kernel.numeric.bytes import model_to_bytes
from kernel.numeric.parameters import paths
from kernel.numeric.random import scope
from kernel.tokens import Doc, Span
from kernel.training import Example

pytestmark = pytest.mark.needs("kernel-nlp-architectures", "kernel-nlp-languages")

LISTENER = {"@architectures": "kernel.Tok2VecListener.v1", "width": 16}
CNN = {
    "@architectures": "kernel.HashEmbedCNN.v2",
    "pretrained_vectors": None,
    "width": 16,
    "depth": 1,
    "embed_size": 60,
    "window_size": 1,
    "maxout_pieces": 2,
    "subword_features": True,
}
BOW = {"@architectures": "kernel.TextCatBOW.v3", "ngram_size": 1, "no_output_layer": False, "length": 64}
SETTINGS = {"trainable_lemmatizer": {"min_tree_freq": 1}}
TEXTS = ["Ann lives in New York now .", "They met Bob Smith there", "Rain", "Acme sells maps to Ann"]
ENTITIES = [[(0, 3, "PER"), (13, 21, "LOC")], [(9, 18, "PER")], [], [(0, 4, "ORG"), (19, 22, "PER")]]


def model_of(factory, tok2vec):
    if not factory.startswith("textcat"):
        return {"tok2vec": tok2vec}
    linear = {**BOW, "exclusive_classes": factory == "textcat"}
    return {"@architectures": "kernel.TextCatEnsemble.v2", "tok2vec": tok2vec, "linear_model": linear}


def gold(nlp):
    examples = []
    for number, (text, entities) in enumerate(zip(TEXTS, ENTITIES, strict=True)):
        doc = nlp.make_doc(text)
        tags = ["CAP" if token.text[0].isupper() else "LOW" for token in doc]
        lemmas = [token.text.lower() for token in doc]
        cats = {"long": float(len(doc) > 4), "short": float(len(doc) <= 4), "odd": float(number % 2)}
        if "textcat" in nlp.pipe_factories.values():
            del cats["odd"]
        starts = [token.i % 3 == 0 for token in doc]
        labels = {
            "tags": tags,
            "morphs": [f"Case={tag}" for tag in tags],
            "lemmas": lemmas,
            "sent_starts": starts,
        }
        examples.append(Example.from_dict(doc, {**labels, "entities": entities, "cats": cats}))
    return examples


def raw(nlp):
    return [Example(doc, doc) for doc in map(nlp.make_doc, TEXTS)]


def pipeline(factory, *, shared, model=None):
    nlp = kernel.blank("xx")
    if shared:
        nlp.add_pipe("tok2vec", config={"model": CNN})
    model = model or model_of(factory, LISTENER if shared else CNN)
    nlp.add_pipe(factory, name="one", config={"model": model, **SETTINGS.get(factory, {})})
    nlp.initialize(lambda: gold(nlp))
    return nlp


def noise(nlp, seed, scale=0.3):
    generator = np.random.default_rng(seed)
    for node, name in paths(nlp.all_models()).values():
        value = node.get_param(name)
        node.set_param(name, value + (generator.normal(size=value.shape) * scale).astype(value.dtype))


def to_double(nlp):
    for node, name in paths(nlp.all_models()).values():
        node.set_param(name, node.get_param(name).astype("float64"))


def gradients(nlp):
    return {
        path: node.get_grad(name).copy()
        for path, (node, name) in paths(nlp.all_models()).items()
        if node.has_grad(name)
    }


def scores(nlp, examples):
    """What the model says in training."""
    source = nlp.get_pipe("tok2vec") if nlp.has_pipe("tok2vec") else None
    if source is not None:
        source.update(examples, losses={})
    found = nlp.get_pipe("one").model.begin_update([example.predicted for example in examples])[0]
    if source is not None:
        source.channel.reset()
    return found


def values(nlp):
    return {path: node.get_param(name).copy() for path, (node, name) in paths(nlp.all_models()).items()}


def set_values(nlp, values):
    for path, (node, name) in paths(nlp.all_models()).items():
        node.set_param(name, values[path])


def divergence(q, p):
    """KL of rows of probabilities: sum of q log(q / p)."""
    return float((q * np.log(q / p)).sum())


def softmax(values):
    values = np.exp(values - values.max(axis=1, keepdims=True))
    return values / values.sum(axis=1, keepdims=True)


def divergence_of_tokens(then, now):
    return divergence(np.concatenate(then), np.concatenate(now))


LOSSES = {
    "tagger": divergence_of_tokens,
    "morphologizer": divergence_of_tokens,
    "senter": divergence_of_tokens,
    "trainable_lemmatizer": divergence_of_tokens,
    "textcat": lambda then, now: divergence(then, now),
    "textcat_multilabel": lambda then, now: float(((now - then) ** 2).sum()) / 2,
}


@pytest.mark.parametrize("shared", [False, True], ids=["alone", "shared"])
@pytest.mark.parametrize("factory", list(LOSSES))
def test_the_gradient_is_that_of_the_difference_from_the_teacher(factory, shared):
    nlp = pipeline(factory, shared=shared)
    to_double(nlp)
    noise(nlp, 0)
    nlp.resume_training()
    examples = raw(nlp)
    then = scores(nlp, examples)
    noise(nlp, 1)

    def loss():
        return LOSSES[factory](then, scores(nlp, examples))

    nlp.rehearse(examples, sgd=False)
    check_differences(nlp, gradients(nlp), loss, 1e-3 if shared else 1e-4)


def check_differences(nlp, found, loss, tolerance):
    generator = np.random.default_rng(2)
    assert found
    assert not nlp.has_pipe("tok2vec") or any(path.startswith("tok2vec") for path in found)
    for path, (node, name) in paths(nlp.all_models()).items():
        value = node.get_param(name)
        direction = generator.normal(size=value.shape)
        around = []
        for sign in (1, -1):
            node.set_param(name, value + sign * 1e-5 * direction)
            around.append(loss())
        node.set_param(name, value)
        expected = (around[0] - around[1]) / 2e-5
        own = float((found[path] * direction).sum()) if path in found else 0.0
        assert own == pytest.approx(expected, rel=tolerance, abs=tolerance), path


@pytest.mark.parametrize("shared", [False, True], ids=["alone", "shared"])
def test_the_gradient_of_ner_is_that_of_the_divergence_at_the_states_of_its_path(shared, monkeypatch):
    nlp = pipeline("ner", shared=shared)
    nlp.update(gold(nlp))
    to_double(nlp)
    noise(nlp, 0)
    nlp.resume_training()
    examples = raw(nlp)
    then = values(nlp)
    noise(nlp, 1)
    component, kept = nlp.get_pipe("one"), []
    along = component._along

    def remember_path(path, at):
        kept.append(path.slots(3, path.states()))
        return along(path, at)

    monkeypatch.setattr(component, "_along", remember_path)
    nlp.rehearse(examples, sgd=False)
    (slots,), now = kept, values(nlp)
    assert (slots[:, 1] >= 0).any(), "the path has an entity of several tokens"

    def probabilities():
        return softmax(scores(nlp, examples).begin_update(slots)[0])

    set_values(nlp, then)
    wanted = probabilities()
    set_values(nlp, now)

    def loss():
        return divergence(wanted, probabilities())

    check_differences(nlp, gradients(nlp), loss, 1e-3)


@pytest.mark.parametrize("shared", [False, True], ids=["alone", "shared"])
@pytest.mark.parametrize("factory", [*LOSSES, "ner"])
def test_where_nothing_has_changed_there_is_no_gradient(factory, shared):
    nlp = pipeline(factory, shared=shared)
    for _ in range(5):
        nlp.update(gold(nlp), drop=0.2)
    nlp.resume_training()
    losses = nlp.rehearse(raw(nlp), sgd=False)
    assert set(losses) == set(nlp.pipe_names)
    assert set(losses.values()) == {0.0}
    assert not any(gradient.any() for gradient in gradients(nlp).values())


@pytest.mark.parametrize("shared", [False, True], ids=["alone", "shared"])
@pytest.mark.parametrize("factory", [*LOSSES, "ner"])
def test_what_was_known_comes_back_and_the_teacher_stays(factory, shared):
    nlp = pipeline(factory, shared=shared)
    for _ in range(10):
        nlp.update(gold(nlp))
    nlp.resume_training()
    teachers = {name: model_to_bytes(component.teacher.model) for name, component in nlp.pipeline}
    for path, (node, name) in paths(nlp.all_models()).items():
        value = node.get_param(name)
        node.set_param(name, value + 0.05 * np.sin(np.arange(value.size)).reshape(value.shape).astype("f"))
        assert path
    component = "one"
    first = nlp.rehearse(raw(nlp), sgd=False)[component]
    for _ in range(100):
        last = nlp.rehearse(raw(nlp))[component]
    assert last < 0.1 * first
    assert {name: model_to_bytes(each.teacher.model) for name, each in nlp.pipeline} == teachers


def test_dropout_repeats_and_leaves_the_teacher_alone():
    nlp = pipeline("tagger", shared=True)
    for _ in range(3):
        nlp.update(gold(nlp))
    nlp.resume_training()
    seen = []
    for _ in range(2):
        with scope(seed=1, step=3):
            seen.append(nlp.rehearse(raw(nlp), drop=0.3, sgd=False)["one"])
    assert seen[0] == seen[1] > 0


@pytest.mark.parametrize("shared", [False, True], ids=["alone", "shared"])
def test_new_entity_labels_are_left_to_what_is_learnt(shared):
    nlp = pipeline("ner", shared=shared)
    for _ in range(5):
        nlp.update(gold(nlp))
    nlp.resume_training()
    component = nlp.get_pipe("one")
    old = len(component.moves)
    new = Example.from_dict(nlp.make_doc(TEXTS[0]), {"entities": [(4, 9, "ACT")]})
    assert component.add_label("UNUSED")
    for _ in range(3):
        nlp.update([new])
    assert len(component.moves) == old + 8
    upper = component.model.get_ref("upper")
    component.model.get_ref("upper").set_grad("b", upper.get_param("b") * 0)
    assert nlp.rehearse(raw(nlp), sgd=False)["one"] > 0
    gradient = component.model.get_ref("upper").get_grad("b")
    assert gradient[:old].any()
    assert not gradient[old:].any()


def test_a_label_that_the_teacher_has_masked_is_left_alone_too():
    nlp = pipeline("ner", shared=False)
    component = nlp.get_pipe("one")
    component.add_label("ACT")
    nlp.resume_training()
    new = Example.from_dict(nlp.make_doc(TEXTS[0]), {"entities": [(4, 9, "ACT")]})
    for _ in range(30):
        nlp.update([new])
    for _ in range(10):
        nlp.rehearse(raw(nlp))
    assert [span.label_ for span in nlp(TEXTS[0]).ents if span.start == 1] == ["ACT"]


@pytest.mark.parametrize("factory", ["textcat", "textcat_multilabel"])
def test_new_categories_are_left_to_what_is_learnt(factory):
    exclusive = factory == "textcat"
    nlp = pipeline(factory, shared=False, model={**BOW, "exclusive_classes": exclusive})
    for _ in range(20):
        nlp.update(gold(nlp))
    nlp.resume_training(sgd=Adam(0.02))
    component, old = nlp.get_pipe("one"), len(nlp.get_pipe("one").labels)
    then = component.predict([nlp.make_doc(text) for text in TEXTS])
    assert component.add_label("new") == 1
    nlp.rehearse(raw(nlp), sgd=False)
    # A softmax moves all of them a little, but less than its gradient at the old ones.
    gradient = component.model.get_ref("output_layer").get_grad("b")
    assert abs(gradient[old:]).max() <= 1e-6
    cats = {label: 0.0 for label in component.labels[:-1]} | {"new": 1.0}
    learnt = Example.from_dict(nlp.make_doc("Snow"), {"cats": cats})
    for _ in range(50):
        nlp.update([learnt])
        nlp.rehearse(raw(nlp))
    assert component.predict([nlp.make_doc("Snow")])[0, old] > 0.5
    now = component.predict([nlp.make_doc(text) for text in TEXTS])[:, :old]
    if exclusive:
        now = now / now.sum(axis=1, keepdims=True)
    assert np.abs(now - then).max() < 0.1


def test_annotated_and_empty_documents():
    nlp = pipeline("ner", shared=True)
    nlp.resume_training()
    noise(nlp, 1)
    docs = [nlp.make_doc(text) for text in TEXTS]
    docs[0].set_ents([Span(docs[0], 0, 1, "PER")], default="unmodified")
    nothing = Doc(nlp.vocab)
    assert nlp.rehearse([Example(doc, doc) for doc in [*docs, nothing]], sgd=False)["one"] > 0
    assert nlp.rehearse([Example(nothing, nothing)], sgd=False)["one"] == 0


def test_the_divergence_of_probabilities():
    generator = np.random.default_rng(0)
    logits, taught = generator.normal(size=(4, 5)), softmax(generator.normal(size=(4, 3)))
    loss, gradient = distillation(softmax(logits), taught)
    assert loss == pytest.approx((gradient**2).sum())
    assert not gradient[:, 3:].any()
    check_logits(logits, lambda z: divergence(taught, softmax(z[:, :3])), gradient)
    loss, gradient = distillation(taught, taught)
    assert loss == 0 and not gradient.any()


def test_the_divergence_of_states():
    generator = np.random.default_rng(0)
    found, taught = generator.normal(size=(4, 6)), generator.normal(size=(4, 5))
    classes = np.array([0, 1, 4])
    gradient, loss = rehearsal_gradient(found, taught, classes)
    assert loss == pytest.approx((gradient**2).sum())
    assert not gradient[:, [2, 3, 5]].any()
    wanted = softmax(taught[:, classes])
    check_logits(found, lambda z: divergence(wanted, softmax(z[:, classes])), gradient)


def check_logits(logits, loss, gradient):
    for place in np.ndindex(*logits.shape):
        around = []
        for sign in (1, -1):
            moved = logits.copy()
            moved[place] += sign * 1e-6
            around.append(loss(moved))
        assert gradient[place] == pytest.approx((around[0] - around[1]) / 2e-6, abs=1e-6)
