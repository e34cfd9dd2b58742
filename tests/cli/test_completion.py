"""What shells are told to complete, and how they come to ask."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.cli.completing import known
from kernel.cli.completing.answers import answer
from kernel.cli.completing.candidates import Candidate, Offer, offer
from kernel.cli.completing.line import Line, split, written
from kernel.cli.completing.overrides import settings, values
from kernel.cli.completing.reading import own_specs, read
from kernel.cli.completing.scripts import SCRIPTS
from kernel.cli.completing.spec import own
from kernel.cli.lazy import ConfigCommand, LazyGroup
from kernel.config.sections import OWN
from kernel.discovery import scan
from kernel.testing.box import Box

CONFIG = """[paths]
train = "a"
my_file = null

[components.ner]
factory = "ner"
# a = comment

[components.ner.model]
@architectures = "kernel.TransitionBasedParser.v2"
use_upper = true
"odd $(touch x)" = false
"""
HOSTILE = [
    "$(touch pwned)", "`touch pwned`", "a b", "quote'd", 'double"quote', "semi;touch pwned", "back\\slash", "bang!x", "star*",
    "hash#", "tilde~", "{a,b}", "<in", "pipe|touch pwned", "ampersand&", "Überraschung", "日本",
]  # fmt: skip


@pytest.fixture
def config(tmp_path: Path) -> str:
    path = tmp_path / "c.cfg"
    path.write_text(CONFIG, encoding="utf8")
    return str(path)


def words(line: str) -> list[str]:
    """What is offered for the last word of a line."""
    before, _, last = line.rpartition(" ")
    found = offer(before.split()[1:], last)
    return [found.place] if found.place else [each.value for each in found.candidates]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("kernel tra", ["train"]),
        ("kernel debug di", ["diff-config"]),
        ("kernel --deny", ["--deny"]),
        ("kernel --deny kernel-nlp-lang", ["kernel-nlp-languages"]),
        ("kernel --deny=kernel-nlp-lang", ["--deny=kernel-nlp-languages"]),
        ("kernel nothing ", []),
        ("kernel train ", ["file"]),
        ("kernel train a.cfg --output ", ["file"]),
        ("kernel train a.cfg --output=", ["file"]),
        ("kernel train a.cfg b.cfg --outp", ["--output", "--output-path"]),
        ("kernel train a.cfg --training.max_s", ["--training.max_steps"]),
        ("kernel train a.cfg --train", ["--training."]),
        ("kernel train a.cfg --training.batcher.size.sta", ["--training.batcher.size.start"]),
        ("kernel train a.cfg --training.checkpoint.at_evaluation ", ["true", "false"]),
        ("kernel train a.cfg --nlp.lang=x", ["--nlp.lang=xx"]),
        ("kernel train a.cfg --paths.train ", ["file"]),
        ("kernel train a.cfg -- --trai", ["file"]),
        ("kernel evaluate model --paths.tr", []),
        ("kernel init config --optimize eff", ["efficiency"]),
        ("kernel init config - --pipeline tagger,span_f", ["tagger,span_finder"]),
        ("kernel init config - --pipeline tagger,tagg", []),
        ("kernel registry show kernel.HashEmbedC", ["kernel.HashEmbedCNN.v1", "kernel.HashEmbedCNN.v2"]),
        ("kernel registry show --kind optimizers A", ["Adam.v1"]),
        ("kernel registry list arch", ["architectures"]),
        ("kernel plugins show kernel-nlp-comp", ["kernel-nlp-components"]),
        ("kernel plugins new x --dir ", ["dir"]),
        ("kernel completion ", ["bash", "fish", "zsh"]),
    ],
)  # fmt: skip
def test_what_is_completed(line: str, found: list[str]) -> None:
    assert words(line) == found


def test_settings_of_the_config_on_the_line(config: str) -> None:
    line = f"kernel train {config} --"
    assert words(f"{line}paths.my") == ["--paths.my_file"]
    assert words(f"{line}components.") == ["--components.ner."]
    assert words(f"{line}components.ner.model.us") == ["--components.ner.model.use_upper"]
    assert words(f"{line}components.ner.model.use_upper=t") == ["--components.ner.model.use_upper=true"]
    names = words(f"{line}components.ner.model.@architectures kernel.Maxout")
    assert names == ["kernel.MaxoutWindowEncoder.v1", "kernel.MaxoutWindowEncoder.v2"]
    assert words(f"{line}components.ner.factory tagg") == ["tagger"]
    assert offer(["train", config], "--components.ner").candidates == [
        Candidate("--components.ner.", "", True)
    ]


def test_a_config_that_cannot_be_read_has_no_settings(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "bytes").write_bytes(bytes(range(256)) * 100)
    expected = settings(None)
    for name in ("pipe", "bytes", "none", "."):
        assert settings(str(tmp_path / name)).items() >= expected.items()


def test_all_settings_of_the_kernel_are_known() -> None:
    found = settings(None)
    for section, schema in OWN.items():
        for key in schema.model_fields:
            assert f"{section}.{key}" in found or f"{section}.{key}." in found
    assert values("training.patience", found["training.patience"]) == []


def test_commands_of_packages_are_read_from_themselves() -> None:
    assert words("kernel find-threshold --gold") == ["--gold-preproc"]
    assert words("kernel benchmark ") == ["accuracy", "speed"]
    assert words("kernel benchmark speed a b --warm") == ["--warmup"]


def test_own_commands_are_as_the_file_has_them() -> None:
    assert own() == own_specs()


def test_parameters_of_strangers_complete_by_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    def complete(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
        return ["deep", "shallow"] if not ctx.params.get("kind") else ["none"]

    kind = click.Option(["--kind"], type=click.Choice(["x", "y"]))
    command = ConfigCommand("stranger", params=[click.Argument(["name"], shell_complete=complete), kind])
    group = LazyGroup("g", {}, help="")
    group.add_command(command)
    spec = read(command)
    assert spec.settings and spec.options["--kind"].values.names == ("x", "y")
    assert spec.arguments[0].parameter is command.params[0]
    assert read(group).commands == {"stranger": ""}


NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1)


@given(NAMES, st.sampled_from(["", "'", '"']))
def test_what_is_written_is_read_as_it_was(name: str, quote: str) -> None:
    inside = written(name, quote)
    if inside is not None and not any(c.isspace() and not c.isascii() for c in name):
        assert split(f"kernel show {quote}{inside}{quote}").words == ["kernel", "show", name]


@pytest.mark.skipif(not Path("/bin/bash").exists(), reason="no bash")
def test_bash_reads_what_is_written_as_it_was() -> None:
    line = " ".join(written(name) or "" for name in HOSTILE)
    quoted = " ".join(f"'{written(name, chr(39))}'" for name in HOSTILE)
    given = subprocess.run(
        ["/bin/bash", "-c", f"printf '%s\\0' {line} {quoted}"], capture_output=True, check=True
    )
    assert given.stdout.decode().split("\0")[:-1] == HOSTILE * 2


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("kernel tr", Line(["kernel", "tr"], 0, "")),
        ("kernel train ", Line(["kernel", "train", ""], 0, "")),
        ("kernel --a=b", Line(["kernel", "--a=b"], 4, "")),
        ("kernel --a.@x=k:v", Line(["kernel", "--a.@x=k:v"], 9, "")),
        ("kernel 'a b", Line(["kernel", "a b"], 0, "'")),
        ('kernel --x="a \\$b', Line(["kernel", "--x=a $b"], 4, '"')),
        ("kernel a\\ b 'c'd", Line(["kernel", "a b", "cd"], 0, "")),
        ("kernel a\\", Line(["kernel", "a"], 0, "")),
        ("kernel '' ", Line(["kernel", "", ""], 0, "")),
    ],
)
def test_a_line_is_taken_apart_as_bash_does(line: str, expected: Line) -> None:
    assert split(line) == expected


@pytest.fixture
def strange_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A package whose names are out to harm."""
    folder = tmp_path / "strange-1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Name: strange\nVersion: 1.0\n")
    names = [*HOSTILE, "escape\x1b[2J", "turn\u202eed", "line\x85end"]
    rows = [f"zz-{name} = strange:function" for name in names]
    (folder / "entry_points.txt").write_text("\n".join(["[kernel_callbacks]", *rows]), encoding="utf8")
    monkeypatch.syspath_prepend(str(tmp_path))
    scan.refresh()
    yield
    scan.refresh()


