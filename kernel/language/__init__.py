"""Language, the pipeline class, and what its work is divided into.

`core` is the class; `components` the order of its components and `order` the rules for it; `factories` what components
are made by; `build` makes a pipeline from a config; `links` connects listeners to sources; `stream` and `processes` run
it, `initialize` and `learn` train it; `describe` says what it is; `loading` reads it from disk; `recommend` is what factories say to
`kernel init config`, and `debug` what `kernel debug data` finds.
"""

from kernel.language.core import Language
from kernel.language.defaults import Defaults
from kernel.language.factories import FactoryMeta
from kernel.language.recommend import SHARED, Recommendation

__all__ = ["SHARED", "Defaults", "FactoryMeta", "Language", "Recommendation"]
