"""From a config to a run that is ready for its first step."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import islice
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from kernel.config import Config, check, default_config, fill, resolve, sections
from kernel.config.building import add_sections
from kernel.config.config import position
from kernel.config.packages import plain_sections, verify
from kernel.config.plans import function_keys, owner_name
from kernel.config.schemas import InitializeSchema, TrainingSchema
from kernel.config.sources import problem_at
from kernel.config.values import show_value
from kernel.discovery.rules import config_names, warn_of_absent
from kernel.errors import ConfigError, DataError, PluginError, Problem, RegistryError, note, warn
from kernel.files.lock import Lock
from kernel.numeric import random
from kernel.numeric.parameters import Parameters
from kernel.registries.definitions import refuse_if_defining
from kernel.registries.family import Registries, chosen_by
from kernel.registries.registry import nearest_name
from kernel.training.contradictions import contradictions
from kernel.training.corpora import NamedCorpus
from kernel.training.counting import count, with_labels
from kernel.training.hooks import Call, Hooks
from kernel.training.kinds import RunKind, kind_of
from kernel.training.loggers import adapt
from kernel.training.manifest import facts
from kernel.training.output import TRAINING, check_apart, check_output
from kernel.training.protocols import MEMBERS, Corpus, Pipeline
from kernel.training.run import Run
from kernel.training.sample import Sample, check_labels, check_type, is_streamed, reading
from kernel.training.score import score_weights
from kernel.training.team import Team
from kernel.training.together import starter, together
from kernel.training.update import Builtin, warn_of_gold

# What `fill_config` fills of every config, besides what the class of the pipeline does; and by which schema.
SECTIONS = {"corpora": None, "training": TrainingSchema, "initialize": InitializeSchema}


def prepare(
    config: Config,
    *,
    output: Path | None = None,
    lock: Lock | None = None,
    gpu_id: int = -1,
    monitor: Callable[[Call], None] | None = None,
    seed: int | None = None,
    section: str = "training",
    team: Team | None = None,
) -> Run:
    """Check everything that can be checked, then build and initialise the pipeline.

    config: not interpolated; defaults are filled in. output: directory for the models, None to save nothing. lock: of
    the output, taken here and released by the caller; without it, the output is locked while `train` runs. gpu_id: -1
    for the CPU. monitor: hears of every event and of every call of a callback, see `Hooks`. seed: what to draw from where
    the config leaves that to chance, as a run that is resumed did before. section: of the config, that describes the run. team: that this process
    is to be a member of, `Team()` for none; by default the run begins one of its own if it has `[training.workers]`, whose processes prepare
    the same run meanwhile. They end when it has been trained, or with `run.team.close()`. Only the first member tells anything. A corpus that
    has a method `share` gets the team before it is read, so that each member may read a part of it. Callbacks, the output directory
    and the config are checked before any data is read.
    """
    refuse_if_defining("trains")
    is_first = team is None or team.is_first
    setup = _set_up(config, ("train_corpus", "dev_corpus"), monitor, seed, section, tells=is_first)
    config, settings, kind = setup.config, setup.settings, setup.kind
    for text in contradictions(vars(settings), section=kind.section, schema=kind.schema):
        warn(text)
    start = starter(config, settings, section=section, gpu_id=gpu_id) if team is None else None
    if output is not None:
        check_output(output, kind.results)
        check_apart(output, setup.plain, kind.results)
        if lock is not None:
            lock.acquire()
    if team is None:
        team = together(
            start, config, settings, section=section, gpu_id=gpu_id, seed=setup.seed, output=output
        )
    try:
        for each in setup.corpora.values():
            if callable(share := getattr(each, "share", None)):
                share(team)
        run = _prepared(setup, gpu_id, team)
        run.output, run.lock = output, lock
        if is_first:
            run.facts = facts(run)
    except BaseException:
        # Another member has its error still to tell.
        if is_first:
            team.close()
        raise
    return run


def _prepared(setup: _Setup, gpu_id: int, team: Team) -> Run:
    pipeline, sample = _initialized(setup, gpu_id)
    random.seed_all(setup.seed, "evaluate")
    dev_corpus = setup.corpora.get("dev_corpus")
    dev_examples = [] if dev_corpus is None else _dev_examples(dev_corpus, pipeline, setup)
    config, settings, kind = setup.config, setup.settings, setup.kind
    return Run(
        config=config,
        kind=kind,
        pipeline=pipeline,
        settings=settings,
        optimizer=settings.optimizer,
        parameters=Parameters(pipeline.models()),
        hooks=setup.hooks,
        train_corpus=setup.corpora["train_corpus"],
        dev_corpus=dev_corpus,
        weights=_weights(pipeline, settings, kind.section),
        examples=None if is_streamed(setup.corpora["train_corpus"], settings) else sample(),
        dev_examples=dev_examples,
        seed=setup.seed,
        device=gpu_id,
        team=team,
    )


def initialized(config: Config, *, gpu_id: int = -1) -> Pipeline:
    """The pipeline of a config as a run begins with it, of which the training corpus alone is read.

    config: not interpolated; defaults are filled in. gpu_id: -1 for the CPU. Errors as in `prepare`. A warning names the
    labels of the examples that a component did not take.
    """
    setup = _set_up(config, ("train_corpus",))
    pipeline, sample = _initialized(setup, gpu_id)
    for name, labels in pipeline.unknown_labels(sample()).items():
        warn(
            f"{setup.settings.train_corpus} has labels that '{name}' did not take: {', '.join(labels)}. Labels that [initialize] gives, "
            "and those of a component from a trained pipeline (source), are all that it has."
        )
    return pipeline


@dataclass(frozen=True)
class _Setup:
    """What a config says of a run: checked, with nothing built but what its section and the corpora name."""

    cls: type[Pipeline]
    kind: RunKind
    config: Config
    plain: Config
    settings: Any
    corpora: Mapping[str, Corpus]
    hooks: Hooks
    seed: int

    def reader(self, key: str) -> str:
        """Who reads the corpus that a setting names, for messages."""
        return _reader(self.plain, getattr(self.settings, key), chosen_by(self.config))


def _set_up(
    config: Config,
    keys: Sequence[str],
    monitor: Callable[[Call], None] | None = None,
    seed: int | None = None,
    section: str = "training",
    *,
    tells: bool = True,
) -> _Setup:
    """Check a config. keys: the settings that name the corpora to make. seed, section: see `prepare`. tells: have the callbacks that only
    tell."""
    cls = pipeline_class(config)
    kind = kind_of(section, TRAINING, chosen_by(config))
    if section != TRAINING.section and not sections.at(config, section):
        # Before the check: what is given for the section would be said to mean nothing.
        raise ConfigError(
            f"the config has no section [{section}], which {kind.command} goes by",
            hint=kind.hint,
        )
    config = fill_config(cls, config)
    plain = config.interpolate()
    given = sections.at(plain, section).get("seed")
    if given is not None:
        # What is no number is refused below.
        seed = given if isinstance(given, int) else 0
    elif seed is None:
        seed = secrets.randbelow(2**31)
    # A schedule may draw its first value when the optimizer is made.
    random.seed_all(seed, "build")
    settings, corpora = _settings(plain, config, keys, kind)
    hooks = Hooks(monitor)
    for callback in kind.callbacks(settings):
        hooks.add_builtin(callback)
    hooks.add_builtin(Builtin(settings.dropout, section))
    hooks.add(callbacks(sections.at(plain, section), settings, chosen_by(config), tells=tells))
    hooks.call.config_ready(config=config)
    return _Setup(cls, kind, config, plain, settings, corpora, hooks, seed)


def _initialized(setup: _Setup, gpu_id: int) -> tuple[Pipeline, Sample]:
    """Build the pipeline and initialise it from the training corpus; and the examples of that."""
    config, settings, hooks = setup.config, setup.settings, setup.hooks
    initialize = _with_counted_labels(setup, gpu_id)
    random.seed_all(setup.seed, "create")
    # A saved pipeline has nothing of how it was run.
    pipeline = setup.kind.pipeline(setup.cls, sections.deciding(config), settings)
    to_device(pipeline, gpu_id, settings.gpu_allocator)
    if not pipeline.models():
        raise ConfigError(
            "there is nothing to train: no component has a model that learns",
            hint="Frozen ones don't, nor does a source that nobody listens to but frozen ones.",
        )
    hooks.call.pipeline_created(pipeline=pipeline, config=config)
    corpus = setup.corpora["train_corpus"]
    limit = initialize["sample_size"] if is_streamed(corpus, settings) else None
    sample = Sample(corpus, pipeline, settings, setup.reader("train_corpus"), limit)
    random.seed_all(setup.seed, "initialize")
    check_labels(sample, corpus, pipeline, settings.train_corpus, initialize)
    with random.scope(seed=setup.seed):
        pipeline.initialize(sample, settings=initialize)
    # A file of labels may turn out to be missing.
    check_labels(sample, corpus, pipeline, settings.train_corpus, {})
    hooks.call.pipeline_initialized(pipeline=pipeline, config=config)
    return pipeline, sample


def _with_counted_labels(setup: _Setup, gpu_id: int) -> dict[str, Any]:
    """The interpolated `[initialize]`, with labels of a count of all examples where it asks for one. A streamed run says where its labels come from."""
    initialize: dict[str, Any] = setup.plain["initialize"]
    settings, corpus = setup.settings, setup.corpora["train_corpus"]
    name = settings.train_corpus
    if not is_streamed(corpus, settings) or not setup.kind.has_labels:
        return initialize
    if initialize["labels_from"] == "sample":
        number = initialize["sample_size"]
        note(
            f"{name} is streamed: labels that [initialize] does not give, and shapes, are those of its first {number} examples"
        )
        return initialize

    def counted(read: Callable[[Pipeline], Callable[[], Iterable[Any]]]) -> Mapping[str, Any]:
        random.seed_all(setup.seed, "create")
        scratch = setup.cls.from_config(setup.config)
        to_device(scratch, gpu_id, settings.gpu_allocator)
        random.seed_all(setup.seed, "initialize")
        with random.scope(seed=setup.seed), reading(name):
            scratch.initialize(read(scratch), settings=initialize)
        return scratch.label_data()

    return with_labels(initialize, count(setup.plain, name, corpus, counted))


def pipeline_class(config: Mapping[str, Any]) -> type[Pipeline]:
    """The class that `[nlp] lang` names. Packages that the config requires, allows and denies are looked for first.

    `PluginError` if it has not all of what is asked of a pipeline.
    """
    verify(config)
    warn_of_absent(config_names(plain_sections(config)[0]))
    registry = chosen_by(config)
    lang = config.get("nlp", {}).get("lang")
    sources = config.sources if isinstance(config, Config) else {}
    known = ", ".join(registry.names("languages"))
    if not known:
        known = "none is installed, or may be used"
    if not isinstance(lang, str):
        raise ConfigError(
            problem_at(
                sources, "nlp.lang", "missing", expected=f"a name from the registry languages: {known}"
            )
        )
    try:
        cls: type[Pipeline] = registry.get("languages", lang)
    except RegistryError as error:
        if error.exit_code != RegistryError.exit_code:
            raise
        raise ConfigError(
            problem_at(
                sources,
                "nlp.lang",
                error.message,
                value=f'"{lang}"',
                expected=None if known in error.hint else f"a name from the registry languages: {known}",
                suggestion=error.hint,
            )
        ) from error
    missing = [name for name in MEMBERS if not hasattr(cls, name)]
    if missing:
        raise PluginError(
            f"languages: {lang!r} of {registry.origin('languages', lang)} is not a class of pipelines: it lacks {', '.join(missing)}",
            hint="Let the class derive from kernel.training.protocols.BasePipeline.",
            kind="languages",
            name=lang,
        )
    return cls


def fill_config(cls: type[Pipeline], config: Config, problems: list[Problem] | None = None) -> Config:
    """The config with the defaults of everything that it names. One `ConfigError` with all that is wrong in the file.

    problems: those that are known already; takes the others too, and nothing is raised.
    """
    found = [] if problems is None else problems
    filled, unfilled = _with_defaults(cls, config), ["components"]
    with _collecting(found):
        filled, unfilled = cls.fill_config(config), []
    with _collecting(found):
        filled = sections.add_defaults(filled, found)
    filled = filled.copy()
    lent = sections.supplied(filled, found, sources=filled.sources)
    for section, schema in {**SECTIONS, **lent}.items():
        block = sections.at(filled, section) or {}
        # What is no section is left to the check; a variable may bring one.
        if isinstance(block, Mapping):
            with _collecting(found):
                sections.put(filled, section, fill(block, path=section, schema=schema, config=filled))
    with _collecting(found):
        check(filled, skip=cls.own_sections, known=found, unfilled=unfilled)
    found[:] = sorted(dict.fromkeys(found), key=position)
    if found and problems is None:
        raise ConfigError(found)
    return filled


def add_section(cls: type[Pipeline], config: Config, path: str) -> Config:
    """The config with a section that a package supplies, and all that the package recommends for it."""
    return sections.with_recommended(config, path, cls.fill_config(config))


def _with_defaults(cls: type[Pipeline], config: Config) -> Config:
    """The config over the kernel's defaults, but for the sections that the class understands itself."""
    defaults = default_config()
    for section in cls.own_sections:
        defaults.pop(section, None)
    return defaults.merge(config)


