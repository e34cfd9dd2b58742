"""`kernel init kb`: the file of a knowledge base, from a plain file of entities."""

from pathlib import Path

import click

from kernel.cli import options, writing
from kernel.cli.command import Command
from kernel.cli.interrupts import stopping
from kernel.cli.say import say, say_text

_USE = """\
to train with it, write in a config:
  [initialize.components.entity_linker.kb_loader]
  @misc = "kernel.KBFromFile.v1"
  kb_path = {path}"""


@click.command(
    "kb",
    cls=Command,
    examples=[
        "kernel init kb entities.jsonl output/kb --model output/first/model-best",
    ],
)
@click.argument("file", type=options.FilePath(path_type=Path, exists=True, dir_okay=False))
@click.argument("output", type=options.FilePath(path_type=Path))
@click.option(
    "--model",
    "-m",
    metavar="PIPELINE",
    help="The saved pipeline whose word vectors, or whose encoder, makes vectors of descriptions.",
)
@click.option(
    "--width",
    "-w",
    type=click.IntRange(min=1),
    default=64,
    show_default=True,
    help="Numbers of a vector, where neither FILE nor the pipeline has any: words are hashed then.",
)
@options.force
def init_kb(file: Path, output: Path, model: str | None, width: int, force: bool) -> None:
    """Make a knowledge base of the entities in FILE, and save it to OUTPUT.

    FILE is JSON lines, or a table (.csv, .tsv) with a header. Each line is an entity: id, and maybe freq, name, description, vector and
    aliases, with or without their prior probabilities.
    """
    writing.check_vacant(output, force=force)
    with stopping():
        import kernel
        from kernel.cli.progress import Progress
        from kernel_linking.sources.build import build
        from kernel_linking.sources.records import read_records

        progress = Progress("entities")
        try:
            records = read_records(file, progress.update)
        finally:
            progress.clear()
        nlp = kernel.blank("xx") if model is None else kernel.load(model)
        read = nlp.pipe if model is not None else lambda texts: map(nlp.make_doc, texts)
        built = build(records, nlp.vocab, read, width, Progress)
        built.kb.to_disk(output)
    kb = built.kb
    ambiguous = sum(len(entities) > 1 for entities in records.aliases.values())
    say(
        f"{_number(len(kb), 'entity', 'entities')}, {_number(kb.get_size_aliases(), 'alias', 'aliases')} ({ambiguous:,} may mean several entities), "
        f"saved to {output}"
    )
    say(f"vectors of {kb.entity_vector_length} numbers: {built.source}")
    if built.undescribed:
        say(
            f"{_number(built.undescribed, 'entity', 'entities')} without vector, description and alias: no context is near them"
        )
    for key, count in sorted(records.ignored.items()):
        say(f"passed over: the key {key}, in {_number(count, 'line', 'lines')}")
    say_text(_USE.format(path=_quoted(output)))


def _number(number: int, one: str, several: str) -> str:
    return f"{number:,} {one if number == 1 else several}"


def _quoted(path: Path) -> str:
    import json

    return json.dumps(path.as_posix(), ensure_ascii=False)