def test_names_that_a_terminal_obeys_are_not_offered(strange_names: None) -> None:
    found = words("kernel registry show zz-")
    assert sorted(found) == sorted(f"zz-{name}" for name in HOSTILE)


def test_each_answer_in_bash_is_one_word_that_stays_as_it_is(
    strange_names: None, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert answer("bash", ["kernel registry show zz-", "=:@"]) == 0
    lines = capfdbinary.readouterr().out.decode().splitlines()
    read_again = [split(f"kernel {line.partition(chr(9))[2]}").words[-1] for line in lines]
    assert sorted(read_again) == sorted(f"zz-{name}" for name in HOSTILE)


@pytest.mark.parametrize(
    ("asked", "args", "code"),
    [("bash", [], 1), ("tcsh_source", [], 1), ("bash_nothing", [], 1), ("zsh", ["train", "--no"], 0)],
)
def test_whoever_asks_for_something_else_gets_silence(
    asked: str, args: list[str], code: int, capfd: pytest.CaptureFixture[str]
) -> None:
    assert answer(asked, args) == code
    said = capfd.readouterr()
    assert (said.out.strip(), said.err) == ("", "")


def asked(line: str, shell: str) -> list[str]:
    """The completions of the last word, as the scripts of click ask for them."""
    words = line.split(" ")
    current = words[-1] if shell == "fish" else str(len(words) - 1)
    variables = {"COMP_WORDS": line, "COMP_CWORD": current, "_KERNEL_COMPLETE": f"{shell}_complete"}
    result = subprocess.run(
        [sys.executable, "-m", "kernel"], env={**os.environ, **variables}, capture_output=True, text=True, check=True
    )  # fmt: skip
    assert not result.stderr
    return [line for line in result.stdout.splitlines() if line]


def test_the_scripts_of_click_go_on_working() -> None:
    assert asked("kernel debug di", "bash") == ["plain,diff-config"]
    assert asked("kernel debug di", "zsh")[:2] == ["plain", "diff-config"]
    assert asked("kernel debug di", "fish")[0].startswith("plain,diff-config\t")
    assert asked("kernel train ", "bash") == ["file,"]


def test_nothing_heavy_is_imported_and_nothing_of_a_plugin() -> None:
    lines = [
        "tr",
        "train c.cfg --training.m",
        "registry show kernel.H",
        "init config --pipeline tagger,",
        "train c.cfg --out",
    ]
    code = f"""
import os, sys
os.environ["_KERNEL_COMPLETE"] = "zsh"
from kernel.cli import main
for line in {lines!r}:
    try:
        main(line.split())
    except SystemExit as end:
        assert not end.code
heavy = "numpy thinc pydantic confection click catalogue srsly dataclasses".split()
found = [name for name in sys.modules if name.partition(".")[0] in heavy or name.startswith("kernel_")]
assert not found, found
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "--training.max_steps" in done.stdout and "tagger,ner" in done.stdout and "--output" in done.stdout


@pytest.mark.parametrize(
    ("shell", "place", "advice"),
    [
        ("bash", ".local/share/bash-completion/completions/kernel", "source "),
        ("zsh", ".zfunc/_kernel", "fpath=("),
        ("fish", ".config/fish/completions/kernel.fish", "New shells use it."),
    ],
)
def test_a_script_is_printed_and_installed(
    shell: str, place: str, advice: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ZDOTDIR", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "BASH_COMPLETION_USER_DIR"):
        monkeypatch.delenv(name, raising=False)
    box = Box(tmp_path)
    assert box.run("completion", shell).stdout == SCRIPTS[shell]
    home = Path(box.env["HOME"])
    for _ in range(2):
        result = box.run("completion", shell, "--install")
        assert result.exit_code == 0 and str(home / place) in result.stdout and advice in result.stdout
    assert (home / place).read_text() == SCRIPTS[shell]
    (home / place).write_text("mine")
    assert box.run("completion", shell, "--install").exit_code == 2
    assert (home / place).read_text() == "mine"


def test_every_function_of_known_names_answers() -> None:
    functions: dict[str, Callable[..., list[str]]] = dict(known.FUNCTIONS)
    assert all(function("", {}) for function in functions.values())
    assert isinstance(offer([], ""), Offer)
