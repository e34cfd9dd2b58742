"""Bad configs, overrides, outputs and --code files through the real commands."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import CONFIG, Result

Kernel = Callable[..., Result]


def train_with(
    kernel: Kernel, *changes: tuple[str, str], more: str = "", args: tuple[str, ...] = ()
) -> Result:
    text = CONFIG
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    Path("changed.cfg").write_text(text + more)
    return kernel("train", "changed.cfg", "-o", "out", *args)


def place(text: str) -> str:
    """`changed.cfg:line:` of the line that holds a text."""
    lines = Path("changed.cfg").read_text().splitlines()
    return f"changed.cfg:{next(i for i, line in enumerate(lines, 1) if text in line)}:"


@pytest.mark.parametrize(
    ("old", "new", "at", "message"),
    [
        ("[training]", "[training", "[training", "a section's header is [name]"),
        ("max_steps = 4", "max_steps 4", "max_steps 4", "expected [section] or key = value"),
        ("max_steps = 4", "max_steps = 4\nmax_steps = 5", "max_steps = 5", "already set on line"),
        ('pipeline = ["ner"]', 'pipeline = ["ner"', "pipeline", "nlp.pipeline: "),
        ("[training]", "[trainign]", "[trainign]", "Did you mean [training]?"),
        ("max_steps", "max_stpes", "max_stpes", "Did you mean 'max_steps'?"),
        ("kernel.HashEmbedCNN.v2", "kernel.HashEmbedCNN.v9", "HashEmbedCNN", "'kernel.HashEmbedCNN.v2'?"),
        (
            "kernel.HashEmbedCNN.v2",
            "acme.Net.v1",
            "acme.Net.v1",
            "architectures has no function 'acme.Net.v1'",
        ),
        ('factory = "ner"', 'factory = "nerr"', "nerr", "Did you mean 'ner'?"),
        ('["ner"]', '["ner", "tagger"]', "pipeline", "there is no [components.tagger]"),
        ('lang = "en"', 'lang = "qq"', "lang", "there is no language 'qq'"),
        ("width = 16\ndepth", 'width = "broad"\ndepth', 'width = "broad"', "not int"),
        ("max_steps = 4", "max_steps = 1.5", "max_steps", "training.max_steps: not int"),
        (
            "max_steps = 4",
            "max_steps = -4",
            "max_steps",
            "training.max_steps: must be greater than or equal to 0",
        ),
        ("use_upper = true", "use_upper = true\nfoo = 1", "foo = 1", "takes no 'foo'"),
        ("max_steps = 4", "max_steps = ${system.steps}", "system.steps", "${system.steps} refers to nothing"),
        ("max_steps = 4", "max_steps = ${training.max_steps}", "max_steps", "refers back to itself"),
    ],
)
def test_config(kernel: Kernel, old: str, new: str, at: str, message: str) -> None:
    result = train_with(kernel, (old, new))
    result.is_refused(2, place(at), message)
    assert not Path("out").exists()


def test_all_problems_at_once(kernel: Kernel) -> None:
    result = train_with(
        kernel,
        ("max_steps", "max_stpes"),
        ("kernel.HashEmbedCNN.v2", "acme.Net.v1"),
        ("hidden_width = 16", "hidden_width = 1.5"),
    )
    result.is_refused(2, "3 problems", place("max_stpes"), place("acme.Net.v1"), place("hidden_width"))


@pytest.mark.parametrize(
    ("content", "message"), [(b"", "nlp.lang: missing"), (b"\0\1\2", ""), (b"[a]\nx = \xff\n", "not UTF-8")]
)
def test_files_that_are_no_configs(kernel: Kernel, content: bytes, message: str) -> None:
    Path("odd.cfg").write_bytes(content)
    kernel("train", "odd.cfg").is_refused(2, message)


def test_config_that_is_not_there(kernel: Kernel) -> None:
    kernel("train", "nothing.cfg").is_refused(2, "nothing.cfg: the config can't be read")
    kernel("train", ".").is_refused(2, ".: the config can't be read")


@pytest.mark.parametrize(
    ("override", "message"),
    [
        (["--training.max_stpes", "3"], "Did you mean 'max_steps'?"),
        (["--trainin.max_steps", "3"], "there is no section [trainin]"),
        (["--paths.other", "3"], "paths.other: nothing uses this"),
        (["--components.ner.model.foo", "3"], "takes no 'foo'"),
        (["--training.max_steps", "many"], "training.max_steps: not int"),
        (["--training.max_steps"], "training.max_steps: not int"),
        (["--training.max_steps=[1"], "training.max_steps: "),
        (["--training.optimizer", "7"], "training.optimizer: "),
        (["--training.dropout", "2"], "training.dropout: must be less than 1"),
        (["--training.shards", "0"], "training.shards: must be greater than or equal to 1"),
        (["--nlp.batch_size", "0"], "nlp.batch_size: must be greater than or equal to 1"),
        (["--corpora.train.limit", "-1"], "corpora.train.limit: must be greater than or equal to 0"),
        (["--training.train_corpus", "corpora.trian"], "Did you mean 'corpora.train'?"),
        (["--training.frozen_components", '["tagger"]'], "no component 'tagger'"),
        (["--corpora.train.format", "iobb"], "no format 'iobb'"),
    ],
)
def test_overrides(kernel: Kernel, override: list[str], message: str) -> None:
    kernel("train", "config.cfg", *override).is_refused(2, message)


@pytest.mark.parametrize("args", [["--max_steps", "3"], ["--gpu-id", "one"], []])
def test_command_line(kernel: Kernel, args: list[str]) -> None:
    result = kernel("train", *(["config.cfg", *args] if args else []))
    assert result.code == 2
    assert result.err.startswith("Usage: kernel train")


# Outputs that can't be written. Permissions don't stop root, so the way is barred by files.


@pytest.mark.parametrize("output", ["texts.txt", "texts.txt/out", "/proc/out"])
def test_output_of_train(kernel: Kernel, output: str) -> None:
    if output.startswith("/proc") and not Path("/proc").is_dir():
        pytest.skip("this system has no /proc")
    result = kernel("train", "config.cfg", "-o", output)
    result.is_refused(2, f"can't write to the output directory {output}")
    assert "LOSS" not in result.out


def test_output_of_train_that_is_somebody_elses(kernel: Kernel) -> None:
    Path("out/model-best").mkdir(parents=True)
    Path("out/model-best/thesis.tex").write_text("x")
    kernel("train", "config.cfg", "-o", "out").is_refused(2, "model-best exists and was not saved by kernel")
    assert Path("out/model-best/thesis.tex").read_text() == "x"


def test_output_that_becomes_unwritable_while_training(kernel: Kernel) -> None:
    Path("swap.py").write_text(
        "import shutil\n"
        "from pathlib import Path\n"
        "from kernel import hookimpl, registry\n"
        "class Swap:\n"
        "    @hookimpl\n"
        "    def step_end(self, run):\n"
        "        if run.step == 3:\n"
        "            shutil.move('out', 'kept')\n"
        "            Path('out').write_text('in the way')\n"
        "@registry.callbacks('acme.Swap.v1')\n"
        "def swap():\n"
        "    return Swap()\n"
    )
    callback = ("--training.callbacks.swap", '{"@callbacks": "acme.Swap.v1"}')
    result = kernel("train", "config.cfg", "-o", "out", "--code", "swap.py", *callback)
    result.is_refused(1, "can't save the pipeline to out")
    assert kernel("apply", "kept/model-last", "texts.txt", "-").code == 0


@pytest.mark.parametrize(
    "output", ["texts.txt/found.jsonl", "texts.txt/found.spacy", "folder.jsonl", "found.pdf"]
)
def test_output_of_apply(kernel: Kernel, model: Path, output: str) -> None:
    Path("folder.jsonl").mkdir()
    kernel("apply", str(model), "texts.txt", output, "--force").is_refused(2, f"can't write {output}")


def test_output_of_apply_that_exists(kernel: Kernel, model: Path) -> None:
    Path("found.jsonl").write_text("precious")
    kernel("apply", str(model), "texts.txt", "found.jsonl").is_refused(2, "found.jsonl exists", "--force")
    assert Path("found.jsonl").read_text() == "precious"


def test_outputs_of_other_commands(kernel: Kernel, model: Path) -> None:
    below = "texts.txt/below"
    kernel("convert", "train.jsonl", below).is_refused(2, f"can't write {below}")
    kernel("evaluate", str(model), "dev.jsonl", "-o", below).is_refused(2, f"can't write {below}")
    kernel("init", "fill-config", "config.cfg", below).is_refused(2, f"can't write {below}")
    kernel("init", "labels", "config.cfg", below).is_refused(2, f"can't write {below}")
    assert Path("texts.txt").is_file()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full, a disk that is full")
def test_full_disk(kernel: Kernel, model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The temporary sibling of the output is the full disk.
    monkeypatch.setattr("secrets.token_hex", lambda size: "0123abcd")
    os.symlink("/dev/full", ".found.jsonl.0123abcd.partial")
    kernel("apply", str(model), "texts.txt", "found.jsonl").is_refused(
        1, "can't write found.jsonl: No space left"
    )
    assert not Path("found.jsonl").exists()


# --code


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("x = 1\ndef f(:\n", "own.py:2:7: SyntaxError: "),
        ("\nimport no_such_module\n", "own.py:2: ModuleNotFoundError: No module named 'no_such_module'"),
        ("def f():\n    return 1 / 0\n\nf()\n", "own.py:2: ZeroDivisionError: division by zero"),
        ("import sys\nsys.exit(4)\n", "own.py:2: it would end this process with sys.exit(4)"),
        ("@register\ndef f(): ...\n", "own.py:1: NameError"),
    ],
)
def test_code_that_does_not_import(kernel: Kernel, source: str, message: str) -> None:
    Path("own.py").write_text(source)
    kernel("train", "config.cfg", "--code", "own.py").is_refused(3, message)


def test_code_that_is_not_there(kernel: Kernel) -> None:
    kernel("train", "config.cfg", "--code", "nothing.py").is_refused(3, "nothing.py: no such file")
    kernel("train", "config.cfg", "--code", "texts.txt").is_refused(3, "texts.txt: not a Python file")


def test_code_that_claims_a_name_of_a_package(kernel: Kernel) -> None:
    Path("own.py").write_text(
        "from kernel import registry\n@registry.architectures('kernel.HashEmbedCNN.v2')\ndef build(): ...\n"
    )
    result = kernel("train", "config.cfg", "--code", "own.py")
    result.is_refused(3, "config.cfg:", "is claimed by kernel-nlp-architectures", "own.py:2")


FAILING = """
from kernel import registry


