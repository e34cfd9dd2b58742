"""The page writes what `kernel init config` writes, byte by byte, and says the same about it."""

import itertools
import random

import pytest

from kernel.cli.plugins_requires import pins
from kernel.config import Config

from .conftest import check, chosen

pytestmark = pytest.mark.needs(
    "kernel-nlp-languages",
    "kernel-nlp-components",
    "kernel-nlp-architectures",
    "kernel-nlp-readers",
    "kernel-nlp-batchers",
    "kernel-nlp-callbacks",
)
CHOICES = [(optimize, gpu) for optimize in ("efficiency", "accuracy") for gpu in (False, True)]
STRANGE = [
    "test_source",
    "test_listening",
    "test_values",
    "test_behind",
    "test_silent",
    "test_own",
    "test_section",
]


def names_of(parts):
    return [one["name"] for one in parts["components"]]


def drawn(draw, parts, names, number):
    """Combinations of any number of components in any order."""
    for _ in range(number):
        optimize, gpu = draw.choice(CHOICES)
        lang = draw.choice([one["name"] for one in parts["languages"]])
        asked = [one["section"] for one in parts["asked"] if draw.random() < 0.3]
        pipeline = draw.sample(names, draw.randint(1, min(len(names), 8)))
        yield chosen(pipeline, lang=lang, optimize=optimize, gpu=gpu, asked=asked)


@pytest.mark.parametrize(("optimize", "gpu"), CHOICES)
def test_components_together(browser, optimize, gpu):
    for pipeline in (
        ["ner"],
        ["textcat"],
        ["span_finder", "spancat", "ner"],
        ["tagger", "tok2vec", "lemmatizer"],
    ):
        check(browser, chosen(pipeline, optimize=optimize, gpu=gpu))


def test_components_drawn(browser, parts):
    draw = random.Random(0)
    names = [name for name in names_of(parts) if not name.startswith("test_") and name.isidentifier()]
    for choice in drawn(draw, parts, names, 12):
        check(browser, choice)


def test_components_of_others(browser, parts):
    draw = random.Random(1)
    for choice in drawn(draw, parts, [*STRANGE, "ner", "tok2vec"], 15):
        check(browser, choice)


def test_pretraining(browser, parts):
    if not parts["asked"]:
        pytest.skip("needs kernel-nlp-pretraining")
    for pipeline in (
        ["ner", "tagger"],
        ["test_own", "ner"],
        ["test_source", "test_listening"],
        ["sentencizer"],
    ):
        check(browser, chosen(pipeline, asked=["pretraining"]))
    assert "error" in check(browser, chosen(["sentencizer"], asked=["pretraining"]))


def test_what_is_left_out_is_said(browser):
    found = check(browser, chosen(["ner", "tok2vec", "test_source"]))
    assert found["notes"] == ["'test_source' is left out: no component listens to it"]
    assert "added" not in "".join(found["report"])


def test_without_the_source_for_a_gpu_the_config_is_for_the_cpu(browser):
    found = check(browser, chosen(["test_listening"], gpu=True))
    assert found["notes"][0].startswith("there is no component 'test_absent' here, so this config is")
    assert "  test_source     no model (added for test_listening)" in found["report"]
    assert not any("--gpu-id" in command for _, command in found["commands"])
    name, install = found["commands"][0]
    assert "checkout" in name and install.startswith("make install && ") and "kernel-nlp" not in install


def test_a_component_that_lacks_a_source_may_be_named_with_one(browser):
    assert check(browser, chosen(["test_lost", "tok2vec"]))["report"][1].startswith("  tok2vec ")


@pytest.mark.parametrize(
    ("pipeline", "message"),
    [
        ([], "a pipeline needs at least one component"),
        (["ner", "ner"], "'ner' is named twice"),
        (["test_deaf"], "'test_deaf' can't listen to 'test_silent', which recommends no listener"),
        (["test_lost"], "no installed component has shared token vectors: none is known"),
    ],
)
def test_errors(browser, pipeline, message):
    assert check(browser, chosen(pipeline))["error"]["message"] == message


def test_a_component_that_the_check_refuses(browser):
    assert "test_refused" in check(browser, chosen(["test_refused"]))["error"]["message"]


def test_a_recommendation_that_fails(browser):
    assert "no idea" in browser(chosen(["test_failing"]))["error"]["message"]


def test_a_component_of_one_language(browser):
    assert "[components.test_german]" in check(browser, chosen(["test_german"], lang="de"))["text"]
    assert "there is no component" in browser(chosen(["test_german"]))["error"]["message"]


def test_the_packages_are_those_that_the_config_needs(browser):
    for pipeline in (["ner", "textcat"], ["entity_ruler"], ["test_values"], ["test_section"]):
        found = check(browser, chosen(pipeline, asked=["pretraining"] if pipeline[0] == "ner" else []))
        assert found["packages"] == pins(Config.from_str(found["text"]))


def test_the_command_writes_the_same(browser):
    choice = chosen(["ner", "a;b$(c)'d"], lang="de", optimize="accuracy", gpu=True)
    assert browser(choice)["command"] == (
        "kernel init config config.cfg --lang de --pipeline 'ner,a;b$(c)'\"'\"'d' --optimize accuracy --gpu"
    )


def test_numbers_are_written_as_python_does(browser):
    draw = random.Random(2)
    numbers = [10.0 ** draw.uniform(-30, 30) for _ in range(300)] + [
        1e-4,
        1e-5,
        9.9e-5,
        1e15,
        1e16,
        1e21,
        1e22,
        3.0,
    ]
    text = browser.context.eval(f"JSON.stringify({numbers!r}.map(made.number))")
    assert text == str([repr(number) for number in numbers]).replace("'", '"').replace(", ", ",")


def test_sums_are_exact(browser):
    import math

    draw = random.Random(3)
    for _ in range(300):
        numbers = [draw.uniform(0, 1) * 10.0 ** draw.randint(-20, 20) for _ in range(draw.randint(0, 12))]
        assert browser.context.eval(f"made.exactSum({numbers!r})") == math.fsum(numbers)
    assert browser.context.eval("made.exactSum([1, 1e-16, 1e-16])") == math.fsum([1, 1e-16, 1e-16])


@pytest.mark.slow
@pytest.mark.parametrize(("optimize", "gpu"), CHOICES)
def test_all_alone_in_all_pairs_and_300_drawn(browser, parts, optimize, gpu):
    """Each component for all languages, each pair, in an order that is drawn, and the same combinations for all choices."""
    draw = random.Random(4)
    names = [name for name in names_of(parts) if not name.startswith("test_") and name.isidentifier()]
    pairs = [draw.sample(pair, 2) for pair in itertools.combinations(names, 2)]
    for name, lang in itertools.product(names, [one["name"] for one in parts["languages"]]):
        check(browser, chosen([name], lang=lang, optimize=optimize, gpu=gpu))
    for pipeline in pairs:
        check(browser, chosen(pipeline, optimize=optimize, gpu=gpu))
    for choice in drawn(draw, parts, names, 300):
        check(browser, {**choice, "optimize": optimize, "gpu": gpu})
