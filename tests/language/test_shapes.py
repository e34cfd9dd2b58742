"""Models that are wired wrong: one message that names both sides with their lines, before the first step."""

import re

import numpy as np
import pytest
from thinc.api import LayerNorm, Linear, Maxout, Model, Relu, chain, concatenate, residual, with_array

from kernel.component import TrainableComponent
from kernel.config import Config
from kernel.config.blocks import block_of
from kernel.errors import ConfigError, KernelError, Problem
from kernel.language import Language
from kernel.listeners import Channel, Listener
from kernel.registries.code import load_code
from kernel.registries.family import registry
from kernel.tokens import Doc
from kernel.training import Example

MARK = "; !!"


def embed(width: int) -> Model:
    def forward(model, docs, is_train):
        return [np.ones((len(doc), width), "float32") for doc in docs], lambda d: []

    return Model("embed", forward, dims={"nO": width})


def linear(width: int, input_width: int | None = None) -> Model:
    return with_array(Linear(width, input_width))


def relu(width: int, input_width: int) -> Model:
    return with_array(Relu(width, input_width, normalize=True))


def maxout(width: int, input_width: int, pieces: int = 2) -> Model:
    return with_array(Maxout(width, input_width, nP=pieces))


def norm(width: int) -> Model:
    return with_array(LayerNorm(width))


def chained(*layers: Model) -> Model:
    return chain(*layers)


def side_by_side(left: Model, right: Model) -> Model:
    return concatenate(left, right)


def skip(layer: Model) -> Model:
    return residual(layer)


def custom(encode: Model, head: Model, hidden: int = 0) -> Model:
    """Runs its layers by itself, and says nothing of its sizes."""

    def forward(model, docs, is_train):
        encoded, _ = model.layers[0](docs, is_train)
        return model.layers[1](encoded, is_train)

    def init(model, X=None, Y=None):
        model.layers[0].initialize(X)
        model.layers[1].initialize()

    return Model("custom", forward, init=init, layers=[encode, head])


def added(left: Model, right: Model) -> Model:
    """Adds what its two layers give."""

    def forward(model, docs, is_train):
        left, right = (layer(docs, is_train)[0] for layer in model.layers)
        return [a + b for a, b in zip(left, right, strict=True)], lambda d: []

    def init(model, X=None, Y=None):
        for layer in model.layers:
            layer.initialize(X)

    return Model("added", forward, init=init, layers=[left, right])


def listen(width: int) -> Model:
    return Listener(width)


class Part(TrainableComponent):
    def initialize(self, get_examples, *, nlp=None):
        self.model.initialize(X=[example.x for example in get_examples()])


class Source(Part):
    def __init__(self, vocab, model, name):
        super().__init__(vocab, model, name)
        self.channel = Channel(name)


@pytest.fixture(autouse=True)
def functions():
    with registry.restored():
        for function in (
            embed,
            linear,
            relu,
            maxout,
            norm,
            chained,
            side_by_side,
            skip,
            custom,
            added,
            listen,
        ):
            registry.architectures(f"{function.__name__}.v1", func=function)

        class Test(Language):
            lang = "tst"

        registry.languages("tst", func=Test)
        Language.factory("part", func=make_part)
        Language.factory("source", func=make_source)
        yield


def make_part(nlp, name: str, model: Model) -> Part:
    return Part(nlp.vocab, model, name)


def make_source(nlp, name: str, model: Model) -> Source:
    return Source(nlp.vocab, model, name)


HEAD = """\
[nlp]
lang = "tst"
pipeline = ["part"]

[components.part]
factory = "part"

"""


def block(path: str, name: str, text: str = "") -> str:
    return f'[components.part.model{path}]\n@architectures = "{name}.v1"\n{text}\n'


def two(name: str, second: str, first: str = "; !!\nwidth = 64", path: str = "") -> str:
    """An embedding and a layer after it."""
    return (
        block(path, "chained")
        + block(f"{path}.*.first", "embed", first)
        + block(f"{path}.*.second", name, second)
    )


