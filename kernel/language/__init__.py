"""Language, the pipeline class, and what its work is divided into.

From the bottom up: `defaults` are what a language brings, `factories` what components are made by, `slots` the records of
those that were made. `components` is what a pipeline knows of them and `editing` how they change, with `create`, `source`
for copies, `order` for names and places, `listening` for shared sources,
`shapes` for layers that must fit and `subnetwork` for one of them. `build` makes a pipeline from a config, `blank` an empty one
(`codes` are other ways to write a language's), `saving` writes and reads
it, `stream` and `processes` run it (`tokenized` makes documents of texts; `worker`, `replica` and `parcels` say what happens in a worker process and what goes
there, and `spread` shares documents among processes that train together), `initialize`, with `vocab_data` and `pretrained` weights, and `learn` train it; `core` is the class. `facts` says what a pipeline is and
`shown` what may be seen of it but not changed, `keeping` keeps settings whose variables lose what they refer to,
`new_config` writes a config to start from, out of what factories `recommend`, `debug` is its part of `kernel debug data`,
and `labels` says which components find none. What stands below takes what it works on as an argument and imports nothing
from above.
"""

from kernel.language.core import Language
from kernel.language.defaults import Defaults
from kernel.language.factories import FactoryMeta
from kernel.language.recommend import SHARED, Recommendation

# The name that languages of the field derive theirs from.
BaseDefaults = Defaults
__all__ = ["SHARED", "BaseDefaults", "Defaults", "FactoryMeta", "Language", "Recommendation"]
