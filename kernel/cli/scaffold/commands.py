"""Texts for plugins that add a command."""

from kernel.cli.scaffold.kinds import Kind

CLI = Kind(
    module="command",
    function="command",
    registered="$owner",
    about="a command: `kernel $owner FILE` counts the words of a file",
    promise="Scripts rely on the options of a published command: keep them, and give new ones a default.",
    requires=("click>=8.1",),
    code='''"""A command: `kernel $owner FILE` counts the words of a file."""

from pathlib import Path

import click
from kernel.cli.command import Command

# Shown by `kernel $owner --help`.
EXAMPLES = ["kernel $owner texts.txt --lang en"]


@click.command("$owner", cls=Command, examples=EXAMPLES)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--lang", "-l", help="Language whose tokenizer splits words.")
def command(file: Path, lang: str | None) -> None:
    """Count the words of FILE."""
    # Imported here, so that the help of the command line stays quick.
    from kernel import registry
    from kernel.language import Language

    nlp = registry.get("languages", lang)() if lang else Language()
    lines = file.read_text("utf-8").splitlines()
    words = sum(len(nlp.make_doc(line)) for line in lines)
    click.echo(f"{words} words")
''',
    test='''"""The command goes through the conformance suite, and counts."""

from kernel.testing import Box, CommandSuite

pytest_plugins = ["kernel.testing"]


class TestCommand(CommandSuite):
    name = "$owner"
    arguments = (__file__,)


def test_counts_words(box: Box) -> None:
    box.file("text.txt", "One two\\nthree")
    result = box.run("$owner", "text.txt")
    assert (result.exit_code, result.stdout) == (0, "3 words\\n"), result.stderr


def test_a_missing_file_is_a_usage_error(box: Box) -> None:
    assert box.run("$owner", "missing.txt").exit_code == 2
''',
)
