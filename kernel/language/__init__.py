"""Language, the pipeline class, and what its work is divided into.

From the bottom up: `factories` are what components are made by, `slots` the records of those that were made;
`components` is what a pipeline knows of them and `editing` how they change (with `create`, `source` for copies, `order`
for names and places, `listening` for shared sources); `build` makes a pipeline from a config, `loading` and `saving` read
and write it, `stream` and `processes` run it, `initialize` and `learn` train it; `core` is the class, and `pipelines` finds
pipelines by name. `describe` says what a pipeline is, `recommend` what factories say to `kernel init config`, and `debug` what
`kernel debug data` finds. What stands below takes what it works on as an argument and imports nothing from above.
"""

from kernel.language.core import Language
from kernel.language.defaults import Defaults
from kernel.language.factories import FactoryMeta
from kernel.language.recommend import SHARED, Recommendation

__all__ = ["SHARED", "Defaults", "FactoryMeta", "Language", "Recommendation"]
