"""Edit trees: what makes a lemma of a word form, such as "drop -s", learnt from one word and applied to others."""

from kernel_components.edit_trees.labels import EditTrees
from kernel_components.edit_trees.script import Script, apply, name_of, script_of
from kernel_components.edit_trees.tree import Match, Replace, Tree, edit_tree

__all__ = [
    "EditTrees",
    "Match",
    "Replace",
    "Script",
    "Tree",
    "apply",
    "edit_tree",
    "name_of",
    "script_of",
]
