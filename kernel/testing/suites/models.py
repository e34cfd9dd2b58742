"""Suites for functions that build models: architectures and layers."""

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
from thinc.api import Ragged, set_dropout_rate

from kernel.listeners import shape_inference
from kernel.numeric.bytes import model_from_bytes, model_to_bytes
from kernel.numeric.ops import set_ops
from kernel.numeric.random import scope, seed_all
from kernel.testing.device import DeviceArray, on_pretended_device, to_device
from kernel.testing.gradients import arrays_forward, check_gradients, randomise
from kernel.testing.samples import sample_docs
from kernel.testing.suites.base import Suite
from kernel.tokens import Doc


class ModelSuite(Suite):
    """A function that returns a thinc Model over lists of documents or arrays, or over one array of rows.

    Override `inputs` if the model takes something other than documents, `targets` if its output width comes from a
    sample at initialisation, and `forward` if its output is neither an array, a Ragged, nor a list of arrays.

    cross_entropy: whether the output is a softmax whose backward pass takes the gradient of the cross entropy, guess
    minus truth, as thinc's Softmax does.
    """

    cross_entropy: ClassVar[bool] = False

    def inputs(self) -> Any:
        """A batch: five documents of 1 to 7 tokens. Each call makes a new one. May also be an array of rows."""
        return sample_docs()

    def empty(self) -> Any:
        """A document without tokens, or what stands for it in the model's input."""
        first = self.inputs()[0]
        return Doc(first.vocab) if isinstance(first, Doc) else first[:0]

    def targets(self) -> Any:
        """The Y that `model.initialize(X, Y)` gets: None, or an array whose width is that of the output."""
        return None

    def forward(self, model: Any, X: Any, is_train: bool) -> tuple[list[Any], Callable[[list[Any]], Any]]:
        """The output of the model as arrays, and the function that takes their gradients."""
        return arrays_forward(model, X, is_train)

    def model(self) -> Any:
        """The model with its first weights."""
        return self._initialised(set_ops(self.build()), self.inputs(), self.targets())

    def _initialised(self, model: Any, X: Any, Y: Any) -> Any:
        seed_all(self.seed, self.name)
        with scope(seed=self.seed), shape_inference():
            model.initialize(X=X, Y=Y)
        return model

    def lively_model(self) -> Any:
        """The model with weights of which none is zero by its initialisation."""
        model = self.model()
        randomise(model, self.seed)
        return model

    def golden(self) -> Any:
        return self.predict(self.lively_model(), self.inputs())

    def predict(self, model: Any, X: Any) -> list[Any]:
        """The output as arrays of the host."""
        return [model.ops.to_numpy(array) for array in self.forward(model, X, False)[0]]

    def by_document(self, model: Any, X: Any) -> list[Any] | None:
        """The output cut into one array a document; None if it has no such form."""
        output, _ = model(X, False)
        if isinstance(output, Ragged):
            return list(model.ops.unflatten(output.dataXd, model.ops.to_numpy(output.lengths)))
        if isinstance(output, list) and len(output) == len(X):
            return output
        return list(output) if isinstance(output, np.ndarray) and len(output) == len(X) else None

    def test_all_shapes_are_known_after_initialisation(self) -> None:
        for node in self.model().walk():
            unset = [name for name in node.param_names if node.has_param(name) is None]
            assert not unset, f"layer '{node.name}' has no {', '.join(unset)} after initialize(X, Y)"
        assert self.model().has_dim("nO") is not None, "the output width nO is unknown after initialize(X, Y)"

    def test_output_fits_the_documents(self) -> None:
        model, X = self.lively_model(), self.inputs()
        output, _ = model(X, False)
        if isinstance(output, Ragged):
            assert model.ops.to_numpy(output.lengths).tolist() == [len(doc) for doc in X]
        elif isinstance(output, list) and len(output) == len(X):
            assert [len(array) for array in output] == [len(doc) for doc in X]
        for array in self.predict(model, X):
            if array.dtype.kind == "f":
                assert array.dtype == np.float32, f"an output has the type {array.dtype}, not float32"
                assert np.isfinite(array).all(), "an output has infinite or undefined numbers"

    def test_output_width_is_the_declared_one(self) -> None:
        model = self.lively_model()
        if model.has_dim("nO"):
            for array in self.predict(model, self.inputs()):
                if array.ndim > 1:
                    assert array.shape[-1] == model.get_dim("nO")

    def test_empty_documents(self) -> None:
        model, X = self.lively_model(), self.inputs()
        if isinstance(X, np.ndarray):
            self.predict(model, X[:0])
            return
        X = [self.empty(), X[0], self.empty(), *X[1:], self.empty()]
        for array in [*self.predict(model, X), *self.predict(model, [self.empty()])]:
            if array.dtype.kind == "f":
                assert np.isfinite(array).all(), "an empty document has infinite or undefined numbers"
        parts = self.by_document(model, X)
        alone = self.by_document(model, [X[1]])
        if parts is not None and alone is not None:
            _assert_close([parts[1]], [alone[0]], "an empty document changes the one after it")

    def test_single_tokens(self) -> None:
        model = self.lively_model()
        X = self.inputs()
        if isinstance(X, np.ndarray):
            self.predict(model, X[:1])
            return
        for doc in X:
            if len(doc):
                self.predict(model, [doc[:1].as_doc() if isinstance(doc, Doc) else doc[:1]])

    def test_documents_do_not_see_each_other(self) -> None:
        model, X = self.lively_model(), self.inputs()
        together = self.by_document(model, X)
        if together is not None:
            for place, expected in enumerate(together):
                alone = self.by_document(model, X[place : place + 1])
                _assert_close(alone or [], [expected], "a document's output depends on its batch")

    def test_training_without_dropout_computes_what_prediction_does(self) -> None:
        model, X = self.lively_model(), self.inputs()
        set_dropout_rate(model, 0.0)
        trained = [model.ops.to_numpy(array) for array in self.forward(model, X, True)[0]]
        _assert_close(trained, self.predict(model, X), "training without dropout and prediction differ")

    def test_prediction_changes_nothing(self) -> None:
        model, X = self.lively_model(), self.inputs()
        before, inputs = model_to_bytes(model), [_content(each) for each in X]
        first = self.predict(model, X)
        _assert_close(self.predict(model, X), first, "two predictions differ", exact=True)
        assert model_to_bytes(model) == before, "prediction changed the model"
        assert [_content(each) for each in X] == inputs, "prediction changed its input"

    def test_outputs_are_not_overwritten_by_the_next_batch(self) -> None:
        model, X = self.lively_model(), self.inputs()
        kept = self.forward(model, X, False)[0]
        before = [array.copy() for array in kept]
        self.forward(model, X[::-1], False)
        _assert_close(kept, before, "the output of one batch changed while the next was computed", exact=True)

    def test_bytes_round_trip(self) -> None:
        model, X = self.lively_model(), self.inputs()
        data = model_to_bytes(model)
        other = set_ops(self.build())
        model_from_bytes(other, data, where=self.name)
        assert model_to_bytes(other) == data
        _assert_close(
            self.predict(other, X), self.predict(model, X), "a loaded model predicts something else"
        )

    def test_equal_seeds_give_equal_weights(self) -> None:
        assert model_to_bytes(self.model()) == model_to_bytes(self.model())

    def test_equal_seeds_give_equal_dropout(self) -> None:
        model, X = self.lively_model(), self.inputs()
        set_dropout_rate(model, 0.4)
        outputs = []
        for _ in range(2):
            seed_all(self.seed, self.name)
            with scope(seed=self.seed):
                outputs.append([array.copy() for array in self.forward(model, X, True)[0]])
        message = "two passes with one seed differ; draw dropout by model.ops.get_dropout_mask"
        _assert_close(outputs[0], outputs[1], message, exact=True)

    def test_gradients(self) -> None:
        model = self.lively_model()
        set_dropout_rate(model, 0.0)
        check_gradients(
            model, self.inputs(), forward=self.forward, cross_entropy=self.cross_entropy, seed=self.seed
        )

    def test_computes_on_the_pretended_device(self) -> None:
        """Forward and backward pass take and give arrays of `model.ops` only, as a GPU demands."""
        here = self.lively_model()
        there = on_pretended_device(self.build())
        self._initialised(there, to_device(self.inputs()), to_device(self.targets()))
        model_from_bytes(there, model_to_bytes(here), where=self.name)
        found = []
        for model, X in ((here, self.inputs()), (there, to_device(self.inputs()))):
            set_dropout_rate(model, 0.0)
            with scope(seed=self.seed):
                outputs, backprop = self.forward(model, X, True)
                generator = np.random.default_rng(self.seed)
                noise = [generator.normal(size=array.shape).astype("float32") for array in outputs]
                gradients = backprop([model.ops.asarray(each) for each in noise])
            found.append((model, outputs, gradients))
        (_, expected, _), (_, outputs, gradients) = found
        for what, arrays in (("an output", outputs), ("what backprop returns", gradients)):
            for array in arrays if isinstance(arrays, list | tuple) else [arrays]:
                assert not _is_on_the_host(array), (
                    f"{what} is an array of the host; compute with model.ops.xp"
                )
        _assert_close(
            [there.ops.to_numpy(array) for array in outputs], expected, "a device computes something else"
        )
        for one, other in zip(here.walk(), there.walk(), strict=True):
            for name in one.param_names:
                if one.has_grad(name):
                    assert other.has_grad(name), f"layer '{other.name}' has no gradient of {name} on a device"
                    gradient = other.get_grad(name)
                    message = f"the gradient of {name} of layer '{other.name}'"
                    assert not _is_on_the_host(gradient), f"{message} is an array of the host"
                    _assert_close(
                        [other.ops.to_numpy(gradient)], [one.get_grad(name)], f"{message} differs on a device"
                    )


class ArchitectureSuite(ModelSuite):
    """A function of the registry `architectures`."""

    kind = "architectures"


class LayerSuite(ModelSuite):
    """A function of the registry `layers`."""

    kind = "layers"


def _is_on_the_host(value: Any) -> bool:
    return isinstance(value, np.ndarray) and not isinstance(value, DeviceArray) and value.dtype.kind == "f"


def _content(value: Any) -> Any:
    if isinstance(value, Doc):
        return value.to_json(), None if value.tensor is None else np.asarray(value.tensor).tobytes()
    return np.asarray(value).tobytes()


def _assert_close(found: list[Any], expected: list[Any], message: str, *, exact: bool = False) -> None:
    assert len(found) == len(expected), message
    for one, other in zip(found, expected, strict=True):
        assert one.shape == other.shape, f"{message}: shape {one.shape}, not {other.shape}"
        tolerance = 0.0 if exact else 1e-4
        assert np.allclose(one, other, rtol=tolerance, atol=tolerance / 10), message
