"""Without JAX there is one message, which names the extra; with it, `kernel info` tells what computes."""

import sys
from typing import Any

import pytest

from kernel import registry
from kernel.errors import UsageError


def build(**settings: Any) -> Any:
    return registry.get("layers", "kernel.JaxWrapper.v1")(**settings)


def test_a_layer_needs_jax(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jax", None)
    with pytest.raises(UsageError, match="JAX is not installed") as info:
        build(network=(len, {}))
    assert 'pip install "kernel-nlp[jax]"' in str(info.value.hint)


def test_info_leaves_jax_out_where_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    from kernel_jax import info

    monkeypatch.setattr(info, "find_spec", lambda name: None)
    assert info.facts() == {}


@pytest.mark.needs("jax")
def test_info_tells_device_and_type() -> None:
    from kernel_jax import info

    facts = info.facts()
    assert facts["dtype"] == "float32" and facts["device"]
