"""Everything that the page knows, from what is installed: the same functions answer that `kernel init config` asks."""

import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import click

from kernel import __version__
from kernel.cli.init_config import init_config
from kernel.config import Config, default_config
from kernel.config.schemas import NlpSchema, Section
from kernel.config.sections import leaves_open, refusal, schema_of
from kernel.config.writer import ORDER
from kernel.errors import ConfigError, KernelError, RegistryError, UsageError, warn
from kernel.language.new_config import COMMENTS, GROWING, new_config
from kernel.language.order import is_possible_name
from kernel.registries.family import registry
from kernel.training.prepare import SECTIONS
from kernel_quickstart.functions import Functions, package, schema_defaults
from kernel_quickstart.recipes import Choice, Recipe, Recommended, asked, recipe, recommended, refused
from kernel_quickstart.trees import tree, written

OPTIMIZE = ("efficiency", "accuracy")

Parts = dict[str, Any]


def gather(progress: Callable[[int, int], None] = lambda done, total: None) -> Parts:
    """The parts of all configs that can be put together, as plain data. `UsageError` if there are none.

    progress: called with the number of languages that are done, and of all. A component or a language that can't be used is left out
    with a warning.
    """
    functions = Functions()
    options = [option for option in _options() if registry.has("sections", option["section"])]
    own, languages = default_config(), _languages()
    names = _names(languages)
    if not names or not languages:
        what = "component" if languages else "language"
        raise UsageError(
            f"no {what} is installed, so there is nothing to choose from",
            hint="Install kernel-nlp-components and kernel-nlp-languages.",
        )
    functions.add_blocks(own)
    sections = list(_sections(functions))
    found = _Recipes(names, [option["section"] for option in options], functions)
    rows = []
    for number, (lang, cls) in enumerate(languages.items()):
        progress(number, len(languages))
        functions.add_blocks(cls.Defaults.config)
        rows.append(
            {
                "name": lang,
                "title": cls.__name__,
                "defaults": tree(cls.Defaults.config),
                "package": package("languages", lang),
                "recipes": found.of_language(lang),
            }
        )
    for option in options:
        option["refusal"] = _refusal(option["section"])
    progress(len(languages), len(languages))
    return {
        "version": __version__,
        "kernel": f"kernel-nlp=={__version__}",
        "start": _start(list(languages), found),
        "languages": rows,
        "components": [_component(name, found.all_of(name)) for name in names if found.all_of(name)],
        "recipes": found.all,
        "absent": {name: registry.factories.unknown(name).hint for name in found.absent(languages)},
        "functions": functions.done(),
        "sections": sections,
        "filled": [
            ["nlp", schema_defaults(NlpSchema)],
            *([path, schema_defaults(schema)] for path, schema in SECTIONS.items()),
        ],
        "defaults": tree(own),
        "comments": {"all": list(COMMENTS.items()), "growing": list(GROWING.items())},
        "order": list(ORDER),
        "asked": options,
    }


def _start(languages: list[str], found: "_Recipes") -> dict[str, str]:
    """What is chosen at first: what the command takes by default, as far as it is here."""
    given = {option.name: str(option.default) for option in init_config.params}
    pipeline = given["pipeline"] if found.all_of(given["pipeline"]) else ""
    return {"lang": given["lang"] if given["lang"] in languages else languages[0], "pipeline": pipeline}


def _options() -> list[dict[str, Any]]:
    """The sections that `kernel init config` takes an option for."""
    return [
        {"section": option.flag_value, "flag": option.opts[0], "help": option.help}
        for option in init_config.params
        if isinstance(option, click.Option) and option.name == "section"
    ]


def _refusal(section: str) -> dict[str, str]:
    """What a section says of a pipeline in which it finds no use; the names of its components are `{components}`."""
    try:
        schema_of(section).recommend({"nlp": {"pipeline": ["{components}"]}, "components": {}})
    except KernelError as error:
        return {"message": error.message, "hint": error.hint}
    return {"message": "", "hint": ""}


def _names(languages: Iterable[str]) -> list[str]:
    """The names that components can have in a pipeline; one that is for a language only stands there without it."""
    found = set()
    for name in registry.names("factories"):
        lang, _, rest = name.partition(".")
        found.add(rest if rest and lang in languages else name)
    return sorted(filter(is_possible_name, found))


def _is_here(name: str, lang: str) -> bool:
    return registry.has("factories", registry.name_for_language("factories", name, lang))


def _languages() -> dict[str, Any]:
    """The classes of pipelines that have components, by their code, in the order of their names."""
    found = {}
    for lang in registry.names("languages"):
        try:
            cls = registry.get("languages", lang)
        except KernelError as error:
            warn(f"the language '{lang}' is left out: {error.message}")
            continue
        if hasattr(cls, "factory"):
            found[lang] = cls
    return dict(sorted(found.items(), key=lambda item: item[1].__name__))


