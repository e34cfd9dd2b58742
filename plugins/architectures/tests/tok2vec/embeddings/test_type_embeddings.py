"""MultiHashEmbed and CharacterEmbed."""

import gc
import weakref
from contextlib import nullcontext

import numpy as np
import pytest
from kernel_architectures.tok2vec import dense
from kernel_architectures.tok2vec.embeddings import type_vectors
from kernel_architectures.tok2vec.embeddings.character_embed import build_character_embed
from kernel_architectures.tok2vec.embeddings.multi_hash_embed import build_multi_hash_embed
from thinc.api import Adam, HashEmbed, NumpyOps, set_dropout_rate
from thinc.backends import ParamServer

from kernel.errors import KernelError, KernelWarning, UsageError
from kernel.numeric.bytes import model_to_bytes
from kernel.numeric.ops import set_ops
from kernel.numeric.parameters import Parameters
from kernel.numeric.random import scope
from kernel.numeric.server import read
from kernel.tokens import Doc
from kernel.tokens.features import token_features
from kernel.vocab import Vectors, Vocab
from kernel.vocab.attrs import intify

from ..conftest import check_gradients, randomise

ATTRS = ["NORM", "PREFIX", "SHAPE"]


def multi_hash(docs, attrs=ATTRS, vectors=False, dtype="float32", width=4):
    model = build_multi_hash_embed(width, list(attrs), [20 + i for i in range(len(attrs))], vectors)
    return randomise(set_ops(model).initialize(X=docs), dtype)


def character(docs, vectors=False, dtype="float32", width=4):
    return randomise(set_ops(build_character_embed(width, 20, 3, 5, vectors)).initialize(X=docs), dtype)


MODELS = [
    multi_hash,
    character,
    lambda docs, **k: multi_hash(docs, attrs=["NORM", "TAG"], **k),
    lambda docs, **k: multi_hash(docs, attrs=["ORTH"], vectors=True, **k),
    lambda docs, **k: character(docs, vectors=True, **k),
]
models = pytest.mark.parametrize("make", MODELS)


def output(model, docs):
    """What training computes, which keeps nothing between batches."""
    return model.begin_update(docs)[0]


def assert_same(one, two, **tolerance):
    for a, b in zip(one, two, strict=True):
        np.testing.assert_allclose(a, b, **(tolerance or {"atol": 2e-6}))


def test_output_is_hashed_rows_side_by_side_and_mixed(make_docs):
    docs = make_docs(5, 0, 1, 9)
    model = multi_hash(docs)
    *tables, mixer = model.layers
    features = token_features(docs, [intify(attr) for attr in ATTRS])
    parts = []
    for place_, table in enumerate(tables):
        theirs = HashEmbed(4, 20 + place_, seed=8 + place_).initialize()
        theirs.set_param("E", table.get_param("E"))
        parts.append(theirs.predict(np.ascontiguousarray(features[:, place_])))
    affine, norm, _ = mixer.layers
    hidden = np.einsum("ni,poi->npo", np.concatenate(parts, axis=1), affine.get_param("W"))
    hidden = (hidden + affine.get_param("b")).max(axis=1)
    hidden = (hidden - hidden.mean(1, keepdims=True)) / np.sqrt(hidden.var(1, keepdims=True) + 1e-8)
    expected = hidden * norm.get_param("G") + norm.get_param("b")
    for Ys in (model.predict(docs), output(model, docs)):
        assert [Y.shape for Y in Ys] == [(5, 4), (0, 4), (1, 4), (9, 4)]
        np.testing.assert_allclose(np.concatenate(Ys), expected, atol=2e-5)


@models
@pytest.mark.parametrize("rate", [0.0, 0.3])
def test_gradients(make, rate, make_docs, vectors):
    docs = make_docs(5, 0, 1, 9)
    model = make(docs, dtype="float64")
    set_dropout_rate(model, rate)
    check_gradients(model, docs)


