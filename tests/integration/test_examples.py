"""The examples in the help of commands: every command of ours has one, its own parser takes them, and they work."""

import shlex
import shutil
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import click
import pytest

from kernel.cli.command import Context, shell_lines
from kernel.cli.commands import cli
from kernel.discovery.rules import entry_points
from kernel.testing.box import Box

ROOT = Path(__file__).parents[2]
FIRST = (ROOT / "README.md").read_text("utf8").partition('title="first.cfg"\n')[2].partition("```")[0]
FILES = ("first.cfg", "spacy.cfg", "pretraining.cfg", "train.jsonl", "dev.jsonl", "test.jsonl", "texts.txt")
# Made by hand for the parsers alone.
OTHERS = ("vectors.txt.gz", "entities.jsonl", "texts.jsonl")
# Beginning of an example -> why it is not run here.
NOT_RUN = {
    "kernel download": "pip works on this environment",
    "kernel find-threshold": "its own tests train what it needs",
    "kernel init kb": "its own tests have such a file",
    "kernel init vectors": "its own tests have such a file",
    "kernel onnx": "needs a transformer",
    "kernel pretrain": "its own tests have such a config",
    "kernel quickstart": "its own tests write the page",
    "kernel replay": "needs a run that failed",
    "kernel report output/first --watch": "goes on until Ctrl-C",
    "kernel report output/first output/second": "needs another run",
    "kernel runs diff": "needs another run",
    "kernel schema": "imports all that is installed",
    "kernel spacy migrate": "its own tests do",
    "kernel spacy import": "needs a pipeline of spaCy",
    "kernel spacy export": "its own tests do",
}


def commands(group: click.Group, words: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """The commands of ours below a group, with the words that call them."""
    ctx = Context(group, info_name=words[-1])
    strangers = {
        point.name
        for kind in ("kernel_cli", *(f"kernel_cli_{word}" for word in words))
        for point in entry_points(kind)
        if not point.distribution.startswith("kernel-nlp")
    }
    for name in group.list_commands(ctx):
        command = None if name in strangers else group.get_command(ctx, name)
        if isinstance(command, click.Group):
            yield from commands(command, (*words, name))
        elif command is not None:
            yield (*words, name), command


COMMANDS = dict(commands(cli, ("kernel",)))
EXAMPLES = [(words, line) for words, command in COMMANDS.items() for line in getattr(command, "examples", ())]


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Box:
    """A directory with all files that examples name, and a trained pipeline."""
    box = Box(tmp_path_factory.mktemp("examples"))
    box.file("first.cfg", FIRST.replace("configs/sample/", "").replace("= 200", "= 4").replace("= 50", "= 2"))
    box.file("spacy.cfg", '[nlp]\nlang = "en"\npipeline = ["ner"]\n\n[components.ner]\nfactory = "ner"\n')
    box.file("project/train.py", "import spacy\n\nnlp = spacy.blank('en')\n")
    box.file("texts.txt", "Mirela Costin joined Tellus Cement in Lagos.\n")
    for name in (*OTHERS, "pretraining.cfg"):
        box.file(name, "")
    for name in ("train.jsonl", "dev.jsonl", "test.jsonl"):
        lines = (ROOT / "configs" / "sample" / name).read_text("utf8").splitlines(keepends=True)
        for place in (name, f"configs/sample/{name}"):
            box.file(place, "".join(lines[: 105 if name == "train.jsonl" else 15]))
    result = box.run("train", "first.cfg", "--output", "output/first")
    assert result.exit_code == 0, result.stderr
    shutil.copy(box.path / "first.cfg", box.path / "kept.cfg")
    return box


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_has_one_in_its_help(words: tuple[str, ...]) -> None:
    examples = getattr(COMMANDS[words], "examples", ())
    assert examples
    shown = COMMANDS[words].get_help(Context(COMMANDS[words], info_name=words[-1]))
    assert shown.rstrip().endswith("\n  ".join(shell_lines(examples[-1], 76)))


@pytest.mark.parametrize(("words", "line"), EXAMPLES, ids=[line for _, line in EXAMPLES])
def test_its_own_parser_takes_it(words: tuple[str, ...], line: str, box: Box) -> None:
    given = shlex.split(line)
    assert tuple(given[: len(words)]) == words
    with box.entered():
        COMMANDS[words].make_context(words[-1], given[len(words) :])


@pytest.mark.parametrize(
    "line", [line for _, line in EXAMPLES if not line.startswith(tuple(NOT_RUN))], ids=lambda line: line
)
def test_it_works(line: str, box: Box) -> None:
    if line.startswith("kernel package") and find_spec("build") is None:
        pytest.skip("needs the package build")
    words = shlex.split(line)[1:]
    if words[:2] == ["init", "config"] and words[2] != "-":
        # That file is the one which the others take.
        words[2] = "another.cfg"
    if words[:1] == ["train"] and "--training.max_steps" in words:
        words[-1] = "6"
    if words[:2] == ["benchmark", "speed"]:
        words += ["--batches", "30", "--warmup", "0"]
    if words[-1] == "--resume":
        # What is there may have been trained by another example.
        box.run(*words[:-1])
    result = box.run(*words)
    assert result.exit_code == 0, result.stdout + result.stderr


@pytest.mark.parametrize("columns", [40, 80, 200])
@pytest.mark.parametrize("words", [("kernel",), *COMMANDS], ids=" ".join)
def test_help_fits_the_terminal(
    words: tuple[str, ...], columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    command = COMMANDS.get(words, cli)
    ctx = Context(command, info_name=" ".join(words), help_option_names=["-h", "--help"])
    for line in command.get_help(ctx).splitlines():
        # What is one word can't be broken, and lines that are no longer than these are read with ease.
        assert len(line) <= min(columns, 80) or len(line.split()) <= 2, line
