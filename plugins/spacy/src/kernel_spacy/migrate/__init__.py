"""A project that was written for spaCy becomes one of ours: its imports, names, configs and commands, with the layout kept.

`project.py` goes through its files; each kind of file has a module that says what to edit in it, and what it could not carry over.
"""

from kernel_spacy.migrate.findings import Finding
from kernel_spacy.migrate.project import Migrated, files_of, migrated

__all__ = ["Finding", "Migrated", "files_of", "migrated"]