WRONG = {
    "linear": two("linear", "width = 3\n; !!\ninput_width = 96"),
    "relu": two("relu", "width = 3\n; !!\ninput_width = 96"),
    "maxout": two("maxout", "width = 3\n; !!\ninput_width = 96"),
    "norm": two("norm", "; !!\nwidth = 96"),
    "the size above its setting": two("linear", "; !!\ninput_width = 96\nwidth = 3"),
    "smaller": two("linear", "width = 3\n; !!\ninput_width = 1"),
    "by a variable": two("linear", "width = 3\n; !!\ninput_width = ${system.seed}") + "[system]\nseed = 7\n",
    "over several lines": two("linear", "width = 3\ninput_width =\n    ; !!\n    96"),
    "third layer": block("", "chained")
    + block(".*.a", "embed", "width = 64")
    + block(".*.b", "linear", "input_width = 64\n; !!\nwidth = 32")
    + block(".*.c", "linear", "width = 3\n; !!\ninput_width = 33"),
    "shape inference": block("", "chained")
    + block(".*.a", "embed", "width = 64")
    + block(".*.b", "linear", "; !!\nwidth = 32")
    + block(".*.c", "linear", "width = 3\n; !!\ninput_width = 33"),
    "chain in a chain": block("", "chained")
    + two("linear", "input_width = 64\n; !!\nwidth = 5", "width = 64", ".*.inner")
    + block(".*.outer", "linear", "width = 3\n; !!\ninput_width = 6"),
    "chain after a layer": block("", "chained")
    + block(".*.a", "embed", "; !!\nwidth = 9")
    + block(".*.b", "chained")
    + block(".*.b.*.x", "linear", "; !!\ninput_width = 8\nwidth = 5")
    + block(".*.b.*.y", "linear", "width = 5"),
    "side by side": block("", "chained")
    + block(".*.a", "side_by_side")
    + block(".*.a.left", "embed", "width = 4")
    + block(".*.a.right", "embed", "width = 5")
    + block(".*.b", "linear", "width = 3\n; !!\ninput_width = 8"),
    "residual": block("", "chained")
    + block(".*.a", "embed", "; !!\nwidth = 64")
    + block(".*.b", "skip")
    + block(".*.b.layer", "linear", "width = 64\n; !!\ninput_width = 65"),
    "custom": block("", "custom")
    + block(".encode", "embed", "; !!\nwidth = 64")
    + block(".head", "linear", "width = 3\n; !!\ninput_width = 96"),
    "custom, relu": block("", "custom")
    + block(".encode", "embed", "; !!\nwidth = 64")
    + block(".head", "relu", "width = 3\n; !!\ninput_width = 96"),
    "custom, maxout": block("", "custom")
    + block(".encode", "embed", "; !!\nwidth = 64")
    + block(".head", "maxout", "width = 3\n; !!\ninput_width = 96"),
    "custom around a chain": block("", "custom")
    + two("linear", "input_width = 64\n; !!\nwidth = 5", "width = 64", ".encode")
    + block(".head", "linear", "width = 3\n; !!\ninput_width = 96"),
    "custom in a custom": block("", "custom")
    + block(".encode", "custom")
    + block(".encode.encode", "embed", "width = 8")
    + block(".encode.head", "linear", "input_width = 8\n; !!\nwidth = 64")
    + block(".head", "linear", "width = 3\n; !!\ninput_width = 96"),
    "head in a chain": block("", "custom")
    + block(".encode", "embed", "; !!\nwidth = 64")
    + block(".head", "chained")
    + block(".head.*.x", "linear", "width = 7\n; !!\ninput_width = 96")
    + block(".head.*.y", "linear", "width = 2\ninput_width = 7"),
    "added": block("", "added")
    + block(".left", "embed", "; !!\nwidth = 64")
    + block(".right", "embed", "; !!\nwidth = 65"),
    "added, deeper": block("", "added")
    + block(".left", "embed", "; !!\nwidth = 64")
    + two("linear", "; !!\nwidth = 3\ninput_width = 8", "width = 8", ".right"),
}

SHARED = """\
[nlp]
lang = "tst"
pipeline = ["shared", "part"]

[components.shared]
factory = "source"

{source}
[components.part]
factory = "part"

"""
SOURCE = """\
[components.shared.model]
@architectures = "embed.v1"
; !!
width = 96
"""
DEEP = """\
[components.shared.model]
@architectures = "chained.v1"
[components.shared.model.*.a]
@architectures = "embed.v1"
width = 64
[components.shared.model.*.b]
@architectures = "linear.v1"
; !!
width = 96
"""
LISTENING = {
    "listener": SHARED.format(source=SOURCE) + block("", "listen", "; !!\nwidth = 128"),
    "listener of a chain": SHARED.format(source=DEEP) + block("", "listen", "; !!\nwidth = 128"),
    "listener in a chain": SHARED.format(source=SOURCE)
    + block("", "chained")
    + block(".*.a", "listen", "; !!\nwidth = 128")
    + block(".*.b", "linear", "width = 3"),
    "after a listener": SHARED.format(source=SOURCE.replace("; !!\n", ""))
    + block("", "chained")
    + block(".*.a", "listen", "; !!\nwidth = 96")
    + block(".*.b", "linear", "width = 3\n; !!\ninput_width = 95"),
}
CASES = {**{name: HEAD + text for name, text in WRONG.items()}, **LISTENING}


def initialize(text: str) -> Language:
    nlp = Language.from_config(Config.from_str(text, name="a.cfg"))

    def examples():
        words = ["a", "b", "c"]
        return [Example(Doc(nlp.vocab, words=words), Doc(nlp.vocab, words=words)) for _ in range(2)]

    nlp.initialize(examples, settings={})
    return nlp


