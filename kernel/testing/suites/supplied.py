"""Suites for what a package adds to the kernel besides functions: modules of its namespace, sections of the config."""

import sys
from importlib import import_module
from types import ModuleType
from typing import Any, ClassVar

from kernel.config import Config, fill, resolve_section
from kernel.config.descriptions import descriptions
from kernel.config.sections import add_defaults, at, over_defaults, put, schema_of
from kernel.errors import ConfigError
from kernel.registries.family import chosen_by, registry
from kernel.registries.modules import refusal
from kernel.testing.suites.base import Suite


class ModuleSuite(Suite):
    """A module that a package lends to the namespace `kernel`. name: the path under which it is imported.

    names: what scripts import from it. modules: modules inside it that they import, too.
    """

    kind = "modules"
    names: ClassVar[tuple[str, ...]] = ()
    modules: ClassVar[tuple[str, ...]] = ()

    def module(self) -> Any:
        """The module, imported under its path."""
        return import_module(self.name)

    def test_is_imported_under_the_path(self) -> None:
        assert not refusal(self.name), refusal(self.name)
        assert isinstance(self.module(), ModuleType)
        assert sys.modules[self.name] is registry.get("modules", self.name)

    def test_has_the_names(self) -> None:
        missing = [name for name in self.names if not hasattr(self.module(), name)]
        assert not missing, f"{self.name} has no {', '.join(missing)}"

    def test_modules_inside_are_the_same_under_both_paths(self) -> None:
        home = self.module().__name__
        for inside in self.modules:
            assert import_module(f"{self.name}.{inside}") is import_module(f"{home}.{inside}")


class SectionSuite(Suite):
    """A section that a package supplies. name: its dotted path. section: as it stands in a config, text.

    `section` has what the section's defaults leave open; where that is nothing, it may be left out.
    """

    kind = "sections"
    section: ClassVar[str] = ""

    def config(self) -> Config:
        """A config with the section, filled."""
        text = self.section or f"[{self.name}]"
        config = add_defaults(Config.from_str(text, name=f"section of {type(self).__name__}"))
        schema = schema_of(self.name)
        config = over_defaults(config, self.name, schema, chosen_by(config))
        block = fill(at(config, self.name) or {}, path=self.name, schema=schema, config=config)
        put(config, self.name, block)
        return config

    def test_every_key_says_what_it_is_for(self) -> None:
        schema = schema_of(self.name)
        described = descriptions(schema)
        silent = [key for key in schema.model_fields if key not in described]
        assert not silent, f"a text stands below each key of a schema, but not below {', '.join(silent)}"

    def test_the_section_is_built(self) -> None:
        built = resolve_section(self.config(), self.name)
        assert set(vars(built)) == set(schema_of(self.name).model_fields)

    def test_filling_it_again_changes_nothing(self) -> None:
        config = self.config()
        text = config.to_str()
        again = add_defaults(Config.from_str(text))
        assert again.to_str() == text

    def test_a_key_that_it_does_not_have_is_refused(self) -> None:
        config = self.config()
        put(config, self.name, {**at(config, self.name), "no_such_key": 1})
        try:
            resolve_section(config, self.name)
        except ConfigError as error:
            assert "no_such_key" in str(error)
        else:
            raise AssertionError("the schema takes unknown keys")

    def test_a_config_without_it_stays_as_it_is(self) -> None:
        config = Config.from_str("[paths]\ntrain = null\n")
        assert add_defaults(config).to_str() == config.to_str()
