"""The edit trees that a component chooses from, as the field writes them: numbered nodes, and which of them are labels."""

import json
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from kernel.errors import DataError
from kernel_components.edit_trees.script import name_of, script_of
from kernel_components.edit_trees.tree import LONGEST, Match, Replace, Tree

# The number that stands for no tree in files.
NONE = (1 << 32) - 1
# More parts than any tree of words has: what files hold is not followed any further.
MOST_PARTS = 4 * LONGEST


class EditTrees:
    """Trees in the order of the classes.

    trees, scripts, names: of each class the tree, what it does from left to right, and the name by which it is a label.
    """

    def __init__(self, trees: Iterable[Tree] = ()) -> None:
        self.trees = tuple(trees)
        self.scripts = tuple(map(script_of, self.trees))
        self.names = tuple(map(name_of, self.scripts))

    def __len__(self) -> int:
        return len(self.trees)

    def to_plain(self) -> dict[str, list[Any]]:
        """{"trees": nodes, "labels": the number of each class's node}. A node comes after those that it is made of."""
        numbers: dict[Tree, int] = {}
        labels = [_numbered(tree, numbers) for tree in self.trees]
        return {"trees": [_written(tree, numbers) for tree in numbers], "labels": labels}

    @classmethod
    def from_plain(cls, data: Any) -> "EditTrees":
        """What `to_plain` made, or `spacy init labels`. `DataError` for anything else."""
        if not isinstance(data, Mapping) or not {"trees", "labels"} <= data.keys():
            raise DataError("labels of edit trees are a table with 'trees' and 'labels'")
        nodes: list[tuple[Tree, int]] = []
        for node in data["trees"]:
            try:
                nodes.append(_read(node, nodes))
            except (TypeError, KeyError, IndexError, ValueError) as error:
                raise DataError(f"edit tree {len(nodes)} is none: {json.dumps(node, default=str)}") from error
        labels = data["labels"]
        wrong = [one for one in labels if not isinstance(one, int) or not 0 <= one < len(nodes)]
        made = cls(() if wrong else (nodes[one][0] for one in labels))
        if wrong or len(set(made.names)) < len(made):
            what = f"there is no edit tree {wrong[0]!r}" if wrong else "an edit tree is a label twice"
            raise DataError(f"{what}: labels are numbers of trees, from 0 to {len(nodes) - 1}, each once")
        return made

    def to_bytes(self) -> bytes:
        """The same as JSON."""
        return json.dumps(self.to_plain(), indent=1).encode("ascii") + b"\n"

    @classmethod
    def from_bytes(cls, data: bytes) -> "EditTrees":
        """What `to_bytes` made."""
        try:
            plain = json.loads(data)
        except ValueError as error:
            raise DataError(f"edit trees are no JSON: {error}") from error
        return cls.from_plain(plain)


def _numbered(tree: Tree, numbers: dict[Tree, int]) -> int:
    """The number of a tree; it and its parts get theirs if they have none yet."""
    if isinstance(tree, Match):
        for part in (tree.prefix, tree.suffix):
            if part is not None:
                _numbered(part, numbers)
    return numbers.setdefault(tree, len(numbers))


def _written(tree: Tree, numbers: Mapping[Tree, int]) -> dict[str, Any]:
    if isinstance(tree, Replace):
        return {"orig": tree.orig, "subst": tree.subst}
    prefix, suffix = (NONE if part is None else numbers[part] for part in (tree.prefix, tree.suffix))
    return {
        "prefix_len": tree.prefix_len,
        "suffix_len": tree.suffix_len,
        "prefix_tree": prefix,
        "suffix_tree": suffix,
    }


def _read(node: Mapping[str, Any], before: list[tuple[Tree, int]]) -> tuple[Tree, int]:
    """A tree and the number of its parts. before: those that it may be made of. Errors of Python for what is none."""
    if "orig" in node:
        orig, subst = node["orig"], node["subst"]
        if not isinstance(orig, str) or not isinstance(subst, str):
            raise TypeError
        return Replace(orig, subst), 1
    part = partial(_part, node, before)
    (prefix, parts_before), (suffix, parts_after) = part("prefix"), part("suffix")
    parts = parts_before + 1 + parts_after
    if parts > MOST_PARTS:
        raise ValueError
    return Match(node["prefix_len"], node["suffix_len"], prefix, suffix), parts


def _part(node: Mapping[str, Any], before: list[tuple[Tree, int]], side: str) -> tuple[Tree | None, int]:
    """What becomes of one side of a node, as long as the node says, and the number of its parts."""
    size, number = node[f"{side}_len"], node[f"{side}_tree"]
    if not isinstance(size, int) or not isinstance(number, int) or min(size, number) < 0:
        raise TypeError
    if number == NONE:
        if size:
            raise ValueError
        return None, 0
    tree, parts = before[number]
    fits = len(tree.orig) == size if isinstance(tree, Replace) else tree.prefix_len + tree.suffix_len < size
    if not fits:
        raise ValueError
    return tree, parts