def fail(*args):
    raise RuntimeError("no luck")


@registry.{kind}("own.function.v1")
def make():
    {body}
"""


@pytest.mark.parametrize(
    ("kind", "body", "section", "code", "parts"),
    [
        ("readers", "fail()", "corpora.train", 3, ["changed.cfg:", "own.function.v1", "no luck"]),
        (
            "readers",
            "return fail",
            "corpora.train",
            1,
            ["reading corpora.train failed: RuntimeError: no luck"],
        ),
        ("readers", "return fail", "corpora.dev", 1, ["reading corpora.dev failed: RuntimeError: no luck"]),
        (
            "readers",
            "return lambda nlp: [1]",
            "corpora.train",
            2,
            [
                "corpora.train: its reader own.function.v1 (",
                "own.py:9) gave an object of type int, not Example",
            ],
        ),
        (
            "readers",
            "return None",
            "corpora.train",
            2,
            [
                "changed.cfg:",
                "'corpora.train' is not a corpus: own.function.v1 (",
                "own.py:9) made an object of type None",
            ],
        ),
        (
            "readers",
            "from kernel.errors import DataError; raise DataError('too few', hint='Add some.')",
            "corpora.train",
            2,
            [
                "changed.cfg:",
                "corpora.train: own.function.v1 (",
                "own.py:9) failed: too few",
                "hint: Add some.",
            ],
        ),
        ("batchers", "return fail", "training.batcher", 1, ["RuntimeError: no luck", "--traceback"]),
        ("batchers", "return iter", "training.batcher", 1, ["must give lists of examples, not Example"]),
        ("callbacks", "return fail", "nlp.before_creation", 1, ["nlp.before_creation failed", "no luck"]),
        ("callbacks", "return fail", "nlp.after_creation", 1, ["nlp.after_creation failed", "no luck"]),
        (
            "callbacks",
            "return fail",
            "nlp.after_pipeline_creation",
            1,
            ["nlp.after_pipeline_creation failed"],
        ),
        ("callbacks", "return print", "nlp.after_creation", 2, ["changed.cfg:", "must return the pipeline"]),
        ("callbacks", "return fail", "initialize.before_init", 1, ["initialize.before_init failed"]),
        ("callbacks", "return fail", "initialize.after_init", 1, ["initialize.after_init failed"]),
        (
            "callbacks",
            "return fail",
            "training.before_update",
            1,
            ["training.before_update at step 0 failed"],
        ),
        ("callbacks", "return fail", "training.before_to_disk", 1, ["training.before_to_disk failed"]),
        ("callbacks", "return print", "training.before_to_disk", 1, ["must return the pipeline, not None"]),
    ],
)
def test_code_that_fails_when_it_is_used(
    kernel: Kernel, kind: str, body: str, section: str, code: int, parts: list[str]
) -> None:
    Path("own.py").write_text(FAILING.format(kind=kind, body=body))
    block = f'\n[{section}]\n@{kind} = "own.function.v1"\n'
    if section.startswith("corpora"):
        block = f"\n[corpora]\n{block}"
    if section.startswith("initialize"):
        block = f"\n[initialize]\n{block}"
    result = train_with(kernel, more=block, args=("--code", "own.py"))
    result.is_refused(code, *parts)
    if "no luck" in result.err:
        assert "own.py:6" in result.err
    assert not list(Path("out").glob("model-*"))


def test_an_override_of_a_whole_block_is_blamed_for_what_is_in_it(kernel: Kernel) -> None:
    Path("own.py").write_text(FAILING.format(kind="schedules", body="fail()"))
    value = '{"@optimizers": "Adam.v1", "learn_rate": {"@schedules": "own.function.v1", "peek": 1.0}}'
    result = train_with(kernel, args=("--code", "own.py", "--training.optimizer", value))
    result.is_refused(2, "takes no 'peek'", "set by: override --training.optimizer {")
    assert "defaults.cfg" not in result.err


def test_an_attribute_that_is_none_is_placed(kernel: Kernel) -> None:
    tok2vec = (
        '[components.ner.model.tok2vec]\n@architectures = "kernel.MultiHashEmbed.v2"\nwidth = 16\n'
        'rows = [100]\nattrs = ["SHAPE"]\ninclude_static_vectors = false\n\n'
    )
    start, end = CONFIG.index("[components.ner.model.tok2vec]"), CONFIG.index("[training]")
    override = ("--components.ner.model.tok2vec.attrs", '["SHAPEE"]')
    result = train_with(kernel, (CONFIG[start:end], tok2vec), args=override)
    message = "kernel.MultiHashEmbed.v2 (kernel-nlp-architectures"
    result.is_refused(2, place("[components.ner.model.tok2vec]"), "components.ner.model.tok2vec: ", message)
    assert "no token attribute is called 'SHAPEE'" in result.err and "did you mean 'SHAPE'?" in result.err


def test_traceback_on_request(kernel: Kernel) -> None:
    Path("own.py").write_text(FAILING.format(kind="batchers", body="return fail"))
    Path("changed.cfg").write_text(CONFIG + '\n[training.batcher]\n@batchers = "own.function.v1"\n')
    result = kernel("--traceback", "train", "changed.cfg", "--code", "own.py")
    assert result.code == 1
    assert "Traceback" in result.err
