"""What a package requires."""

import pytest

from kernel.discovery.scan import EntryPoint
from kernel.packaging.requirements import compatible, pins


@pytest.mark.parametrize(
    ("version", "requirement"),
    [
        ("1.2.0", "a~=1.2.0"),
        ("5", "a~=5.0"),
        ("1.2rc1", "a~=1.2rc1"),
        ("2.1+cpu", "a~=2.1"),
        ("?", "a===?"),
        ("", "a"),
    ],
)
def test_compatible_releases(version, requirement):
    assert compatible("a", version) == requirement


def test_extras_of_a_requirement():
    assert compatible("a", "1.2.0", ["onnx", "jax"]) == "a[jax,onnx]~=1.2.0"


@pytest.mark.parametrize(
    ("value", "extras"),
    [("m:f", ()), ("m:f [torch]", ("torch",)), ("m:f[ b , a ]", ("a", "b")), ("m:f []", ())],
)
def test_extras_of_an_entry_point(value, extras):
    point = EntryPoint("kernel_layers", "acme.Net.v1", value, "acme", "1.0")
    assert (point.extras, point.target) == (extras, "m:f")


@pytest.mark.needs("kernel-nlp-transformers", "kernel-nlp-components")
def test_what_a_function_takes_besides_its_package_is_required_with_it():
    model = {"@architectures": "kernel.TransformerModel.v3", "name": "acme/bert"}
    config = {
        "nlp": {"lang": "en"},
        "components": {"transformer": {"factory": "transformer", "model": model}},
    }
    running, _ = pins(config, {}, [])
    assert [each for each in running if each.startswith("kernel-nlp-transformers")] == [
        "kernel-nlp-transformers[torch]~=0.1.0"
    ]