def callbacks(
    plain: Mapping[str, Any], settings: Any, registry: Registries, *, tells: bool = True
) -> list[tuple[str, object]]:
    """(label, object) of the callbacks of a section in file order, then of its logger. plain, settings: the section, and as built.

    tells: False leaves the logger out, and callbacks that say of themselves that they only tell what happens (`only_tells`).
    """
    found = []
    for key, callback in settings.callbacks.items():
        if tells or not getattr(callback, "only_tells", False):
            found.append((_label(registry, "callbacks", plain["callbacks"][key]), callback))
    if settings.logger is not None and tells:
        found.append((_label(registry, "loggers", plain["logger"]), settings.logger))
    return [(label, adapt(callback)) for label, callback in found]


def corpus(plain: Mapping[str, Any], config: Config, name: str, setting: str = "") -> Corpus:
    """The corpus that a dotted name such as `corpora.train` leads to. Others are not built.

    setting: the path of the setting that has the name, for messages.
    """
    block: Any = plain
    maker: Mapping[str, Any] | None = None
    where = ""
    path: list[str] = []
    for part in name.split("."):
        if not isinstance(block, Mapping) or part not in block:
            known = list(block) if isinstance(block, Mapping) else []
            close = nearest_name(part, known)
            raise ConfigError(
                problem_at(
                    config.sources,
                    setting or ".".join(path),
                    f"'{name}' is not in the config",
                    expected=f"one of: {', '.join(known)}",
                    suggestion=f"Did you mean '{'.'.join([*path, close])}'?" if close else None,
                )
            )
        path.append(part)
        block = block[part]
        # A block above it may make all corpora at once.
        if isinstance(block, Mapping) and function_keys(block):
            maker, where = block, ".".join(path)
            block = resolve(block, config=config, path=where)
    if callable(block):
        return NamedCorpus(block, name, config)
    if maker is None:
        raise ConfigError(
            problem_at(config.sources, name, f"'{name}' is not a corpus", expected="a block with @readers")
        )
    key = function_keys(maker)[0]
    made = f"an object of type {type(block).__qualname__}"
    raise ConfigError(
        problem_at(
            config.sources,
            f"{where}.{key}",
            f"'{name}' is not a corpus: {owner_name(chosen_by(config), key[1:], maker[key])} made {made}",
            value=show_value(maker[key]),
            expected="a function of the pipeline that returns its examples, anew at each call",
        )
    )


