"""Components that listen to a transformer: widths, gradients, and copies in the place of listeners."""

import itertools

import numpy as np
import pytest
from kernel_transformers.component import Transformer
from kernel_transformers.listener import build_transformer_listener
from thinc.api import Linear, chain, reduce_max, reduce_mean

from kernel.errors import KernelError
from kernel.numeric.ops import set_ops
from kernel.numeric.random import scope
from kernel.tokens import Doc
from kernel.training import Example
from kernel.vocab import Vocab

from .letters import Letters

WIDTH = 6


def strided(docs):
    """Windows of three tokens that overlap by one."""
    return [[doc[start : start + 3] for start in range(0, len(doc), 2)] for doc in docs]


@pytest.fixture
def examples():
    vocab = Vocab()
    texts = [["Walking", "in", "Amsterdam", "again"], [], ["a", "banana"], ["no", "more", "words"]]
    docs = [Doc(vocab, words=words) for words in texts]
    return [Example(doc, doc) for doc in docs]


def source(*listeners, dtype="float64", **settings):
    """A transformer with listeners called `0`, `1`, ..., each in a component of its own."""
    component = Transformer(Vocab(), set_ops(Letters(strided, WIDTH, dtype=dtype)), **settings)
    component.model.initialize()
    for number, listener in enumerate(listeners):
        listener.set_dim("nI", WIDTH)
        listener.set_dim("nO", WIDTH)
        set_ops(listener).initialize()
        component.channel.add(listener, str(number))
    return component


def listen(listener, docs):
    """One step of a component: the loss is the sum of the sines of its vectors."""
    vectors, backprop = listener(docs, is_train=True)
    backprop([np.cos(array) for array in vectors])
    return sum(float(np.sin(array).sum()) for array in vectors)


@pytest.mark.parametrize("step", [0, 1, 2])
def test_the_gradients_of_listeners_are_added_up(examples, step):
    docs = [example.predicted for example in examples]
    factors = [lambda _: 0.5, lambda step: [0.0, 2.0, 0.25][step]]
    listeners = [
        build_transformer_listener(reduce_mean(), 0.5),
        build_transformer_listener(reduce_max(), [0.0, 2.0, 0.25]),
    ]
    component = source(*listeners)
    E = component.model.get_param("E")

    def total():
        component.update(examples)
        losses = [listen(listener, docs) for listener in listeners]
        component.channel.close()
        return sum(factor(step) * loss for factor, loss in zip(factors, losses, strict=True))

    with scope(seed=0, step=step):
        total()
        gradient = component.model.get_grad("E").copy()
        assert np.abs(gradient).max() > 0.1
        size = 1e-6
        for place in np.ndindex(*E.shape):
            if not gradient[place] and place[1]:
                continue  # Pieces that no document has.
            found = []
            for sign in (1, -1):
                changed = E.copy()
                changed[place] += sign * size
                component.model.set_param("E", changed)
                found.append(total())
            component.model.set_param("E", E)
            assert abs((found[0] - found[1]) / (2 * size) - gradient[place]) < 1e-6


def test_the_loss_is_that_of_the_gradient_that_came_back(examples):
    listeners = [build_transformer_listener(reduce_mean()), build_transformer_listener(reduce_mean())]
    component = source(*listeners)
    docs = [example.predicted for example in examples]
    losses = component.update(examples, losses={})
    assert losses == {"transformer": 0.0}
    for listener in listeners:
        vectors, backprop = listener(docs, is_train=True)
        backprop([array * 0 + 1 for array in vectors])
    assert losses["transformer"] > 0


@pytest.mark.parametrize("factors", [(0.0, 0.0), (0, itertools.repeat(0.0))])
def test_without_any_factor_there_is_no_backward_pass_and_nothing_is_kept_for_one(examples, factors):
    listeners = [build_transformer_listener(reduce_mean(), factor) for factor in factors]
    component = source(*listeners)
    docs = [example.predicted for example in examples]
    component.update(examples)
    for listener in listeners:
        listen(listener, docs)
    component.channel.close()
    assert not component.model.has_grad("E")
    assert component.model.attrs["runs"].modes == [False]


def test_a_schedule_may_start_with_nothing(examples):
    listener = build_transformer_listener(reduce_mean(), iter([0.0, 1.0]))
    component = source(listener)
    docs = [example.predicted for example in examples]
    for _ in range(2):
        component.update(examples)
        listen(listener, docs)
        component.channel.close()
    assert component.model.attrs["runs"].modes == [False, True]
    assert component.model.has_grad("E")


def test_the_width_comes_from_the_source_unless_the_pooling_has_one():
    plain = build_transformer_listener(reduce_mean())
    assert plain.has_dim("nO") is None
    own = build_transformer_listener(chain(reduce_mean(), Linear(3)))
    own.set_dim("nI", WIDTH)
    set_ops(own).initialize()
    assert own.get_dim("nO") == 3 and own.layers[0].layers[0].layers[-1].get_dim("nI") == WIDTH


def test_another_width_than_expected_is_an_error(examples):
    listener = build_transformer_listener(reduce_mean())
    component = source(listener)
    listener.set_dim("nI", 9, force=True)
    docs = [example.predicted for example in examples]
    component.update(examples)
    with pytest.raises(KernelError, match="width 9, but 'transformer' gives 6"):
        listener(docs, is_train=True)


def test_a_transformer_that_has_not_run_is_an_error(examples):
    listener = build_transformer_listener(reduce_mean())
    source(listener)
    with pytest.raises(KernelError, match="listens to 'transformer', which has not run"):
        listener.predict([example.predicted for example in examples])


def test_a_pooling_with_weights_learns_from_a_transformer_that_does_not(examples):
    listener = build_transformer_listener(chain(reduce_mean(), Linear(WIDTH)))
    component = source(listener, dtype="float32")
    docs = [example.predicted for example in examples]
    # As a frozen transformer that annotates.
    component.set_annotations(docs, component.predict(docs))
    vectors, backprop = listener(docs, is_train=True)
    assert [len(array) for array in vectors] == list(map(len, docs))
    backprop([array * 0 + 1 for array in vectors])
    linear = listener.layers[0].layers[0].layers[-1]
    np.testing.assert_allclose(linear.get_grad("b"), sum(map(len, docs)))
    assert not component.model.has_grad("E")
