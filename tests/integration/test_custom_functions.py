"""Custom functions from a `--code` file, named in real configs and run through the real commands."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import kernel as package
from kernel.config import Config
from kernel.registries.code import load_code

from .conftest import Result

Kernel = Callable[..., Result]
FUNCTIONS = Path(__file__).parent / "functions.py"
CODE = ("--code", str(FUNCTIONS))
CONFIG = """
[paths]
root = "data"
part = 1
train = "${paths.root}/part_${paths.part}.tsv"

[system]
seed = 7

[nlp]
lang = "en"
pipeline = ["numbers", "textcat", "lowest"]

[nlp.before_creation]
@callbacks = "own.words_and_rules.v1"
extra_stop_words = ["ooh", "aah"]

[nlp.after_creation]
@callbacks = "own.special_case.v1"
text = "gimme"
parts = ["gim", "me"]

[nlp.after_pipeline_creation]
@callbacks = "own.note.v1"

[components]

[components.numbers]
factory = "own_numbers"
spelled_out = true

[components.textcat]
factory = "textcat"

[components.textcat.model]
@architectures = "kernel.TextCatBOW.v3"
exclusive_classes = true
length = 256
ngram_size = 1
no_output_layer = false
nO = null

[components.lowest]
factory = "own_lowest"

[corpora]

[corpora.train]
@readers = "own.variants.v1"
source = ${paths.train}

[corpora.dev]
@readers = "own.fixed.v1"
path = ${paths.train}

[training]
seed = ${system.seed}
max_epochs = -1
max_steps = 8
eval_frequency = 4

[training.batcher]
@batchers = "own.distinct.v1"
size = 6

[training.optimizer]
@optimizers = "Adam.v1"
learn_rate = 0.01

[training.callbacks.sizes]
@callbacks = "own.batch_sizes.v1"

