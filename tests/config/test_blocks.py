"""Which block made a model."""

from thinc.api import Linear

from kernel import Config, registry
from kernel.config import blocks, resolve
from kernel.config.blocks import block_of, record
from kernel.numeric.ops import set_ops

TEXT = """\
[model]
@misc = "own.wrap.v1"
width = 4

[model.inner]
@misc = "own.linear.v1"
nO = 2
flag = true
"""


def test_a_model_knows_its_block_and_the_places_of_its_sizes():
    with registry.restored():
        registry.misc("own.linear.v1", lambda nO, flag: Linear(nO, 3))
        registry.misc("own.wrap.v1", lambda inner, width: set_ops(inner))
        config = Config.from_str(TEXT, name="my.cfg")
        model = resolve(config)["model"]
    block = block_of(model)
    # The block around handed the model on: it was made inside.
    assert (block.path, str(block.place)) == ("model.inner", "my.cfg:6:9")
    assert {name: (size, str(place)) for name, (size, place) in block.sizes.items()} == {
        "nO": (2, "my.cfg:7:6")
    }
    assert block_of(Linear(1, 1)) is None


def test_what_is_no_model_is_left_alone_and_the_oldest_go_first(monkeypatch):
    record(3, "a", "misc", {}, {})
    monkeypatch.setattr(blocks, "MOST", 2)
    models = [Linear(1, 1) for _ in range(3)]
    for number, model in enumerate(models):
        record(model, f"a{number}", "misc", {"n": 1}, {})
    assert [block_of(model) and block_of(model).path for model in models] == [None, "a1", "a2"]
    record(models[2], "later", "misc", {}, {})
    assert block_of(models[2]).path == "a2"