@models
def test_prediction_and_training_agree_again_and_again(make, make_docs, vectors):
    model = make(make_docs(3))
    for seed in range(4):
        docs = make_docs(7, 2, 0, 30, seed=seed)
        assert_same(model.predict(docs), output(model, docs))
        assert_same(model.predict(docs[:1]), output(model, docs)[:1])


@models
def test_batches_without_tokens(make, make_docs, vectors):
    model = make(make_docs(3))
    for docs in ([], make_docs(0), make_docs(0, 0)):
        assert [Y.shape for Y in model.predict(docs)] == [(0, 4)] * len(docs)
        Ys, backprop = model.begin_update(docs)
        assert [Y.shape for Y in Ys] == [(0, 4)] * len(docs)
        assert backprop(Ys) == []


def change_parameter(model):
    model.layers[0].set_param("E", model.layers[0].get_param("E") * 2)


def change_in_place(model):
    model.layers[-1].layers[1].get_param("b")[:] += 1


def load(model):
    model.from_bytes(randomise(model.copy(), seed=8).to_bytes())


def update_by_hand(model, docs):
    Ys, backprop = model.begin_update(docs)
    backprop([np.ones_like(Y) for Y in Ys])
    model.finish_update(Adam(0.1))


def update_bound(model, docs):
    parameters = Parameters({"tok2vec": model})
    model.predict(docs)
    optimizer = Adam(0.1)
    for _ in range(2):
        Ys, backprop = model.begin_update(docs)
        backprop([np.ones_like(Y) for Y in Ys])
        parameters.collect()
        parameters.step(optimizer)


def move(model):
    for node in model.walk():
        node._params = ParamServer(node._params._params)
    model.predict([])
    change = model.layers[0]._params._params[model.layers[0].id, "E"]
    change *= 2


@pytest.mark.parametrize(
    "change",
    [
        lambda model, docs: change_parameter(model),
        lambda model, docs: change_in_place(model),
        lambda model, docs: load(model),
        lambda model, docs: model.initialize(),
        lambda model, docs: move(model),
        update_by_hand,
        update_bound,
    ],
)
def test_kept_vectors_are_never_stale(change, make_docs):
    docs = make_docs(7, 2, 30)
    model = multi_hash(docs)
    before = np.concatenate(model.predict(docs))
    change(model, docs)
    after = np.concatenate(model.predict(docs))
    assert (after != before).any()
    np.testing.assert_allclose(after, np.concatenate(output(model, docs)), atol=2e-6)
    assert_same(model.predict(docs[1:]), output(model, docs[1:]))


def test_every_optimizer_step_and_the_averages_are_seen(make_docs):
    docs = make_docs(7, 2, 30)
    model = multi_hash(docs)
    parameters, optimizer = Parameters({"tok2vec": model}), Adam(0.1)
    seen = []
    for _ in range(4):
        Ys, backprop = model.begin_update(docs)
        backprop([Y + 1 for Y in Ys])
        parameters.step(optimizer)
        seen.append(model.predict(docs)[0])
        assert_same(model.predict(docs), output(model, docs))
        with parameters.use_params(optimizer.averages):
            seen.append(model.predict(docs)[0])
            assert_same(model.predict(docs), output(model, docs))
        np.testing.assert_array_equal(model.predict(docs)[0], seen[-2])
    # The first average is the first weights.
    assert len({each.tobytes() for each in seen}) >= 7


def test_new_words_are_embedded_and_known_ones_reused(vocab, make_docs):
    model = multi_hash(make_docs(3))
    for count in (1, 10, 3000):
        docs = [Doc(vocab, words=[f"word{count}-{i}" for i in range(count)]), *make_docs(4)]
        assert_same(model.predict(docs), output(model, docs))
    assert_same(model.predict(make_docs(9, 9)), output(model, make_docs(9, 9)))


