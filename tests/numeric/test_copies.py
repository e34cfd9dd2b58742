"""Copies of models."""

import numpy as np
from thinc.api import Linear, Model, chain

from kernel.numeric.copies import copy_model


def around(layer):
    """A layer whose forward function has another one from around it."""

    def forward(model, X, is_train):
        return layer(X, is_train)

    return Model("around", forward, layers=[layer])


def closed(layer, *, scale=1.0):
    def forward(model, X, is_train, factor=2.0):
        Y, back = layer(X, is_train)
        return Y * factor * scale, lambda dY: back(dY * factor * scale)

    return Model("closed", forward, layers=[layer])


X = np.ones((2, 3), dtype="f")


def test_a_copy_has_weights_of_its_own():
    model = chain(Linear(4, 3), Linear(2, 4)).initialize()
    copy = copy_model(model)
    before = copy.predict(X)
    assert np.array_equal(before, model.predict(X))
    model.layers[0].set_param("W", model.layers[0].get_param("W") * 2)
    model.layers[1].get_param("b")[:] = 7
    assert np.array_equal(copy.predict(X), before)


def test_references_lead_to_the_copies():
    inner = Linear(2, 3).initialize()
    model = Model("outer", lambda model, X, is_train: model.get_ref("inner")(X, is_train), layers=[inner])
    model.set_ref("inner", inner)
    model.set_ref("none", None)
    copy = copy_model(model)
    assert copy.get_ref("inner") is copy.layers[0] is not inner
    assert copy.maybe_get_ref("none") is None
    assert np.array_equal(copy.predict(X), model.predict(X))


def test_layers_that_a_function_has_from_around_it_are_copies_too():
    inner = Linear(2, 3).initialize()
    for model in (around(inner), closed(inner, scale=3.0), chain(around(inner), Linear(2, 2).initialize())):
        copy = copy_model(model)
        before = copy.predict(X)
        assert np.array_equal(before, model.predict(X))
        inner.set_param("W", inner.get_param("W") + 1)
        assert np.array_equal(copy.predict(X), before)
        assert not np.array_equal(model.predict(X), before)


def test_a_layer_that_is_there_twice_is_one_in_the_copy():
    inner = Linear(3, 3).initialize()
    copy = copy_model(chain(inner, inner))
    assert copy.layers[0] is copy.layers[1] is not inner


def test_gradients_stay_behind():
    model = Linear(2, 3).initialize()
    Y, back = model.begin_update(X)
    back(Y)
    assert not copy_model(model).has_grad("W")
    assert model.has_grad("W")


def test_a_reference_to_what_was_exchanged_leads_nowhere():
    model = chain(Linear(2, 2), Linear(2, 2))
    model.set_ref("first", model.layers[0])
    model.layers[0] = Linear(2, 2)
    assert copy_model(model).maybe_get_ref("first") is None
