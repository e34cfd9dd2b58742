"""Language, the pipeline class, and what its work is divided into.

`core` is the class; `components` the order of its components and `order` the rules for it; `factories` what components
are made by; `build` makes a pipeline from a config; `links` connects listeners to sources; `stream` and `processes` run
it, `learn` trains it; `describe` says what it is; `loading` reads it from disk.
"""

from kernel.language.core import Language
from kernel.language.defaults import Defaults
from kernel.language.factories import FactoryMeta

__all__ = ["Defaults", "FactoryMeta", "Language"]