def test_generations_of_words_do_not_mix(vocab, make_docs):
    old = make_docs(9, 4)
    model = multi_hash(old)
    expected = [Y.copy() for Y in model.predict(old)]
    for round_ in range(3):
        vocab.new_generation()
        new = make_docs(5, 6, seed=round_)
        assert_same(model.predict(new), output(model, new))
        assert_same(model.predict(old), expected)
        assert_same(model.predict([*old, *new])[:2], expected)


def test_vectors_of_a_generation_die_with_it(vocab, make_docs):
    docs = make_docs(9)
    model = multi_hash(docs)
    model.predict(docs)
    table = weakref.ref(docs[0].table)
    vocab.new_generation()
    del docs
    gc.collect()
    assert table() is None


def test_an_attribute_that_a_user_sets_counts(vocab, make_docs):
    docs = [Doc(vocab, words=["cat", "mat"])]
    model = multi_hash(docs)
    before = model.predict(docs)[0].copy()
    vocab["cat"].norm_ = "dog"
    after = model.predict(docs)[0]
    assert (after[0] != before[0]).any()
    np.testing.assert_array_equal(after[1], before[1])
    assert_same([after], output(model, docs))


def test_annotations_of_the_document_can_be_embedded(vocab):
    docs = [Doc(vocab, words=["a", "a"], tags=["X", "Y"]), Doc(vocab, words=["a"], tags=["X"])]
    model = multi_hash(docs, attrs=["NORM", "TAG"])
    first, second = model.predict(docs)
    assert (first[0] != first[1]).any()
    np.testing.assert_allclose(first[0], second[0], atol=1e-6)


@models
def test_results_are_nobodys_scratch(make, make_docs, vectors):
    docs = make_docs(7, 3)
    model = make(docs)
    Ys, trained = model.predict(docs), output(model, docs)
    kept = [Y.copy() for Y in Ys]
    for Y in model.predict(docs):
        Y[:] = 99
    model.predict(make_docs(30, 5, seed=4))
    output(model, make_docs(30, 5, seed=4))
    for each in (Ys, trained, model.predict(docs)):
        assert_same(each, kept)


@models
def test_any_thinc_operations_give_the_same(make, make_docs, vectors):
    docs = make_docs(7, 0, 3)
    model, plain = make(docs), make(docs)
    set_ops(plain, NumpyOps())
    assert_same(model.predict(docs), plain.predict(docs))
    gradients = []
    for each in (model, plain):
        Ys, backprop = each.begin_update(docs)
        backprop([np.ones_like(Y) for Y in Ys])
        gradients.append([node.get_grad(name) for node in each.walk() for name in node.param_names])
    assert_same(*gradients, atol=1e-4, rtol=1e-4)


def test_dropout_after_mixing_is_per_token(vocab):
    docs = [Doc(vocab, words=["the"] * 200)]
    model = multi_hash(docs)
    set_dropout_rate(model.layers[-1], 0.5)
    Y = output(model, docs)[0]
    assert 0.4 < (Y == 0).mean() < 0.6
    assert len(np.unique(Y == 0, axis=0)) > 8


def test_dropout_of_a_table_is_one_mask_of_dimensions(vocab, make_docs):
    docs = make_docs(200)
    model = multi_hash(docs, attrs=["NORM"], width=64)
    set_dropout_rate(model.layers[0], 1.0)
    Y = output(model, docs)[0]
    np.testing.assert_allclose(Y, np.broadcast_to(Y[0], Y.shape), atol=1e-6)
    np.testing.assert_allclose(model.predict(docs)[0].std(axis=0).min() > 0, True)


def test_training_repeats_within_the_same_scope(make_docs):
    docs = make_docs(20)
    model = multi_hash(docs)
    set_dropout_rate(model, 0.5)

    def run(step):
        with scope(seed=0, step=step):
            return output(model, docs)[0]

    np.testing.assert_array_equal(run(1), run(1))
    assert (run(1) != run(2)).any()