def _sections(functions: Functions) -> Iterator[dict[str, Any]]:
    """What packages supply besides, which is filled where a config has it."""
    for path in registry.names("sections"):
        if refusal(path):
            continue
        try:
            schema: type[Section] = schema_of(path)
        except RegistryError as error:
            warn(f"the section [{path}] is left out: {error.message}")
            continue
        given = Config.from_str(schema.defaults)
        functions.add_blocks(given)
        yield {
            "path": path,
            "given": written(given),
            "defaults": schema_defaults(schema),
            "used_if_empty": not (schema.unused_if_empty or leaves_open(schema, path)),
            "package": package("sections", path),
        }


class _Recipes:
    """Equal recipes are kept once: most don't depend on the language, many not on the other choices."""

    def __init__(self, names: list[str], sections: list[str], functions: Functions) -> None:
        self.names, self.sections, self.functions = names, sections, functions
        self.all: list[Recipe] = []
        self._numbers: dict[str, int] = {}
        self._of: dict[str, set[int]] = {}

    def of_language(self, lang: str) -> dict[str, list[int]]:
        """Component -> the numbers of its recipes: efficiency on CPU and GPU, then accuracy."""
        found: dict[str, list[int]] = {name: [] for name in self.names if _is_here(name, lang)}
        for choice in (Choice(lang, optimize, gpu) for optimize in OPTIMIZE for gpu in (False, True)):
            made = {name: _recommended(name, choice) for name in found}
            listeners = {
                name: one.answer.listener
                for name, one in made.items()
                if isinstance(one, Recommended) and one.answer.listener is not None
            }
            fresh = []
            for name, one in made.items():
                key = f"{name} {one!r} {listeners}"
                if key not in self._numbers:
                    self._numbers[key] = len(self.all)
                    self._of.setdefault(name, set()).add(len(self.all))
                    self.all.append(self._recipe(name, one, listeners))
                    fresh.append(name)
                found[name].append(self._numbers[key])
            usable = [name for name in fresh if "error" not in self.all[found[name][-1]]]
            for name, error in _refused(usable, choice):
                self.all[found[name][-1]] = refused(error)
        return found

    def _recipe(
        self, name: str, one: Recommended | KernelError, listeners: Mapping[str, Mapping[str, Any]]
    ) -> Recipe:
        if isinstance(one, KernelError):
            return refused(one)
        try:
            made = recipe(one, self.functions)
            for section in self.sections:
                made.setdefault("asked", {})[section] = asked(section, name, one, listeners, self.functions)
        except KernelError as error:
            return refused(error)
        return made

    def all_of(self, name: str) -> list[Recipe]:
        """The recipes of a component."""
        return [self.all[number] for number in sorted(self._of.get(name, ()))]

    def absent(self, languages: Iterable[str]) -> list[str]:
        """Sources that components would listen to, and that aren't here, or not for all languages."""
        wanted = {source for one in self.all for source in one.get("sources", ())}
        return sorted(name for name in wanted if not all(_is_here(name, lang) for lang in languages))


def _refused(names: list[str], choice: Choice) -> Iterator[tuple[str, KernelError]]:
    """Those of some components whose config would be refused. All together are quicker than each alone, and mostly fine."""
    error = _error(names, choice) if names else None
    if error is None:
        return
    if len(names) == 1:
        # One that only lacks a source may be named with another.
        if isinstance(error, ConfigError):
            yield names[0], error
    else:
        half = len(names) // 2
        yield from _refused(names[:half], choice)
        yield from _refused(names[half:], choice)


def _recommended(name: str, choice: Choice) -> Recommended | KernelError:
    try:
        return recommended(name, choice)
    except KernelError as error:
        return error


def _error(names: list[str], choice: Choice) -> KernelError | None:
    try:
        new_config(choice.lang, names, optimize=choice.optimize, gpu=choice.gpu).config.to_str()
    except KernelError as error:
        return error
    return None


def _component(name: str, found: list[Recipe]) -> dict[str, Any]:
    """What a person is told of a component: what it does, and whether it learns, or is for others to listen to."""
    usable = [one for one in found if "error" not in one]
    if any(one["listener"] is not None for one in usable):
        group = "shared"
    elif any(_has_model(one) for one in usable):
        group = "learns"
    else:
        group = "rules"
    made = [one["factory"] for one in usable]
    factory = name if name in made else next(iter(made), "")
    doc = inspect.getdoc(registry.get("factories", factory)) if factory else ""
    return {
        "name": name,
        "text": re.split(r"(?<=\.)\s", doc or "")[0],
        "group": group,
        "package": package("factories", factory) if factory else "",
    }


def _has_model(one: Mapping[str, Any]) -> bool:
    return any(key == "model" and value != "null" for key, value in [*one["settings"], *one["defaults"]])
