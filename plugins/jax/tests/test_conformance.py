"""JAX functions go through the suite of wrappers: of arrays, and of sequences."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kernel import registry
from kernel.testing import WrapperSuite

pytestmark = pytest.mark.needs("jax")


def mlp(parameters: Any, X: Any, key: Any = None) -> Any:
    import jax
    from jax import numpy as jnp

    hidden = jnp.tanh(X @ parameters["hidden"]["W"] + parameters["hidden"]["b"])
    if key is not None:
        hidden *= 1 + 0.1 * jax.random.bernoulli(key, 0.5, hidden.shape)
    return hidden @ parameters["output"][0] + parameters["output"][1]


def make_mlp(nI: int = 4, hidden: int = 6, nO: int = 3) -> Any:
    import jax
    from jax import numpy as jnp

    def parameters(key: Any) -> Any:
        one, two = jax.random.split(key)
        return {
            "hidden": {"W": jax.random.normal(one, (nI, hidden)), "b": jnp.zeros(hidden)},
            "output": [jax.random.normal(two, (hidden, nO)), jnp.zeros(nO)],
        }

    return mlp, parameters


def running_mean(parameters: Any, X: Any, mask: Any) -> Any:
    from jax import numpy as jnp

    sums = jnp.cumsum(jnp.tanh(X @ parameters), axis=1)
    return sums / (1 + jnp.arange(X.shape[1]))[None, :, None]


def make_running_mean(nI: int = 4) -> Any:
    return running_mean, np.random.default_rng(0).normal(size=(nI, nI)).astype("float32")


@pytest.fixture(autouse=True)
def networks() -> Iterator[None]:
    with registry.restored():
        registry.misc("test_mlp.v1", func=make_mlp)
        registry.misc("test_running_mean.v1", func=make_running_mean)
        yield


class JaxSuite(WrapperSuite):
    @contextmanager
    def double(self, model: Any) -> Iterator[bool]:
        import jax

        for name in model.param_names:
            model.set_param(name, model.get_param(name).astype("float64"))
        with jax.enable_x64(True):
            yield True
        for name in model.param_names:
            model.set_param(name, model.get_param(name).astype("float32"))


class TestJaxWrapper(JaxSuite):
    name = "kernel.JaxWrapper.v1"
    settings = {"network": {"@misc": "test_mlp.v1"}}
    goldens = Path("goldens.json")

    def inputs(self) -> Any:
        return np.random.default_rng(1).normal(size=(7, 4)).astype("float32")


class TestJaxWrapperWithDropout(JaxSuite):
    name = "kernel.JaxWrapper.v1"
    settings = {"network": {"@misc": "test_mlp.v1"}, "draws": True}
    exempt = {
        "test_training_without_dropout_computes_what_prediction_does": "its dropout is its own",
    }

    def inputs(self) -> Any:
        return np.random.default_rng(1).normal(size=(7, 4)).astype("float32")


class TestJaxWrapperOfSequences(JaxSuite):
    name = "kernel.JaxWrapper.v1"
    settings = {"network": {"@misc": "test_running_mean.v1"}, "sequences": True}

    def inputs(self) -> Any:
        generator = np.random.default_rng(2)
        return [generator.normal(size=(length, 4)).astype("float32") for length in (3, 1, 7, 2)]