@models
def test_models_are_copied_and_saved(make, make_docs, vectors):
    docs = make_docs(7, 3)
    model = make(docs)
    expected = model.predict(docs)
    copied = set_ops(model.copy())
    loaded = make(docs).from_bytes(model.to_bytes())
    randomise(model, seed=9)
    for each in (copied, loaded):
        assert_same(each.predict(docs), expected)
        randomise(each, seed=7)
        assert_same(each.predict(docs), output(each, docs))


def test_structure_and_seeds(make_docs):
    model = multi_hash(make_docs(3))
    assert model.get_dim("nO") == 4
    tables = [node for node in model.walk() if node.name == "hashembed"]
    assert [node.attrs["seed"] for node in tables] == [8, 9, 10]
    assert [node.get_dim("nV") for node in tables] == [20, 21, 22]
    (maxout,) = [node for node in model.walk() if node.name == "maxout"]
    assert maxout.get_param("W").shape == (3, 4, 12)
    model = character(make_docs(3))
    assert [node.name for node in model.layers] == ["charembed", "hashembed", "maxout_block"]
    assert model.layers[1].attrs["seed"] == 5
    assert model.layers[0].get_param("E").shape == (5, 256, 3)


def test_first_weights_depend_on_the_seed_alone(make_docs):
    def make():
        np.random.seed(4)
        return build_multi_hash_embed(4, ["NORM"], [9], False).initialize(X=make_docs(2)).to_bytes()

    assert make() == make()


@pytest.fixture
def embedded(monkeypatch):
    """How many word types each forward pass has embedded."""
    seen = []
    transform = dense.transform

    def counting(block, X, is_train):
        seen.append(len(X))
        return transform(block, X, is_train)

    monkeypatch.setattr(dense, "transform", counting)
    return seen


@models
def test_saving_and_looking_keep_the_vectors_of_types(make, make_docs, vectors, embedded):
    docs = make_docs(7, 3)
    model = make(docs)
    before = [Y.copy() for Y in model.predict(docs)]
    embedded.clear()
    model_to_bytes(model)
    for node in model.walk():
        for name in node.param_names:
            read(node, name)
    vectors.to_bytes()
    assert vectors["cat"].any() and len(list(vectors.items())) == 3
    assert_same(model.predict(docs), before)
    # What depends on the token, such as its tag, isn't kept by type.
    assert (embedded == []) == (intify("TAG") not in model.attrs["columns"])


@models
def test_an_array_of_parameters_that_is_written_to_counts(make, make_docs, vectors):
    docs = make_docs(7, 3)
    model = make(docs)
    for node in model.walk():
        for name in node.param_names:
            model.predict(docs)
            node.get_param(name)[...] *= 1.5
            assert_same(model.predict(docs), output(model, docs))


def with_vectors(vocab):
    docs = [Doc(vocab, words=["cat", "mat", "the", "cat"])]
    return docs, multi_hash(docs, attrs=["SHAPE"], vectors=True)


def replacement(strings):
    return Vectors(strings=strings, data=np.ones((1, 6)), keys=["mat"])


# Each takes the vocab, its vectors and their table, which was read before the first prediction.
CHANGES = {
    "set": lambda vocab, v, table: v.set("mat", np.ones(6)),
    "add": lambda vocab, v, table: v.add("mat", row=v.row("the")),
    "item": lambda vocab, v, table: v.__setitem__("cat", np.ones(6)),
    "of the vocab": lambda vocab, v, table: vocab.set_vector("mat", np.ones(6)),
    "resize": lambda vocab, v, table: v.resize((1, 6)),
    "bytes": lambda vocab, v, table: v.from_bytes(replacement(vocab.strings).to_bytes()),
    "data assigned": lambda vocab, v, table: setattr(v, "data", v.data[::-1].copy()),
    "data in place": lambda vocab, v, table: v.data.__setitem__(slice(None), 2),
    "kept data in place": lambda vocab, v, table: (table.fill(3), v.touch()),
    "attr": lambda vocab, v, table: setattr(v, "attr", "SHAPE"),
    "replaced": lambda vocab, v, table: setattr(vocab, "vectors", replacement(vocab.strings)),
}


