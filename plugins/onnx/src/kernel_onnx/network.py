"""A transformer's network in onnxruntime, as a layer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from thinc.api import Model, Shim
from thinc.types import Floats3d

from kernel.config.ranges import PositiveInt
from kernel.errors import DataError, UsageError
from kernel_onnx import needed

Ids = NDArray[np.int64]
# (k, longest) each: numbers of pieces, 1 for a piece and 0 for padding, segments.
Windows = tuple[Ids, Ids, Ids]

# What a network's inputs are called, in the order of `Windows`; those that it doesn't take are missing in its file.
INPUTS = ("input_ids", "attention_mask", "token_type_ids")
OUTPUT = "rows"


def build_onnx_network(threads: PositiveInt = 1) -> Model[Windows, Floats3d]:
    """A transformer's network in ONNX, run on the CPU by onnxruntime: windows of word pieces to a row for each piece.

    It takes (ids, mask, type_ids), int64 arrays (windows, longest) each, and gives floats (windows, longest, width). Its weights come
    from `kernel onnx`; it predicts, and can't be trained.

    threads: of the CPU, for one batch. As for everything else, one is the default: several processes use a machine better.
    """
    needed.onnxruntime()
    return Model("onnx_network", _forward, shims=[OnnxShim(threads)])


def _forward(
    model: Model[Windows, Floats3d], windows: Windows, is_train: bool
) -> tuple[Any, Callable[[Any], Any]]:
    if is_train:
        raise UsageError(
            "a network in ONNX only predicts: it can't be trained",
            hint="Train the pipeline that it was exported from, and export it again.",
        )
    return model.shims[0].run(windows), _refuse


def _refuse(gradient: Any) -> Any:
    raise UsageError("there is no backward pass of a network in ONNX")


class OnnxShim(Shim):
    """The file of a network and the session that runs it, which is made when it is needed first."""

    def __init__(self, threads: int, content: bytes = b"") -> None:
        super().__init__(None)
        self.threads = threads
        self.content = content
        self._session: Any = None

    def run(self, windows: Windows) -> Any:
        """The rows of windows, (k, longest, width). `UsageError` if the network is not there yet."""
        session = self.session
        names = {given.name for given in session.get_inputs()}
        feed = {
            name: np.ascontiguousarray(array)
            for name, array in zip(INPUTS, windows, strict=True)
            if name in names
        }
        return session.run([OUTPUT], feed)[0]

    @property
    def session(self) -> Any:
        """The session of onnxruntime."""
        if not self.content:
            raise UsageError(
                "the network in ONNX is not there yet", hint="Load the pipeline that kernel onnx wrote."
            )
        if self._session is None:
            self._session = _opened(self.content, self.threads)
        return self._session

    def copy(self) -> OnnxShim:
        """Another one with the same file, which nobody changes."""
        return OnnxShim(self.threads, self.content)

    def __deepcopy__(self, memo: Any) -> OnnxShim:
        return self.copy()

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_session": None}

    def to_bytes(self) -> bytes:
        """The file as it is."""
        return self.content

    def from_bytes(self, data: bytes) -> OnnxShim:
        """Take a file in ONNX. `DataError` if it is none that can be run."""
        same = data == self.content
        if not same:
            self._session = _opened(data, self.threads) if data else None
            self.content = data
        return self

    def to_device(self, device_type: str, device_id: int) -> None:
        """It stays on the CPU."""

    def finish_update(self, optimizer: Any) -> None:
        """Nothing is learnt."""


def _opened(content: bytes, threads: int) -> Any:
    library = needed.onnxruntime()
    options = library.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # Threads that wait for work would take the time of everything else.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # Errors come as exceptions; what else it says is for its own authors.
    options.log_severity_level = 4
    try:
        return library.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise DataError(
            f"onnxruntime {library.__version__} can't read the network: {error}",
            hint="It may be damaged, or of a newer version.",
        ) from error
