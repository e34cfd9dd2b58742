"""The command line starts without importing what it does not need, and overrides don't get into the way of options."""

import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from kernel.cli.commands import COMMANDS, FORMER, FORMER_DEBUG, FORMER_INIT, cli
from kernel.cli.lazy import OVERRIDES, ConfigCommand, LazyGroup, split_overrides

HEAVY = ("numpy", "thinc", "pydantic", "confection", "catalogue", "pluggy", "torch", "srsly")


@pytest.mark.parametrize("args", [["--help"], ["--version"], ["init", "--help"], ["train", "--help"]])
def test_help_imports_nothing_heavy(args: list[str]) -> None:
    code = f"""
import sys
from kernel.cli.run import run
assert run({args!r}) == 0
print(sorted(set({HEAVY!r}) & set(sys.modules)))
"""
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert output.splitlines()[-1] == "[]"


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_is_there_and_documented(name: str) -> None:
    result = CliRunner().invoke(cli, [name, "--help"])
    assert result.exit_code == 0
    assert len(COMMANDS[name][1]) > 10


def test_help_lists_commands_without_importing_them() -> None:
    group = LazyGroup("g", {"broken": ("no.such.module:command", "Does not exist.")}, help="A group.")
    output = CliRunner().invoke(group, ["--help"]).output
    assert "broken" in output and "Does not exist." in output


def test_unknown_command_names_the_nearest() -> None:
    result = CliRunner().invoke(cli, ["trian"])
    assert (result.exit_code, "Did you mean 'train'?" in result.output) == (2, True)