OTHERS = "was trained with the static vectors .* which are not those that are here"


@pytest.mark.parametrize("change", CHANGES)
def test_changes_of_static_vectors_are_seen(vocab, vectors, change):
    docs, model = with_vectors(vocab)
    table = vectors.data
    before = model.predict(docs)[0].copy()
    CHANGES[change](vocab, vectors, table)
    # A table that was changed is still the one of the training; another one is not.
    is_other = change in ("bytes", "replaced")
    with pytest.warns(KernelWarning, match=OTHERS) if is_other else nullcontext():
        (after,) = model.predict(docs)
    assert (after != before).any()
    assert_same([after], output(model, docs))


def test_static_vectors_that_stay_are_projected_once(vocab, vectors, embedded):
    docs, model = with_vectors(vocab)
    for _ in range(3):
        model.predict(docs)
    assert embedded == [3]
    model.predict([Doc(vocab, words=["the", "dog"])])
    assert embedded == [3, 1]
    old = docs
    vocab.new_generation()
    docs = [Doc(vocab, words=["cat", "the"])]
    for _ in range(2):
        assert_same(model.predict(docs), output(model, docs))
        assert_same(model.predict(old), output(model, old))
    # Two generations, each with vectors of its own, beside what training computes.
    assert embedded == [3, 1, 2, 2, 3, 2, 3]


def test_vectors_of_two_vocabs_are_not_mixed_up(vocab, vectors):
    docs, model = with_vectors(vocab)
    other = Vocab(vectors=Vectors(data=np.ones((1, 6)), keys=["cat"]))
    others = [Doc(other, words=["cat", "mat"])]
    with pytest.warns(KernelWarning, match=OTHERS):
        model.predict(others)
    # It is said once.
    for _ in range(2):
        for each in (docs, others):
            assert_same(model.predict(each), output(model, each))


def test_errors_say_what_is_wrong(make_docs):
    with pytest.raises(UsageError, match="attrs has 2 entries and rows has 1"):
        build_multi_hash_embed(4, ["NORM", "SHAPE"], [10], False)
    with pytest.raises(UsageError, match="NROM"):
        build_multi_hash_embed(4, ["NROM"], [10], False)
    for width, rows in ((0, [10]), (4, [0])):
        with pytest.raises(UsageError, match="at least 1"):
            build_multi_hash_embed(width, ["NORM"], rows, False)
    with pytest.raises(UsageError, match="at least 1"):
        build_character_embed(4, 0, 2, 2, False)
    with pytest.raises(UsageError, match="at least 1"):
        build_character_embed(4, 10, 0, 2, False)
    with pytest.raises(KernelError, match="has no vectors"):
        build_multi_hash_embed(4, ["NORM"], [10], True).initialize(X=make_docs(2))


def test_vectors_beyond_the_bound_are_computed_each_time(vocab, make_docs, embedded, monkeypatch):
    docs = make_docs(7, 3)
    model = multi_hash(docs)
    expected = [Y.copy() for Y in model.predict(docs)]
    monkeypatch.setattr(type_vectors, "LARGEST", 2 * 4 * model.get_dim("nO"))
    bounded = multi_hash(docs)
    for _ in range(3):
        assert_same(bounded.predict(docs), expected)
    embedded.clear()
    assert_same(bounded.predict(docs), expected)
    assert embedded == [len({token.text for doc in docs for token in doc}) - 2]


@pytest.mark.parametrize("make", [multi_hash, character])
def test_in_a_step_of_training_nothing_depends_on_what_was_predicted_before(make_docs, make):
    docs = make_docs(40, 30)
    fresh, used = (make(docs, width=96) for _ in range(2))
    # Types side by side with others: their vectors may be rounded otherwise, and are kept.
    for doc in make_docs(7, 3, 11, 1, 40):
        used.predict([doc])
    with scope(seed=0, step=9):
        expected, found = fresh.predict(docs), used.predict(docs)
    assert [Y.tobytes() for Y in found] == [Y.tobytes() for Y in expected]
