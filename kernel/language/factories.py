"""Component factories: functions that make a component, and what is known about them.

A factory takes the pipeline, the component's name, and the settings of its config block: `make(nlp, name, **settings)`.
Its metadata is an attribute of the function, so that an entry point needs to name nothing but the function.
"""

import inspect
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from kernel.errors import RegistryError, UsageError, WrongType
from kernel.files.names import as_names
from kernel.language.defaults import HasDefaults
from kernel.language.recommend import Recommend
from kernel.registries.family import Registries, registry

Func = TypeVar("Func", bound=Callable[..., Any])
ATTRIBUTE = "__kernel_factory__"


@dataclass(frozen=True)
class FactoryMeta:
    """What a factory says about its components.

    default_config: settings under the user's. assigns, requires: attributes it sets and needs, such as `doc.ents` or
    `token.tag`. retokenizes: whether it changes the tokens. default_score_weights: share of each score in the final
    one; 0 shows it only, None hides it. recommend: what `kernel init config` writes for the component. shares: whether others
    listen to it, as they do to what assigns `doc.tensor`.
    """

    name: str
    default_config: dict[str, Any] = field(default_factory=dict)
    assigns: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    retokenizes: bool = False
    default_score_weights: dict[str, float | None] = field(default_factory=dict)
    recommend: Recommend | None = None
    shares: bool = False

    @property
    def factory(self) -> str:
        """The same as `name`."""
        return self.name

    @property
    def scores(self) -> tuple[str, ...]:
        """The names of the scores that it delivers."""
        return tuple(self.default_score_weights)


def register_factory(
    language: type[HasDefaults],
    name: str,
    *,
    default_config: dict[str, Any] | None = None,
    assigns: str | Iterable[str] = (),
    requires: str | Iterable[str] = (),
    retokenizes: bool = False,
    default_score_weights: dict[str, float | None] | None = None,
    recommend: Recommend | None = None,
    shares: bool = False,
    func: Callable[..., Any] | None = None,
) -> Callable[[Func], Func]:
    """Register a factory: a decorator, or the function at once with `func`. Of the class of a language it is for that only."""
    meta = FactoryMeta(
        _checked_name(name),
        dict(default_config or {}),
        tuple(as_names(assigns)),
        tuple(as_names(requires)),
        retokenizes,
        dict(default_score_weights or {}),
        recommend,
        shares,
    )

    def decorate(make: Func) -> Func:
        _check_signature(name, make)
        _check_plain(name, meta.default_config)
        setattr(make, ATTRIBUTE, meta)
        registry.factories(name_in(name, language.lang), make)
        return make

    return decorate if func is None else decorate(func)


def register_component(
    language: type[HasDefaults],
    name: str,
    func: Callable[..., Any] | None = None,
    *,
    assigns: str | Iterable[str] = (),
    requires: str | Iterable[str] = (),
    retokenizes: bool = False,
) -> Callable[[Func], Func]:
    """Register a function from Doc to Doc as a component without settings; a decorator unless `func` is given.

    Of the class of a language it is for that only.
    """
    meta = FactoryMeta(
        _checked_name(name), {}, tuple(as_names(assigns)), tuple(as_names(requires)), retokenizes
    )

    def decorate(component: Func) -> Func:
        make = _maker_of(component)
        setattr(make, ATTRIBUTE, meta)
        registry.factories(name_in(name, language.lang), make)
        return component

    return decorate if func is None else decorate(func)


def name_in(name: str, lang: str | None) -> str:
    """The registered name of a factory that is for one language only: `en.name`; without a language the name itself."""
    return f"{lang}.{name}" if lang else name


def find_factory(name: str, lang: str | None, registry: Registries = registry) -> tuple[str, FactoryMeta]:
    """The registered name of a factory, one for the language if there is one, and its metadata.

    registry: where it is looked up, by default in the process's.
    """
    check_factory_name(name)
    registered = registry.name_for_language("factories", name, lang)
    make = registry.factories.get(registered)
    return registered, getattr(make, ATTRIBUTE, None) or FactoryMeta(registered)


def check_factory_name(name: Any) -> None:
    """`WrongType` for what is no name of a factory, such as the function of a component itself."""
    if isinstance(name, str):
        return
    shown = getattr(name, "__name__", None) or "my_component"
    raise WrongType(
        f"a component is added by the name of its factory, not as {'a function' if callable(name) else type(name).__name__}",
        hint=f'Register it with @Language.component("{shown}") and give its name: nlp.add_pipe("{shown}").',
    )


def factory_meta(language: type[HasDefaults], name: str) -> FactoryMeta:
    """What is known about a factory, by its name in a language. `RegistryError` if there is none."""
    return find_factory(name, language.lang)[1]


def has_factory(language: type[HasDefaults], name: str) -> bool:
    """Whether there is a factory of a name, for the language or for all. Imports nothing."""
    return registry.name_for_language("factories", name, language.lang) in registry.factories


def _maker_of(component: Callable[..., Any]) -> Callable[..., Any]:
    def make(nlp: Any, name: str) -> Any:
        return component

    # The registry tells definitions apart by where they are: the factory stands where its function stands.
    make.__module__ = getattr(component, "__module__", None) or make.__module__
    make.__qualname__ = getattr(component, "__qualname__", type(component).__qualname__)
    code = getattr(component, "__code__", None)
    if code is not None:
        make.__code__ = make.__code__.replace(
            co_filename=code.co_filename, co_firstlineno=code.co_firstlineno
        )
    return make


def _checked_name(name: str) -> str:
    if not isinstance(name, str) or not name:
        raise UsageError(
            "a component has to be registered under a name",
            hint='Write for example @Language.component("name").',
        )
    return name


def _check_signature(name: str, make: Callable[..., Any]) -> None:
    parameters = inspect.signature(make).parameters
    missing = [key for key in ("nlp", "name") if key not in parameters]
    if missing:
        raise RegistryError(
            f"the factory '{name}' ({make.__module__}:{make.__qualname__}) lacks the argument {' and '.join(missing)}",
            hint="A factory is called with nlp, name and the settings of its config block.",
        )


def _check_plain(name: str, config: dict[str, Any]) -> None:
    try:
        json.dumps(config)
    except TypeError as error:
        raise RegistryError(
            f"the default_config of the factory '{name}' is more than plain data: {error}",
            hint="Name registered functions in blocks with @ instead of passing objects.",
        ) from error