def places(text: str) -> set[str]:
    """Where the lines after marks have their value."""
    lines = text.split("\n")
    found = set()
    for number, line in enumerate(lines):
        if line.strip() == MARK:
            value = lines[number + 1].rpartition("= ")[2]
            column = len(lines[number + 1]) - len(value.lstrip()) + 1
            found.add(f"a.cfg:{number + 2}:{column}")
    return found


def test_there_are_enough():
    assert len(CASES) >= 25


@pytest.mark.parametrize("name", CASES)
def test_a_mismatch_names_both_sides(name):
    text = CASES[name]
    with pytest.raises(KernelError) as info:
        initialize(text)
    shown = str(info.value)
    if name == "side by side":
        # One side is two layers: their sum has no line.
        assert places(text) <= set(re.findall(r"a\.cfg:\d+:\d+", shown))
    else:
        assert set(re.findall(r"a\.cfg:\d+:\d+", shown)) >= places(text)
        assert len(places(text)) == 2
    assert info.value.exit_code == 2
    for raw in ("matmul", "gufunc", "dimension mismatch"):
        assert raw not in shown


@pytest.mark.parametrize("name", [name for name in WRONG if name.startswith(("linear", "custom", "third"))])
def test_the_right_widths_pass(name):
    text = CASES[name]
    taken = re.findall(rf"{MARK}\ninput_width = (\d+)", text)[-1]
    initialize(re.sub(rf"({MARK}\nwidth = )\d+", rf"\g<1>{taken}", text))


def test_the_message():
    with pytest.raises(ConfigError) as info:
        initialize(CASES["listener"])
    (problem,) = info.value.problems
    assert (problem.path, problem.line, problem.column, problem.value) == (
        "components.part.model.width",
        19,
        9,
        "128",
    )
    assert problem.message == "= 128, but a.cfg:11:9 components.shared.model.width = 96"
    assert problem.suggestion == "Set both to one number: width = ${components.shared.model.width}"


def test_models_know_their_blocks():
    nlp = initialize(HEAD + two("linear", "width = 3"))
    model = nlp.get_pipe("part").model
    assert block_of(model).path == "components.part.model"
    assert [block_of(layer).path for layer in model.layers] == [
        "components.part.model.*.first",
        "components.part.model.*.second",
    ]
    assert block_of(Linear(2, 2)) is None
    # Nothing of the watching stays behind.
    assert all(not hasattr(node._func, "__wrapped__") for node in model.walk())


def test_other_failures_of_a_layer_name_its_block():
    def broken() -> Model:
        def forward(model, X, is_train):
            raise RuntimeError("out of luck")

        return Model("broken", forward)

    registry.architectures("broken.v1", func=broken)
    text = HEAD + block("", "chained") + block(".*.a", "embed", "width = 4") + block(".*.b", "broken")
    with pytest.raises(KernelError) as info:
        initialize(text + block(".*.c", "linear", "width = 4"))
    assert "a.cfg:" in str(info.value)
    assert "components.part.model.*.b: layer 'broken' failed: RuntimeError: out of luck" in str(info.value)
    assert "Its input has width 4 from a.cfg:" in str(info.value)


@pytest.mark.parametrize(("setting", "line"), [("width", 2), (None, 1)])
def test_what_first_weights_find_wrong_with_a_setting_gets_the_place_of_that(setting, line):
    def refusing(width: int) -> Model:
        def init(model, X=None, Y=None):
            raise ConfigError(Problem("no such width", setting=setting), hint="Take 5.")

        return Model("refusing", lambda model, X, is_train: (X, lambda d: d), init=init)

    registry.architectures("refusing.v1", func=refusing)
    head = HEAD + block("", "refusing", "width = 4")
    with pytest.raises(ConfigError, match="no such width") as info:
        initialize(head)
    (problem,) = info.value.problems
    start = head.splitlines().index('@architectures = "refusing.v1"')
    # Lines are counted from 1; that of the block itself is that of its function.
    assert problem.line == start + line and info.value.hint == "Take 5."
    assert problem.path == "components.part.model" + (f".{setting}" if setting else "")


def test_a_layer_of_foreign_code_that_fails_names_its_line(tmp_path):
    (tmp_path / "own.py").write_text(
        "from kernel import registry\n"
        "from thinc.api import Model\n\n"
        "def forward(model, X, is_train):\n"
        "    raise ValueError('no results')\n\n"
        "@registry.architectures('own.Net.v1')\n"
        "def build():\n"
        "    return Model('own', forward)\n"
    )
    load_code(tmp_path / "own.py")
    text = HEAD + block("", "chained") + block(".*.a", "embed", "width = 4")
    text += '[components.part.model.*.b]\n@architectures = "own.Net.v1"\n' + block(
        ".*.c", "linear", "width = 4"
    )
    with pytest.raises(KernelError, match=r"layer 'own' failed: ValueError: no results \(.*own\.py:5\)"):
        initialize(text)
