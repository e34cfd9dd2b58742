"""How tables of lemmas look inside, checked when they are taken."""

from collections.abc import Callable, Collection, Iterable, Mapping
from itertools import chain
from reprlib import repr as short
from typing import Any

from kernel.errors import DataError

_LEMMAS = "a lemma, or a list of lemmas"
# Table of a part of speech -> what it holds there, and how a whole table is written, in JSON.
_BY_POS = {
    "lemma_rules": ("a list of pairs, [ending, what it becomes]", '{"noun": [["ies", "y"], ["s", ""]]}'),
    "lemma_exc": ("a table, form to list of lemmas", '{"noun": {"mice": ["mouse"]}}'),
    "lemma_index": ("a list of forms", '{"noun": ["house", "mouse"]}'),
}


def check_shapes(tables: Mapping[str, Mapping[Any, Any]], name: str) -> None:
    """`DataError` for the first entry that is not what its table holds; tables of other names may be as they like.

    tables: those of the modes lookup (form -> lemma), pos_lookup (the same for each part of speech) and rule (lemma_rules: part of
    speech -> pairs of endings; lemma_exc: part of speech -> form -> lemmas; lemma_index: part of speech -> forms). name: of the
    component, for messages. Time is linear in the entries.
    """
    for table, entries in tables.items():
        if table == "lemma_lookup" or table.startswith("lemma_lookup_"):
            _check_lemmas(name, table, entries, (), '{"mice": "mouse"}')
        elif table in _BY_POS:
            expected, example = _BY_POS[table]
            for pos, value in entries.items():
                if not isinstance(pos, str | int) or not _FITS[table](value):
                    raise _wrong(name, table, (pos,), value, expected, example)
                if isinstance(value, Mapping) and table == "lemma_exc":
                    _check_lemmas(name, table, value, (pos,), example)


def keys_with_capitals(tables: Mapping[str, Mapping[Any, Any]]) -> dict[str, list[str]]:
    """Table by part of speech -> its keys that no token has, as they are not in lower case; without tables that have none."""
    found = {
        name: [pos for pos in tables.get(name, ()) if isinstance(pos, str) and pos != pos.lower()]
        for name in _BY_POS
    }
    return {name: keys for name, keys in found.items() if keys}


def _check_lemmas(
    name: str, table: str, lemmas: Mapping[Any, Any], within: tuple[Any, ...], example: str
) -> None:
    # Nearly all tables are right, and this says so without a loop of Python's.
    values = lemmas.values()
    if _all_of((str, int), lemmas) and (
        _all_of((str,), values)
        or (_all_of((list, tuple), values) and _all_of((str,), chain.from_iterable(values)))
    ):
        return
    for form, value in lemmas.items():
        is_list = isinstance(value, list | tuple) and _all_of((str,), value)
        if not isinstance(form, str | int) or not (isinstance(value, str) or is_list):
            raise _wrong(name, table, (*within, form), value, _LEMMAS, example)


def _are_rules(value: Any) -> bool:
    return (
        isinstance(value, list | tuple)
        and all(isinstance(pair, list | tuple) and len(pair) == 2 for pair in value)
        and _all_of((str,), chain.from_iterable(value))
    )


def _are_forms(value: Any) -> bool:
    return isinstance(value, Collection) and not isinstance(value, str | bytes) and _all_of((str,), value)


def _is_mapping(value: Any) -> bool:
    return isinstance(value, Mapping)


_FITS: dict[str, Callable[[Any], bool]] = {
    "lemma_rules": _are_rules,
    "lemma_exc": _is_mapping,
    "lemma_index": _are_forms,
}


def _all_of(kinds: tuple[type, ...], values: Iterable[Any]) -> bool:
    return all(issubclass(each, kinds) for each in set(map(type, values)))


def _wrong(
    name: str, table: str, keys: tuple[Any, ...], value: Any, expected: str, example: str
) -> DataError:
    place = " of ".join(repr(key) for key in reversed(keys))
    return DataError(
        f"component '{name}': the table {table} has {short(value)} for {place}, not {expected}",
        hint=f"Write for example {example}.",
    )
