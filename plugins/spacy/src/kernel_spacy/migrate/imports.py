"""Import statements: what they bring in is brought in from where it is here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import libcst as cst
from libcst.helpers import get_full_name_for_node

from kernel_spacy.migrate.places import Place, find

ROOT = "spacy"
OURS = "kernel"
# Packages around spaCy that are imported by name, and what is to be done about them.
NEIGHBOURS = {
    "spacy_transformers": "transformers are in kernel_transformers, whose classes have other names: docs/how-to/use-a-transformer.md",
    "spacy_curated_transformers": "take `transformer` with kernel.TransformerModel.v3: docs/how-to/use-a-transformer.md",
    "spacy_legacy": "old versions of functions are registered under their names: kernel.registry.get(kind, name)",
    "spacy_loggers": "loggers are callbacks here: docs/how-to/write-functions.md",
    "spacy_llm": "kernel has nothing of that name",
    "spacy_experimental": "experimental parts of spaCy are not carried over",
}


@dataclass(slots=True)
class Imported:
    """A statement as it is to be. text: None if it stays. missing: (name, why) of what is not here."""

    text: str | None = None
    missing: list[tuple[str, str]] = field(default_factory=list)


def is_of_spacy(name: str) -> bool:
    """Whether a dotted name is that of the package, or of something in it."""
    return name == ROOT or name.startswith(f"{ROOT}.")


def plain(node: cst.Import, *, keeps_name: bool) -> Imported:
    """`import a, spacy.b as c`. keeps_name: what it brought in as `spacy` goes on being called so."""
    found = Imported()
    names: list[str] = []
    changed = False
    for alias in node.names:
        name = get_full_name_for_node(alias.name) or ""
        asname = alias.asname and get_full_name_for_node(alias.asname.name)
        if name.partition(".")[0] in NEIGHBOURS:
            found.missing.append((f"import {name}", NEIGHBOURS[name.partition(".")[0]]))
        if not is_of_spacy(name):
            names.append(f"{name} as {asname}" if asname else name)
            continue
        place = find(name) if name != ROOT else Place(OURS)
        if not place.path:
            found.missing.append((f"import {name}", place.why))
            names.append(f"{name} as {asname}" if asname else name)
            if not asname:
                # It brought in the package too, which goes by our name from here on.
                changed = True
                names.append(f"{OURS} as {ROOT}" if keeps_name else OURS)
            continue
        changed = True
        if asname:
            names.append(f"{place.path} as {asname}")
        elif keeps_name:
            # Modules of the package are there as its attributes without being imported.
            names.append(f"{OURS} as {ROOT}")
        else:
            names.append(place.path)
    if changed:
        found.text = f"import {', '.join(dict.fromkeys(names))}"
    return found


def from_import(node: cst.ImportFrom, module: cst.Module, *, joint: str, indent: str) -> Imported:
    """`from spacy.a import b as c`. What has moved gets a statement of its own before; what is not here stays as it was.

    joint: goes between statements. indent: of the line.
    """
    node = node.with_changes(semicolon=cst.MaybeSentinel.DEFAULT)
    name = get_full_name_for_node(node.module) if node.module and not node.relative else ""
    found = Imported()
    if name and name.partition(".")[0] in NEIGHBOURS:
        found.missing.append((f"from {name} import", NEIGHBOURS[name.partition(".")[0]]))
    if not name or not is_of_spacy(name):
        return found
    if isinstance(node.names, cst.ImportStar):
        place = find(name)
        if place.path:
            found.text = module.code_for_node(node.with_changes(module=_dotted(place.path)))
        else:
            found.missing.append((f"from {name} import *", place.why))
        return found
    here: list[cst.ImportAlias] = []
    left: list[cst.ImportAlias] = []
    moved: list[str] = []
    same = OURS + name.removeprefix(ROOT)
    for alias in node.names:
        bare = get_full_name_for_node(alias.name) or ""
        place = find(f"{name}.{bare}")
        home, _, ours = place.path.rpartition(".")
        if not place.path:
            found.missing.append((f"{name}.{bare}", place.why))
            left.append(alias)
        elif (home, ours) == (same, bare):
            here.append(alias)
        else:
            called = (alias.asname and get_full_name_for_node(alias.asname.name)) or bare
            what = ours if called == ours else f"{ours} as {called}"
            moved.append(f"from {home} import {what}" if home else f"import {what}")
    if not here and not moved:
        return found
    statements = list(moved)
    if left:
        statements.append(module.code_for_node(_with_names(node, left)))
    if here:
        kept = node if len(here) == len(node.names) else _with_names(node, here)
        statements.append(module.code_for_node(kept.with_changes(module=_dotted(same))))
    # Lines come without the indent of the block that the statement is in.
    found.text = joint.join(text.replace("\n", f"\n{indent}") for text in statements)
    return found


def _dotted(name: str) -> cst.Name | cst.Attribute:
    found = cst.parse_expression(name)
    assert isinstance(found, cst.Name | cst.Attribute)
    return found


def _with_names(node: cst.ImportFrom, names: Sequence[cst.ImportAlias]) -> cst.ImportFrom:
    """The statement with some of its names, and what stood after the last of all."""
    assert not isinstance(node.names, cst.ImportStar)
    *others, last = names
    return node.with_changes(names=[*others, last.with_changes(comma=node.names[-1].comma)])
