"""What plugin authors test with.

    from kernel.testing import ArchitectureSuite

    class TestNet(ArchitectureSuite):
        name = "acme.Net.v1"
        settings = {"width": 32}

There is a suite for every kind of registered thing, `check_gradients` for models, `fake_distribution` for packages that
exist during one test, and `box`, a directory of its own to run commands in. The fixtures `box` and `fake_distribution`
come with `pytest_plugins = ["kernel.testing"]` in a test module or in the outermost conftest.py. Importing this module
imports neither pytest nor anything heavy.

PYTEST_DONT_REWRITE: nothing here asserts, and tests may import this module before another one names it as a plugin.
"""

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kernel.testing.box import Box as Box
    from kernel.testing.box import Result as Result
    from kernel.testing.device import DeviceArray as DeviceArray
    from kernel.testing.device import StandInOps as StandInOps
    from kernel.testing.device import on_pretended_device as on_pretended_device
    from kernel.testing.distributions import fake_distribution as fake_distribution
    from kernel.testing.distributions import installed as installed
    from kernel.testing.distributions import write_distribution as write_distribution
    from kernel.testing.gradients import check_gradients as check_gradients
    from kernel.testing.samples import sample_docs as sample_docs
    from kernel.testing.samples import sample_examples as sample_examples
    from kernel.testing.suites.aliases import AliasSuite as AliasSuite
    from kernel.testing.suites.assets import LookupsSuite as LookupsSuite
    from kernel.testing.suites.assets import MiscSuite as MiscSuite
    from kernel.testing.suites.assets import VectorsSuite as VectorsSuite
    from kernel.testing.suites.augmenters import AugmenterSuite as AugmenterSuite
    from kernel.testing.suites.base import Suite as Suite
    from kernel.testing.suites.base import exercised as exercised
    from kernel.testing.suites.batchers import BatcherSuite as BatcherSuite
    from kernel.testing.suites.callbacks import CallbackSuite as CallbackSuite
    from kernel.testing.suites.callbacks import LoggerSuite as LoggerSuite
    from kernel.testing.suites.commands import CommandSuite as CommandSuite
    from kernel.testing.suites.components import ComponentSuite as ComponentSuite
    from kernel.testing.suites.models import ArchitectureSuite as ArchitectureSuite
    from kernel.testing.suites.models import LayerSuite as LayerSuite
    from kernel.testing.suites.objectives import ObjectiveSuite as ObjectiveSuite
    from kernel.testing.suites.optimisation import InitializerSuite as InitializerSuite
    from kernel.testing.suites.optimisation import LossSuite as LossSuite
    from kernel.testing.suites.optimisation import OptimizerSuite as OptimizerSuite
    from kernel.testing.suites.optimisation import ScheduleSuite as ScheduleSuite
    from kernel.testing.suites.readers import ConverterSuite as ConverterSuite
    from kernel.testing.suites.readers import ReaderSuite as ReaderSuite
    from kernel.testing.suites.scorers import ScorerSuite as ScorerSuite
    from kernel.testing.suites.supplied import ModuleSuite as ModuleSuite
    from kernel.testing.suites.supplied import SectionSuite as SectionSuite
    from kernel.testing.suites.text import LanguageSuite as LanguageSuite
    from kernel.testing.suites.text import TokenizerSuite as TokenizerSuite
    from kernel.testing.suites.workers import WorkersSuite as WorkersSuite
    from kernel.testing.suites.wrappers import WrapperSuite as WrapperSuite
    from kernel.testing.suites.writers import WriterSuite as WriterSuite

# Where pytest finds the fixtures when this module is given to it as a plugin.
pytest_plugins = ["kernel.testing.plugin"]

_MODULES = {
    "box": "Box Result",
    "device": "DeviceArray StandInOps on_pretended_device",
    "distributions": "fake_distribution installed write_distribution",
    "gradients": "check_gradients",
    "samples": "sample_docs sample_examples",
    "suites.aliases": "AliasSuite",
    "suites.assets": "LookupsSuite MiscSuite VectorsSuite",
    "suites.augmenters": "AugmenterSuite",
    "suites.base": "Suite exercised",
    "suites.batchers": "BatcherSuite",
    "suites.callbacks": "CallbackSuite LoggerSuite",
    "suites.commands": "CommandSuite",
    "suites.components": "ComponentSuite",
    "suites.models": "ArchitectureSuite LayerSuite",
    "suites.objectives": "ObjectiveSuite",
    "suites.optimisation": "InitializerSuite LossSuite OptimizerSuite ScheduleSuite",
    "suites.readers": "ConverterSuite ReaderSuite",
    "suites.scorers": "ScorerSuite",
    "suites.supplied": "ModuleSuite SectionSuite",
    "suites.text": "LanguageSuite TokenizerSuite",
    "suites.workers": "WorkersSuite",
    "suites.wrappers": "WrapperSuite",
    "suites.writers": "WriterSuite",
}
_PUBLIC = {name: f"kernel.testing.{module}" for module, names in _MODULES.items() for name in names.split()}
__all__ = [
    "AliasSuite",
    "ArchitectureSuite",
    "AugmenterSuite",
    "BatcherSuite",
    "Box",
    "CallbackSuite",
    "CommandSuite",
    "ComponentSuite",
    "ConverterSuite",
    "DeviceArray",
    "InitializerSuite",
    "LanguageSuite",
    "LayerSuite",
    "LoggerSuite",
    "LookupsSuite",
    "LossSuite",
    "MiscSuite",
    "ModuleSuite",
    "ObjectiveSuite",
    "OptimizerSuite",
    "ReaderSuite",
    "Result",
    "ScheduleSuite",
    "ScorerSuite",
    "SectionSuite",
    "StandInOps",
    "Suite",
    "TokenizerSuite",
    "VectorsSuite",
    "WorkersSuite",
    "WrapperSuite",
    "WriterSuite",
    "check_gradients",
    "exercised",
    "fake_distribution",
    "installed",
    "on_pretended_device",
    "sample_docs",
    "sample_examples",
    "write_distribution",
]


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"module 'kernel.testing' has no attribute {name!r}")
    module = _PUBLIC[name]
    if "pytest" in sys.modules and module not in sys.modules:
        # So that a failed assertion of a suite shows its values.
        sys.modules["pytest"].register_assert_rewrite(module)
    return getattr(import_module(module), name)
