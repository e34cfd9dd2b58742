"""The registered functions of spaCy and its packages: what they are called here, and what is refused."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from itertools import groupby
from pathlib import Path

from kernel_spacy.names.refused import refused

REGISTERED = Path(__file__).parents[2] / "plugins" / "spacy" / "tests" / "registered.json"
INTRO = """
## Functions of configs

These are here with the same numbers and the same arguments, each version with its own behaviour. In a config, `kernel.` takes the place of the
owner; with `kernel-nlp-spacy` they may stay as they are. What spacy-legacy has is known under `spacy.` too.

"""


def section() -> str:
    """Two tables: of what is here, and of what is not."""
    here: dict[tuple[str, str], list[str]] = defaultdict(list)
    gone: list[tuple[str, tuple[str, str]]] = []
    for kind, names in json.loads(REGISTERED.read_text(encoding="utf8")).items():
        for name in names:
            owner, _, bare = name.partition(".")
            said = refused(kind, name)
            if said is None:
                here[kind, owner].append(bare)
            else:
                gone.append((f"{kind}:{name}", said))
    rows = [f"| {kind} | `{owner}.` | {_listed(names)} |" for (kind, owner), names in here.items()]
    table = "\n".join(["| registry | owner | names |", "|---|---|---|", *rows])
    lines = ["| spaCy | why not | instead |", "|---|---|---|"]
    for said, group in groupby(gone, key=lambda one: one[1]):
        names = [name for name, _ in group]
        first, *others = names
        owner = first.partition(".")[0] + "."
        shown = ", ".join(f"`{name}`" for name in [first, *(other.removeprefix(owner) for other in others)])
        lines.append(f"| {shown} | {said[0]} | {said[1].removesuffix('.')} |")
    return f"{INTRO}{table}\n\nThese are not:\n\n" + "\n".join(lines) + "\n"


def _listed(names: list[str]) -> str:
    """Names with their versions, those of one name together: `Tagger.v1`, `.v2`."""
    found = []
    for _, group in groupby(sorted(names), key=lambda name: re.sub(r"\.v\d+$", "", name)):
        first, *others = list(group)
        found += [f"`{first}`", *(f"`.{other.rpartition('.')[2]}`" for other in others)]
    return ", ".join(found)
