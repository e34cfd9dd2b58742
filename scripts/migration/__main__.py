"""The last part of docs/migrate.md, made from the public names of spaCy and from what is here: `make docs`.

`functions.py` writes of functions that configs name. `names.txt` has the names (see `public_names.py`); what is to be said of those
that are not the same here is in the package of spaCy's names, whose `kernel spacy migrate` needs it (`kernel_spacy.migrate.places`).
Whether a name is here is looked up, so that nobody has to remember. With --check nothing is written; the exit code is 1 if the page is
stale, a note leads to nothing or is on nothing, or nothing is said of a name.
"""

from __future__ import annotations

import sys
import warnings
from collections import defaultdict
from itertools import groupby
from pathlib import Path

import functions
from kernel_spacy.migrate.places import note_on, notes
from places import exists, same_name

FOLDER = Path(__file__).parent
PAGE = FOLDER.parents[1] / "docs" / "migrate.md"
START = "<!-- From here on the page is made by scripts/migration: `make docs`. -->\n"
INTRO = """
## Every public name

{same} of {all} public names of spaCy 3.8 are the same with `kernel` for `spacy`. These are not:

"""
Notes = dict[str, dict[str, str]]
Row = tuple[str, str]
TITLES = {"here": "Under another name", "different": "Different on purpose", "planned": "Not there yet"}


def section(names: list[str], said: Notes) -> tuple[str, list[str]]:
    """The text, and what is wrong with the notes."""
    rows: dict[str, list[Row]] = defaultdict(list)
    wrong, same = [], 0
    unread = {(kind, name) for kind in said for name in said[kind]}
    for name in names:
        if exists(same_name(name)):
            same += 1
            continue
        found = ("here", name) if name in said["here"] else note_on(name)
        if found is None:
            wrong.append(f"notes.toml says nothing of {name}")
            continue
        unread.discard(found)
        text = said[found[0]][found[1]]
        rows[found[0]].append((name, f"`{text}`" if found[0] == "here" else text))
    wrong += [f"notes.toml: {name} is here, or no public name" for _, name in sorted(unread)]
    tables = [f"### {TITLES[kind]}\n\n{table(rows[kind])}" for kind in TITLES if rows[kind]]
    return INTRO.format(same=same, all=len(names)) + "\n".join(tables), wrong


def table(rows: list[Row]) -> str:
    """Rows with one text for neighbours of which the same is said."""
    lines = ["| spaCy | here |", "|---|---|"]
    for said, group in groupby(rows, key=lambda row: (owner(row[0]), row[1])):
        first, *others = [name for name, _ in group]
        names = [first, *(other.removeprefix(f"{said[0]}")[1:] for other in others)]
        lines.append(f"| {', '.join(f'`{name}`' for name in names)} | {said[1]} |")
    return "\n".join(lines) + "\n"


def owner(name: str) -> str:
    """What a name belongs to: a module, a class, a registry."""
    return name.partition(":")[0] if ":" in name else name.rpartition(".")[0]


def main(check: bool) -> int:
    warnings.simplefilter("ignore")
    names = (FOLDER / "names.txt").read_text(encoding="utf8").splitlines()
    text, wrong = section(names, notes())
    written = PAGE.read_text(encoding="utf8")
    wanted = written.partition(START)[0] + START + functions.section() + text
    wrong += [
        f"notes.toml: {name} is said to be {here}, which is not there"
        for name, here in notes()["here"].items()
        if not exists(here)
    ]
    if check and written != wanted:
        wrong.append("docs/migrate.md is stale")
    if not check:
        PAGE.write_text(wanted, encoding="utf8")
    print("\n".join(wrong))
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
