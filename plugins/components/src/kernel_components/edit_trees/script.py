"""An edit tree from left to right: what is replaced and what is kept, as one sequence that is quick to apply."""

import json

from kernel_components.edit_trees.tree import Replace, Tree

REST = -1
"""Stands for as many characters as the others of a form leave: none or more, but something remains of the form."""

Script = tuple[int | Replace, ...]
"""Parts of a form: how many characters are kept (once `REST`, unless all is replaced), or what is replaced."""


def script_of(tree: Tree) -> Script:
    """The same as a sequence. Trees that do the same have the same."""
    if isinstance(tree, Replace):
        return (tree,)
    before = _fixed(tree.prefix, tree.prefix_len)
    return (*before, REST, *_fixed(tree.suffix, tree.suffix_len))


def _fixed(tree: Tree | None, size: int) -> Script:
    """The sequence of a part of a known length."""
    if tree is None:
        return ()
    if isinstance(tree, Replace):
        return (tree,)
    kept = size - tree.prefix_len - tree.suffix_len
    return (*_fixed(tree.prefix, tree.prefix_len), kept, *_fixed(tree.suffix, tree.suffix_len))


def apply(script: Script, form: str) -> str | None:
    """What becomes of a form, None if it is not one that this can be done to."""
    rest = len(form)
    for part in script:
        if isinstance(part, Replace):
            rest -= len(part.orig)
        elif part != REST:
            rest -= part
    if rest < 0 or (rest > 0 and REST not in script):
        return None
    made, place = [], 0
    for part in script:
        if isinstance(part, Replace):
            if not form.startswith(part.orig, place):
                return None
            made.append(part.subst)
            place += len(part.orig)
        else:
            end = place + (rest if part == REST else part)
            made.append(form[place:end])
            place = end
    lemma = "".join(made)
    return None if REST in script and not lemma else lemma


def name_of(script: Script) -> str:
    """The sequence in one line, such as `"T">"t" *`: of "The" and "the". `*` is the rest, and a number that many characters."""
    return " ".join(map(_shown, script))


def _shown(part: int | Replace) -> str:
    if isinstance(part, Replace):
        return f"{_quoted(part.orig)}>{_quoted(part.subst)}"
    return "*" if part == REST else str(part)


def _quoted(text: str) -> str:
    quoted = json.dumps(text, ensure_ascii=False)
    return quoted if quoted.isprintable() else json.dumps(text)
