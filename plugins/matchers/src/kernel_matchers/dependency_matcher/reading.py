"""Patterns over trees as scripts write them: lists of dicts, one for each token."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from kernel.errors import DataError
from kernel_matchers.dependency_matcher.relations import RELATIONS
from kernel_matchers.token_patterns.program import Asked
from kernel_matchers.token_patterns.quantifiers import ONCE
from kernel_matchers.token_patterns.reading import read_patterns

_FIRST = {"RIGHT_ID", "RIGHT_ATTRS"}
_OTHERS = {"LEFT_ID", "REL_OP", "RIGHT_ID", "RIGHT_ATTRS"}


class Node(NamedTuple):
    """A token of a pattern. asked: what it has to be. left, relation: the place of the token that it is found from, and how it stands to that;
    -1 and "" for the first one."""

    asked: Asked
    left: int
    relation: str


TreePattern = tuple[Node, ...]


def read_tree_patterns(patterns: Any, what: str) -> list[TreePattern]:
    """Several patterns. `DataError` if they are not a list of lists of dicts, or for what is wrong in one; what: their name in messages."""
    if isinstance(patterns, str | Mapping) or not isinstance(patterns, Sequence):
        raise DataError(f"{what} are a list of patterns, not {patterns!r}")
    return [_read(pattern, f"{what}: pattern {number}") for number, pattern in enumerate(patterns, 1)]


def _read(pattern: Any, what: str) -> TreePattern:
    if isinstance(pattern, str | Mapping) or not isinstance(pattern, Sequence):
        raise DataError(
            f"{what} is a list with a dict for each token, not {pattern!r}",
            hint="A list of patterns has two pairs of brackets: [[{...}, {...}]].",
        )
    if not pattern:
        raise DataError(f"{what} is empty, and would match nothing")
    places: dict[str, int] = {}
    found = []
    for number, token in enumerate(pattern):
        found.append(_node(token, places, f"{what}, token {number + 1}"))
        places[token["RIGHT_ID"]] = number
    return tuple(found)


def _node(token: Any, places: Mapping[str, int], what: str) -> Node:
    """The token. places: those before it, by name."""
    if not isinstance(token, Mapping):
        raise DataError(f"{what} is described by a dict, not by {token!r}")
    wanted = _OTHERS if places else _FIRST
    if set(token) != wanted:
        missing, more = sorted(wanted - set(token)), sorted(map(str, set(token) - wanted))
        raise DataError(
            f"{what} has {', '.join(sorted(wanted))}"
            + f": {', '.join(missing)} is missing" * bool(missing)
            + f": {', '.join(more)} has no meaning here" * (bool(more) and not missing)
        )
    name = token["RIGHT_ID"]
    if not isinstance(name, str) or name in places:
        raise DataError(f"{what}: RIGHT_ID is a new name, not {name!r}")
    left, relation = -1, ""
    if places:
        if token["LEFT_ID"] not in places:
            raise DataError(
                f"{what}: LEFT_ID is the name of a token before it, not {token['LEFT_ID']!r}",
                hint=f"There are {', '.join(places)}.",
            )
        left, relation = places[token["LEFT_ID"]], token["REL_OP"]
        if relation not in RELATIONS:
            raise DataError(f"{what}: REL_OP is one of {' '.join(RELATIONS)}, not {relation!r}")
    ((description,),) = read_patterns([[token["RIGHT_ATTRS"]]], f"{what}, RIGHT_ATTRS")
    conditions, repeated = description
    if (repeated.low, repeated.high) != (ONCE.low, ONCE.high):
        raise DataError(f"{what}: RIGHT_ATTRS describes one token, and has no operator but '!'")
    return Node((conditions, repeated.negated), left, relation)