def to_device(pipeline: Pipeline, gpu_id: int, allocator: str | None = None) -> None:
    """Let the models of a pipeline compute on a device. gpu_id: -1 for the CPU."""
    if gpu_id >= 0 and allocator:
        from thinc.api import set_gpu_allocator

        set_gpu_allocator(allocator)
    pipeline.to_device(gpu_id)


def _settings(
    plain: Config, config: Config, keys: Sequence[str], kind: RunKind
) -> tuple[Any, dict[str, Corpus]]:
    """The built section of a run and the corpora that settings of it name, or everything that is wrong with them."""
    problems: list[Problem] = []
    corpora = {}
    registry = chosen_by(config)
    lent = sections.supplied(plain, problems, sources=config.sources, registry=registry)
    settings = SimpleNamespace()
    with _collecting(problems):
        own = sections.own_part(plain, kind.section, lent, registry)
        built = resolve(own, config=config, path=kind.section, schema=kind.schema)
        settings = SimpleNamespace(**kind.completed(built))
    with _collecting(problems):
        add_sections(settings, config, kind.section)
    for key in keys:
        with _collecting(problems):
            name = sections.at(plain, kind.section)[kind.key(key)]
            if name is not None:
                corpora[key] = corpus(plain, config, name, f"{kind.section}.{kind.key(key)}")
    if problems:
        raise ConfigError(problems)
    return settings, corpora