[training.logger]
@loggers = "kernel.ConsoleLogger.v1"
"""
ROWS = "sport\ttwo goals and a goal\nfood\ta soup with 3 beans\nsport\tthe match was lost\nfood\tgimme the salad-\n"


@pytest.fixture(autouse=True)
def workplace(project: Path) -> None:
    (project / "config.cfg").write_text(CONFIG)
    (project / "data").mkdir()
    (project / "data/part_1.tsv").write_text(ROWS)
    (project / "data/part_2.tsv").write_text(ROWS * 2)


def with_lines(old: str, new: str) -> None:
    assert old in CONFIG
    Path("config.cfg").write_text(CONFIG.replace(old, new))


def batches(result: Result) -> list[tuple[int, str]]:
    lines = [line.split() for line in result.out.splitlines() if line.startswith("batch of")]
    return [(int(words[2]), words[3]) for words in lines]


def test_everything_at_once(kernel: Kernel) -> None:
    result = kernel("train", "config.cfg", "-o", "out", *CODE)
    assert result.code == 0, result.err
    assert "max_steps = 8 reached" in result.out
    assert kernel("evaluate", "out/model-best", "data/part_1.tsv", "-o", "scores.json", *CODE).code == 0
    scores = json.loads(Path("scores.json").read_text())
    assert scores["numbers"] == 2
    assert scores["cats_score"] > 0.9
    load_code(FUNCTIONS)
    nlp = package.load("out/model-best")
    doc = nlp("gimme two ooh--")
    assert [token.text for token in doc] == ["gim", "me", "two", "ooh", "--"]
    assert [token.is_stop for token in doc][-2:] == [True, False]
    assert [span.text for span in doc.spans["numbers"]] == ["two"]
    assert doc.user_data["lowest"] == "--"
    assert nlp.meta["note"] == ["numbers", "textcat", "lowest"]
    # What a callback changed belongs to one pipeline.
    other = package.blank("en")
    assert [token.text for token in other("gimme ooh--")] != [token.text for token in nlp("gimme ooh--")]
    assert not other("ooh")[0].is_stop


def test_saved_pipeline_says_what_it_needs(kernel: Kernel) -> None:
    assert kernel("train", "config.cfg", "-o", "out", *CODE).code == 0
    from kernel import registry
    from kernel.registries.code import module_name

    registry.forget(module_name(FUNCTIONS))
    Path("texts.txt").write_text("soup")
    kernel("apply", "out/model-best", "texts.txt", "-").is_refused(2, "own.words_and_rules.v1", "--code")


def test_equal_runs_give_equal_files(kernel: Kernel) -> None:
    found = []
    for folder in ("one", "two"):
        assert kernel("train", "config.cfg", "-o", folder, *CODE).code == 0
        model = Path(folder, "model-last")
        found.append(
            {path.relative_to(model): path.read_bytes() for path in model.rglob("*") if path.is_file()}
        )
    assert found[0] == found[1]


# Callbacks


def test_arguments_of_a_callback(kernel: Kernel) -> None:
    assert "added" not in kernel("train", "config.cfg", *CODE).out
    result = kernel("train", "config.cfg", *CODE, "--nlp.before_creation.debug", "true")
    assert "added aah ooh" in result.out


@pytest.mark.parametrize(
    ("setting", "value", "message"),
    [
        ("debug", "1", "nlp.before_creation.debug: "),
        ("debug", '"yes"', "nlp.before_creation.debug: "),
        ("extra_stop_words", '"ooh"', "nlp.before_creation.extra_stop_words: not list[str]"),
        ("extra_words", '["ooh"]', "Did you mean 'extra_stop_words'?"),
    ],
)
def test_arguments_are_checked(kernel: Kernel, setting: str, value: str, message: str) -> None:
    with_lines('extra_stop_words = ["ooh", "aah"]', f"{setting} = {value}")
    result = kernel("train", "config.cfg", *CODE)
    result.is_refused(2, "config.cfg:", message)
    assert "own.words_and_rules.v1" in result.err


def test_a_missing_argument_is_named(kernel: Kernel) -> None:
    with_lines('text = "gimme"\n', "")
    kernel("train", "config.cfg", *CODE).is_refused(
        2, "config.cfg:", "'text' is missing", "own.special_case.v1"
    )


def test_arguments_with_defaults_are_filled_in(kernel: Kernel) -> None:
    assert kernel("init", "fill-config", "config.cfg", "full.cfg", *CODE).code == 0
    filled = Config.from_disk("full.cfg")
    assert filled["nlp"]["before_creation"]["debug"] is False
    assert filled["nlp"]["after_pipeline_creation"]["key"] == "note"
    assert filled["components"]["numbers"]["group"] == "numbers"


def test_rules_add_to_tuples_and_lists(kernel: Kernel) -> None:
    block = '[nlp.before_creation]\n@callbacks = "own.words_and_rules.v1"\nextra_stop_words = ["ooh", "aah"]'
    with_lines(block, '[nlp.before_creation]\n@callbacks = "own.rules_as_the_field_adds_them.v1"')
    assert kernel("train", "config.cfg", "-o", "out", *CODE).code == 0
    load_code(FUNCTIONS)
    assert [token.text for token in package.load("out/model-last")("~~word~~")] == ["~~", "word", "~~"]


# Schedules, readers, batchers


def test_own_schedule_of_batch_sizes(kernel: Kernel) -> None:
    with_lines(
        '@batchers = "own.distinct.v1"\nsize = 6',
        '@batchers = "kernel.batch_by_sequence.v1"\n\n[training.batcher.size]\n'
        '@schedules = "own.growing.v1"\nstart = 2\nfactor = 1.5',
    )
    result = kernel("train", "config.cfg", *CODE)
    # 2, 3, 4.5, 6.75, ...: the whole part counts.
    assert [size for size, _ in batches(result)][:5] == [2, 3, 4, 6, 10]


def test_own_schedule_of_a_dropout_and_a_learn_rate(kernel: Kernel) -> None:
    with_lines(
        "learn_rate = 0.01",
        '\n[training.optimizer.learn_rate]\n@schedules = "own.growing.v1"\nstart = 0.001\n'
        '\n[training.dropout]\n@schedules = "own.growing.v1"\nstart = 0.1',
    )
    assert kernel("train", "config.cfg", *CODE).code == 0


def test_a_number_or_a_schedule_in_one_place(kernel: Kernel) -> None:
    assert {size for size, _ in batches(kernel("train", "config.cfg", *CODE))} == {6}
    override = '{"@batchers": "kernel.batch_by_sequence.v1", "size": {"@schedules": "own.growing.v1", "start": 3, "factor": 1.0}}'
    result = kernel("train", "config.cfg", *CODE, "--training.batcher", override)
    assert {size for size, _ in batches(result)} == {3}


def test_a_stream_without_end_is_ended_by_patience(kernel: Kernel) -> None:
    limits = ("--training.max_steps", "0", "--training.patience", "4", "--training.eval_frequency", "2")
    result = kernel("train", "config.cfg", *CODE, *limits)
    assert result.code == 0
    assert "no better score for" in result.out


def test_own_batcher_keeps_texts_apart_and_loses_none(kernel: Kernel) -> None:
    # Eight examples, four of them twice, as a corpus that ends.
    more = ("--paths.part", "2", "--training.max_epochs", "1")
    corpus = ("--corpora.train", '{"@readers": "own.fixed.v1", "path": "${paths.train}"}')
    result = kernel("train", "config.cfg", *CODE, *more, *corpus, "--training.batcher.size", "5")
    assert result.code == 0, result.err
    assert sum(size for size, _ in batches(result)) == 8
    assert {times for _, times in batches(result)} == {"once"}


def test_places_that_are_no_longer_right_are_explained(kernel: Kernel) -> None:
    Path("config.cfg").write_text(
        CONFIG + '\n[training.train_corpus]\n@readers = "own.variants.v1"\nsource = "x"\n'
    )
    kernel("train", "config.cfg", *CODE).is_refused(2, "config.cfg:", "training.train_corpus")
    Path("config.cfg").write_text(CONFIG)
    kernel("train", "config.cfg", *CODE, "--training.batch_size", "8").is_refused(2, "training.batch_size")


# Components


def test_settings_of_an_own_component(kernel: Kernel) -> None:
    result = kernel("train", "config.cfg", "-o", "out", *CODE, "--components.numbers.spelled_out", "false")
    assert "NUMBERS" in result.out.split("\n---")[0]
    load_code(FUNCTIONS)
    assert [span.text for span in package.load("out/model-last")("two 3").spans["numbers"]] == ["3"]
    for override, message in (("speled_out", "Did you mean 'spelled_out'?"), ("spelled_out", "not bool")):
        result = kernel("train", "config.cfg", *CODE, f"--components.numbers.{override}", '"perhaps"')
        result.is_refused(2, message, "own_numbers")


def test_default_weights_of_scores_count(kernel: Kernel) -> None:
    assert kernel("train", "config.cfg", "-o", "out", *CODE).code == 0
    performance = json.loads(Path("out/model-last/meta.json").read_text())["performance"]
    assert performance["numbers"] == 2
    hidden = kernel("train", "config.cfg", *CODE, "--training.score_weights.numbers", "null")
    assert "NUMBERS" not in hidden.out


def test_own_weights_of_scores_stay_as_written_and_count_again(kernel: Kernel) -> None:
    own = "[weights]\nsmall = 0.004\n\n[training.score_weights]\nnumbers = ${weights.small}\n"
    Path("weighted.cfg").write_text(f"{CONFIG}\n{own}")
    for config, out in (("weighted.cfg", "one"), ("one/model-last/config.cfg", "two")):
        result = kernel("train", config, "-o", out, *CODE)
        assert result.code == 0, result.err
        performance = json.loads(Path(out, "model-best/meta.json").read_text())["performance"]
        # The default of the text categorizer is 1.
        score = (0.004 * performance["numbers"] + performance["cats_score"]) / 1.004
        assert performance["numbers"] == 2 and f"best score {score:.4f}" in result.out
    one, two = (Path(out, "model-last/config.cfg").read_text() for out in ("one", "two"))
    assert one == two and "[training.score_weights]\nnumbers = ${weights.small}\n\n" in one


# Variables and overrides


def test_variables_follow_an_override(kernel: Kernel) -> None:
    Path("data").rename("elsewhere")
    kernel("train", "config.cfg", *CODE).is_refused(
        2, "data/part_1.tsv: corpora.train can't be read: No such file"
    )
    result = kernel(
        "train", "config.cfg", "-o", "out", *CODE, "--paths.root", "elsewhere", "--paths.part", "2"
    )
    assert result.code == 0
    saved = Config.from_disk("out/model-last/config.cfg")
    assert saved["paths"]["root"] == "elsewhere"
    assert saved.interpolate()["corpora"]["train"]["source"] == "elsewhere/part_2.tsv"


def test_a_section_as_a_variable(kernel: Kernel) -> None:
    shared = '[own.reader]\n@readers = "own.fixed.v1"\npath = ${paths.train}\n'
    text = CONFIG.replace('[corpora.dev]\n@readers = "own.fixed.v1"\npath = ${paths.train}\n', "")
    text = text.replace("[corpora]\n", "[corpora]\ndev = ${own.reader}\n") + shared
    Path("config.cfg").write_text(text)
    assert kernel("train", "config.cfg", *CODE).code == 0
    # Without the variable nothing uses the section.
    Path("config.cfg").write_text(CONFIG + shared)
    kernel("train", "config.cfg", *CODE).is_refused(2, "config.cfg:", "own")


def test_environment_overrides_the_command_line(kernel: Kernel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KERNEL_CONFIG_OVERRIDES", "--training.max_steps 2")
    assert "max_steps = 2 reached" in kernel("train", "config.cfg", *CODE, "--training.max_steps", "5").out