@pytest.fixture
def plugin_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Distributions that declare commands, found on the path."""
    from kernel.discovery import scan

    def add(distribution: str, *, group: str = "kernel_cli", summary: str = "", **commands: str) -> None:
        folder = tmp_path / f"{distribution.replace('-', '_')}-1.2.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(
            f"Name: {distribution}\nVersion: 1.2\n" + (f"Summary: {summary}\n" if summary else "")
        )
        lines = [f"{name} = {target}" for name, target in commands.items()]
        (folder / "entry_points.txt").write_text("\n".join([f"[{group}]", *lines]))
        scan.refresh()

    (tmp_path / "acme_hello.py").write_text(
        "import click\n@click.command()\ndef hello():\n    click.echo('hello')\nno_command = 1\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    yield add
    monkeypatch.undo()
    scan.refresh()


def test_plugins_add_commands(plugin_commands) -> None:
    plugin_commands("acme", hello="acme_hello:hello", train="acme_hello:hello", broken="acme_nothing:command")
    listing = CliRunner().invoke(cli, ["--help"]).output
    assert "hello" in listing and "(from acme 1.2)" in listing
    assert CliRunner().invoke(cli, ["hello"]).output == "hello\n"
    assert "CONFIG" in CliRunner().invoke(cli, ["train", "--help"]).output


def test_a_command_of_a_package_is_listed_with_what_the_package_says_of_itself(plugin_commands) -> None:
    plugin_commands("acme", summary="Greets  people.", hello="acme_hello:hello")
    listing = " ".join(CliRunner().invoke(cli, ["--help"]).output.split())
    assert "hello Greets people. (from acme 1.2)" in listing


@pytest.mark.parametrize(
    ("group", "own"), [("init", "config"), ("debug", "data"), ("plugins", "show"), ("registry", "show")]
)
def test_plugins_add_commands_to_groups(plugin_commands, group: str, own: str) -> None:
    built_in = CliRunner().invoke(cli, [group, own, "--help"]).output
    plugin_commands(
        "acme", group=f"kernel_cli_{group}", hello="acme_hello:hello", **{own: "acme_hello:hello"}
    )
    listing = CliRunner().invoke(cli, [group, "--help"]).output
    assert "hello" in listing and "(from acme 1.2)" in listing
    assert CliRunner().invoke(cli, [group, "hello"]).output == "hello\n"
    assert CliRunner().invoke(cli, ["hello"]).exit_code == 2
    assert CliRunner().invoke(cli, [group, own, "--help"]).output == built_in


def test_a_command_of_a_package_that_is_not_there_names_the_package() -> None:
    group = LazyGroup("init", {}, help="A group.", group="kernel_cli_none", former=FORMER_INIT)
    result = CliRunner().invoke(group, ["vectors", "en", "a.vec", "out"])
    assert (result.exit_code, "kernel-nlp-vectors" in result.output) == (2, True)
    for former in (FORMER, FORMER_DEBUG):
        group = LazyGroup("debug", {}, help="A group.", group="kernel_cli_none", former=former)
        result = CliRunner().invoke(group, ["profile"])
        assert (result.exit_code, "kernel-nlp-measure" in result.output) == (2, True)


def test_broken_plugin_command(plugin_commands, capsys: pytest.CaptureFixture[str]) -> None:
    from kernel.cli.run import run

    plugin_commands("acme", broken="acme_nothing:command", number="acme_hello:no_command")
    assert run(["broken"]) == 3
    assert "'broken' of acme 1.2 (acme_nothing:command) can't be imported" in capsys.readouterr().err
    assert run(["number"]) == 3
    assert "is a int, no click command" in capsys.readouterr().err


def test_two_plugins_claim_one_command(plugin_commands, capsys: pytest.CaptureFixture[str]) -> None:
    from kernel.cli.run import run

    plugin_commands("acme", hello="acme_hello:hello")
    plugin_commands("other", hello="other_hello:hello")
    assert run(["hello"]) == 3
    assert "acme 1.2 (acme_hello:hello); other 1.2 (other_hello:hello)" in capsys.readouterr().err


OPTIONS = {"-o", "--output", "-V"}


@pytest.mark.parametrize(
    ("line", "rest", "overrides"),
    [
        ("cfg --a.b 1", "cfg", "--a.b 1"),
        ("--a.b 1 cfg -o out", "cfg -o out", "--a.b 1"),
        ("cfg --a.b --c.d=x -o out", "cfg -o out", "--a.b --c.d=x"),
        ("cfg --a.b -o out", "cfg -o out", "--a.b"),
        ("cfg --a.b -1 --c.d -0.5", "cfg", "--a.b -1 --c.d -0.5"),
        ("cfg --output=a.b", "cfg --output=a.b", ""),
        ("- -V", "- -V", ""),
    ],
)
def test_overrides_are_told_from_options(line: str, rest: str, overrides: str) -> None:
    assert split_overrides(line.split(), OPTIONS) == (rest.split(), overrides.split())


@pytest.mark.parametrize(
    ("option", "meant"),
    [
        ("--max_steps", "'--training.max_steps'"),
        ("--train", "'--paths.train'"),
        ("--batch-size=3", "'--nlp.batch_size'"),
        ("--outptu", "'--output'"),
    ],
)
def test_an_option_that_is_a_key_of_the_config(option: str, meant: str) -> None:
    result = CliRunner().invoke(cli, ["train", "x.cfg", option, "3"])
    assert result.exit_code == 2 and meant in result.output


def test_modules_need_no_import_of_their_own() -> None:
    code = (
        "import kernel, sys; print('numpy' in sys.modules, kernel.random.seed_all, kernel.errors.ConfigError)"
    )
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert output.startswith("False <function")


def test_config_command_keeps_its_own_errors() -> None:
    @click.command(cls=ConfigCommand)
    @click.argument("config")
    @click.option("--output")
    @click.pass_context
    def command(ctx: click.Context, config: str, output: str) -> None:
        click.echo(f"{config} {output} {ctx.meta[OVERRIDES]}")

    assert (
        CliRunner().invoke(command, ["c.cfg", "--x.y", "1", "--output", "o"]).output
        == "c.cfg o ['--x.y', '1']\n"
    )
    result = CliRunner().invoke(command, ["c.cfg", "--outptu", "o"])
    assert (result.exit_code, "--output" in result.output) == (2, True)


@pytest.mark.parametrize("group", ["", "init", "debug", "plugins", "registry"])
def test_help_has_a_short_name_everywhere(group: str) -> None:
    words = [group] if group else []
    top = CliRunner().invoke(cli, [*words, "-h"])
    assert (top.exit_code, "-h, --help" in top.output) == (0, True)
    command = cli.get_command(click.Context(cli), group) if group else cli
    assert isinstance(command, click.Group)
    for name in command.list_commands(click.Context(command)):
        result = CliRunner().invoke(cli, [*words, name, "-h"])
        assert (result.exit_code, "-h, --help" in result.output) == (0, True), name


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["debug-data", "a.cfg"], "kernel debug data"),
        (["init-vectors"], "kernel init vectors"),
        (["profile"], "kernel debug profile"),
        (["train", "train.spacy", "dev.spacy", "config.cfg"], "kernel train config.cfg --paths.train train.spacy --paths.dev dev.spacy"),
        (["train", "en", "out/x", "a.json", "b.json"], "kernel train CONFIG --paths.train a.json --paths.dev b.json --output out/x"),
        (["train", "a.cfg", "out"], "kernel train a.cfg --paths.train FILE --paths.dev FILE --output out"),
        (["help"], "kernel -h"),
    ],
)  # fmt: skip
def test_former_commands_are_told_by_their_new_name(words: list[str], told: str) -> None:
    result = CliRunner().invoke(cli, words)
    assert result.exit_code == 2
    assert told in result.output
    assert "Did you mean" not in result.output
