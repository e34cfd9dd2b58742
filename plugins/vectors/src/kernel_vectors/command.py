"""`kernel init vectors`: a pipeline with nothing but word vectors, from the file of another tool."""

from pathlib import Path

import click

from kernel.cli import options, writing
from kernel.cli.command import Command
from kernel.cli.interrupts import stopping
from kernel.cli.say import say, say_text

_USE = """\
to train with them, write in a config:
  [initialize]
  vectors = {path}"""


@click.command(
    "vectors",
    cls=Command,
    examples=[
        "kernel init vectors en vectors.txt.gz output/vectors",
    ],
)
@click.argument("lang", required=False, metavar="LANG")
@click.argument("file", required=False, metavar="FILE", type=options.file_or_name)
@click.argument("output", required=False, metavar="OUTPUT", type=options.FilePath(path_type=Path))
@click.option(
    "--prune",
    "-p",
    type=click.IntRange(min=1),
    metavar="N",
    help="Keep the vectors of the first N words; each other word gets the nearest of these.",
)
@click.option(
    "--truncate",
    "-t",
    type=click.IntRange(min=1),
    metavar="N",
    help="Read the first N words only.",
)
@click.option(
    "--mode",
    "-m",
    type=click.Choice(["default", "floret"]),
    help="A table of words, or one of hashed parts of words. Left out, the file tells.",
)
@click.option(
    "--attr",
    "-a",
    metavar="ATTR",
    help="The attribute by which tokens are looked up: ORTH, LOWER or NORM. With LOWER, the file has words in lower case.",
)
@click.option("--name", "-n", metavar="NAME", help="The name of the table. [default: LANG_FILE.vectors]")
@click.option("--entry", metavar="NAME", help="Which file to take of an archive that holds several.")
@click.option("--verbose", "-V", is_flag=True, help="Say what the file is, and the digest of the table.")
@click.option(
    "--check",
    type=options.FilePath(path_type=Path, exists=True, file_okay=False),
    metavar="DIR",
    help="Compare the vectors of a pipeline with their digest, and do nothing else.",
)
@options.force
def init_vectors(
    lang: str | None,
    file: str | None,
    output: Path | None,
    prune: int | None,
    truncate: int | None,
    mode: str | None,
    attr: str | None,
    name: str | None,
    entry: str | None,
    verbose: bool,
    check: Path | None,
    force: bool,
) -> None:
    """Make a pipeline of the language LANG with the word vectors of FILE, and save it to OUTPUT.

    FILE is in the text format of word2vec, fastText (.vec), GloVe or floret, or in the binary one of word2vec, plain or
    packed (gz, bz2, xz, zst, zip, tar); or it is a saved pipeline, its vocab folder, or the name of an installed one.
    """
    from kernel.errors import UnknownLanguage, UsageError

    if check is not None:
        if lang is not None:
            raise UsageError("--check takes no other arguments")
        _check(check)
        return
    if lang is None or file is None or output is None:
        raise click.UsageError("It takes three arguments: LANG, FILE and OUTPUT.")
    writing.check_vacant(output, force=force)

    # SIGTERM too ends it in order: what is half written goes.
    with stopping():
        from kernel_vectors.build import Request, build

        request = Request(file, prune or 0, truncate or 0, mode, attr, name, entry)
        try:
            made = build(lang, request, output)
        except UnknownLanguage as error:
            if not Path(lang).exists():
                raise
            raise UsageError(
                f"{lang} is a file or a directory, and the first argument is the code of a language",
                hint="The order is: kernel init vectors LANG FILE OUTPUT; xx stands for any language.",
            ) from error
    if verbose:
        say(f"{file}: {made.format}")
        say(f"digest of the table: {made.digest}")
    words = "any text" if made.keys is None else _number(made.keys, "word")
    numbers = _number(made.width, "number")
    say(f"{_number(made.rows, 'vector')}, {numbers} each, for {words}, saved to {output} as {made.name}")
    if made.replaced:
        have = "has" if made.replaced == 1 else "have"
        say(f"{_number(made.replaced, 'word')} {have} the vector of the nearest word that was kept")
    elif prune:
        say(f"--prune {prune} left all vectors as they are: there are no more than {prune:,}")
    say_text(_USE.format(path=_quoted(output)))


def _number(number: int, unit: str) -> str:
    return f"{number:,} {unit}{'s' * (number != 1)}"


def _quoted(path: Path) -> str:
    import json

    return json.dumps(path.as_posix(), ensure_ascii=False)


def _check(path: Path) -> None:
    from kernel.vocab.vectors import check_vectors
    from kernel_vectors.folder import find_folder

    header = check_vectors(find_folder(str(path)))
    name = f" {header['name']}" if header.get("name") else ""
    say(f"{path}: the vectors{name} are as they were written: {header['digest']}")
