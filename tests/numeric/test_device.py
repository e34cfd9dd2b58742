"""The device that scripts choose once."""

import pytest
from thinc.api import NumpyOps, get_current_ops, set_current_ops, use_ops
from thinc.util import has_cupy_gpu

import kernel
from kernel.errors import UsageError
from kernel.language import Language
from kernel.numeric.device import current_ops
from kernel.numeric.ops import KernelOps


@pytest.fixture(autouse=True)
def chosen_before():
    before = get_current_ops()
    yield
    set_current_ops(before)


def test_the_cpu_is_where_pipelines_compute():
    assert kernel.require_cpu() is True
    assert isinstance(get_current_ops(), NumpyOps)
    assert type(current_ops()) is KernelOps and type(Language().ops) is KernelOps


@pytest.mark.skipif(has_cupy_gpu, reason="there is a GPU")
def test_without_a_gpu():
    assert kernel.prefer_gpu() is False
    with pytest.raises(UsageError, match="GPU 0 was asked for, but cupy is not installed"):
        kernel.require_gpu()
    assert isinstance(get_current_ops(), NumpyOps)


@pytest.mark.skipif(not has_cupy_gpu, reason="there is no GPU")
def test_with_a_gpu():
    assert kernel.prefer_gpu() is True and get_current_ops().device_type == "gpu"
    assert Language().ops.device_type == "gpu"
    assert Language().to_device(-1).ops.device_type == "cpu"
    kernel.require_cpu()
    assert Language().ops.device_type == "cpu"


def test_gpus_are_numbered_from_0():
    with pytest.raises(UsageError, match="GPU -1 was asked for; they are numbered from 0"):
        kernel.require_gpu(-1)
    assert kernel.prefer_gpu(-1) is False


def test_what_another_library_has_chosen_for_a_block_is_no_gpu():
    with use_ops("numpy"):
        assert type(Language().ops) is KernelOps