@contextmanager
def _collecting(problems: list[Problem]) -> Iterator[None]:
    try:
        yield
    except ConfigError as error:
        # What is known already may have been met again.
        problems += [problem for problem in error.problems if problem not in problems]


def _reader(plain: Mapping[str, Any], name: str, registry: Registries) -> str:
    """The innermost function that makes a corpus, with its package; "" if there is none."""
    found, block = "", plain
    for part in name.split("."):
        block = block.get(part, {}) if isinstance(block, Mapping) else {}
        for key in function_keys(block)[:1]:
            found = owner_name(registry, key[1:], block[key])
    return found


def _dev_examples(corpus: Corpus, pipeline: Pipeline, setup: _Setup) -> list[Any] | None:
    """The development corpus, read before training so that nothing wrong with it comes up hours later.

    A streamed run reads it for every evaluation; here it is only tried, and None returned.
    """
    settings = setup.settings
    streamed = is_streamed(corpus, settings)
    with reading(settings.dev_corpus):
        examples = list(islice(corpus(pipeline), 1 if streamed else None))
    if not examples:
        raise DataError(f"{settings.dev_corpus} has no examples to evaluate on")
    check_type(examples, pipeline, settings.dev_corpus, setup.reader("dev_corpus"))
    if streamed:
        return None
    warn_of_gold(pipeline, examples, settings.dev_corpus)
    return examples


def _weights(pipeline: Pipeline, settings: Any, section: str) -> dict[str, float | None]:
    _warn_of_misspelt(
        [name for name, weight in settings.score_weights.items() if weight], pipeline.score_weights, section
    )
    weights = score_weights(pipeline.score_weights, settings.score_weights)
    if not any(weights.values()):
        warn("no score has a weight: the latest model counts as the best. Set training.score_weights.")
    return weights


def _warn_of_misspelt(names: Iterable[str], known: Iterable[str], section: str) -> None:
    """Warn of scores that no component declares, but for a letter or two. Scorers may return more than they declare."""
    known = list(known)
    for name in names:
        close = [] if name in known else get_close_matches(name, known, n=1, cutoff=0.8)
        if close:
            warn(
                f"{section}.score_weights.{name}: no component has such a score, as far as it says. Did you mean '{close[0]}'?"
            )


def _label(registry: Registries, kind: str, block: Any) -> str:
    name = block.get(f"@{kind}", "?") if isinstance(block, Mapping) else "?"
    return f"'{name}' ({registry.origin(kind, name)})" if registry.has(kind, name) else f"'{name}'"
