"""A reader of tables for `[initialize.lookups]`."""

from pathlib import Path

from kernel_components.lemmatizer.tables import Tables, read_tables


def make_lookups(path: Path) -> Tables:
    """Tables by name, from files.

    path: a JSON file (lemma_lookup.json is the table lemma_lookup), a MessagePack file with tables by name, or a folder of
    such files; they may be compressed.
    """
    return read_tables(path)
