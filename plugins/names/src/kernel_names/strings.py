"""Strings and their numbers: the module `kernel.strings`."""

from kernel.vocab import StringStore, hash_string

__all__ = ["StringStore", "get_string_id", "hash_string"]


def get_string_id(key: str | int) -> int:
    """The number of a string, stored or not; a number stays as it is."""
    return hash_string(key) if isinstance(key, str) else key
