"""The private members of thinc that are named are there, and are what they are taken for."""

from thinc.api import Linear, Shim
from thinc.backends import ParamServer

from kernel.numeric.adapter import (
    forward_of,
    gradients_of,
    module_of,
    server_of,
    set_forward,
    set_server,
    weights_of,
)

from .networks import X


def test_weights_and_gradients_of_a_node():
    node = Linear(2, 4).initialize()
    server = server_of(node)
    assert weights_of(server)[node.id, "W"] is node.get_param("W") and gradients_of(server) == {}
    _, backprop = node.begin_update(X)
    backprop(node.predict(X))
    assert gradients_of(server)[node.id, "b"] is node.get_grad("b")


def test_a_node_keeps_its_parameters_where_it_is_told():
    node, other = Linear(2, 4).initialize(), Linear(2, 4)
    weights = weights_of(server_of(node))
    set_server(other, ParamServer({(other.id, name): weights[node.id, name] for name in ("W", "b")}, {}))
    assert other.get_param("W") is node.get_param("W")
    assert (other.predict(X) == node.predict(X)).all()


def test_a_layer_runs_the_function_that_it_is_given():
    node = Linear(2, 4).initialize()
    forward, calls = forward_of(node), []

    def watched(model, inputs, is_train):
        calls.append(is_train)
        return forward(model, inputs, is_train)

    expected = node.predict(X)
    set_forward(node, watched)
    assert (node.predict(X) == expected).all() and calls == [False]


def test_what_a_shim_wraps():
    thing = object()
    assert module_of(Shim(thing)) is thing and module_of(object()) is None
