"""Language: the tokenizer, the components and their life cycle."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

from kernel.errors import UsageError, warn
from kernel.language import build, labels, learn, order, spread, stream, tokenized
from kernel.language.defaults import lex_attr_getters
from kernel.language.editing import EditableComponents
from kernel.language.factories import factory_meta, has_factory, register_component, register_factory
from kernel.language.initialize import initialize
from kernel.language.saving import ClassOrInstance, from_disk, from_saved
from kernel.language.vocab_data import check_vectors_of
from kernel.numeric import blas
from kernel.registries.family import registry
from kernel.saving.directories import load
from kernel.training.protocols import BasePipeline
from kernel.vocab.attrs import IS_STOP

if TYPE_CHECKING:
    from kernel.component import Finding
    from kernel.config import Config
    from kernel.saving.saved import Saved
    from kernel.tokens import Doc
    from kernel.tokens.example import Example
    from kernel.vocab import Vocab


class Language(EditableComponents, BasePipeline):
    """A pipeline: text in, annotated documents out; and the object that trains it.

    vocab: a Vocab to share, True for a new one. max_length: of a text, in characters. meta: name, version, author and
    the like. batch_size: documents per batch of `pipe`. create_tokenizer, create_vectors: functions of the pipeline
    and of the vocab, from the config. config: what it is made from, by default what its language has.
    """

    own_sections = frozenset[str]()

    def __init__(
        self,
        vocab: Vocab | bool = True,
        *,
        max_length: int = 1_000_000,
        meta: Mapping[str, Any] | None = None,
        batch_size: int = 1000,
        create_tokenizer: Callable[[Any], Any] | None = None,
        create_vectors: Callable[[Any], Any] | None = None,
        config: Config | None = None,
    ) -> None:
        from kernel.vocab import Vocab

        super().__init__(meta=meta, config=config)
        if not isinstance(vocab, Vocab) and vocab is not True:
            raise UsageError(
                f"vocab is to be a Vocab, or True for a new one, not {vocab!r}",
                hint="Settings of a pipeline are given by name: Language(vocab, meta=...).",
            )
        self._optimizer: Any = None
        self._stop_words = id(self.Defaults.stop_words), len(self.Defaults.stop_words)
        self.default_error_handler: stream.ErrorHandler | None = None
        self.path = None
        self.max_length = max_length
        self.batch_size = batch_size
        if isinstance(vocab, Vocab):
            self.vocab = vocab
        else:
            self.vocab = Vocab(
                lex_attr_getters=lex_attr_getters(type(self)),
                writing_system=dict(self.Defaults.writing_system),
                get_noun_chunks=self.Defaults.syntax_iterators.get("noun_chunks"),
            )
            if create_vectors is not None:
                self.vocab.vectors = create_vectors(self.vocab)
        self.built_tokenizer = (create_tokenizer or build.default_tokenizer(self.registry))(self)
        self.tokenizer = self.built_tokenizer

    # Registration. `Language.factory` and `Language.component` are decorators.

    factory = classmethod(register_factory)
    component = classmethod(register_component)
    has_factory = classmethod(has_factory)
    get_factory_meta = classmethod(factory_meta)
    # All that are installed or registered, by their names. One is imported when it is looked up.
    factories: ClassVar[Mapping[str, Callable[..., Any]]] = registry.factories.get_all()

    # Building, saving and loading: see kernel.language.build and kernel.language.saving.

    fill_config: ClassVar[Any] = classmethod(build.fill_config)
    from_disk = ClassOrInstance(from_disk)

    @classmethod
    def from_config(
        cls,
        config: Mapping[str, Any],
        *,
        vocab: Vocab | bool = True,
        disable: str | Iterable[str] = (),
        enable: str | Iterable[str] | None = None,
        exclude: str | Iterable[str] = (),
        meta: Mapping[str, Any] | None = None,
        auto_fill: bool = True,
        validate: bool = True,
    ) -> Self:
        """Build a pipeline: the class, the tokenizer, the components with their listeners connected; no weights yet.

        disable, enable: components to keep, but not to run. exclude: components to leave out. auto_fill: add defaults
        first. validate: False passes values of the wrong type on as they are. `ConfigError` with every problem.
        """
        return build.from_config(
            cls,
            config,
            vocab=vocab,
            disable=disable,
            enable=enable,
            exclude=exclude,
            meta=meta,
            auto_fill=auto_fill,
            validate=validate,
            load=load,
        )

    @classmethod
    def from_saved(cls, saved: Saved, **settings: Any) -> Self:
        """Build the pipeline that was saved, and load its data. settings: vocab, disable, enable, exclude."""
        return from_saved(cls, saved, **settings)

    def to_disk(self, path: str | Path, *, exclude: str | Iterable[str] = ()) -> None:
        """Save to a directory: whole or not at all, with checksums, byte-stable."""
        from kernel.language.saving import save

        save(self, path, exclude=exclude)

    def to_bytes(self, *, exclude: str | Iterable[str] = ()) -> bytes:
        """Config, meta, vocab, tokenizer and components as bytes."""
        from kernel.language.saving import pipeline_to_bytes

        return pipeline_to_bytes(self, exclude=exclude)

    def from_bytes(self, bytes_data: bytes, *, exclude: str | Iterable[str] = ()) -> Language:
        """Load data and config of a pipeline with the same components into this one; after an error it is as it was."""
        from kernel.language.saving import pipeline_from_bytes

        return pipeline_from_bytes(self, bytes_data, exclude=exclude)

    def __reduce__(self) -> tuple[Any, ...]:
        return self.made_by()

    def made_by(self, *, exclude: str | Iterable[str] = ()) -> tuple[Any, ...]:
        """A function, and the arguments with which it makes the pipeline anew in any process. exclude: see `to_bytes`."""
        from kernel.language.saving import unpickle

        return unpickle, (Language, self.to_bytes(exclude=exclude))

    # Running it.

    def make_doc(self, text: str | Doc) -> Doc:
        """Tokenize a text. `DataError` if it is longer than `max_length`."""
        self._look_at_stop_words()
        return tokenized.make_docs(self.tokenizer, [text], max_length=self.max_length)[0]

    def __call__(
        self,
        text: str | Doc,
        *,
        disable: str | Iterable[str] = (),
        component_cfg: stream.Settings | None = None,
    ) -> Doc:
        """Annotate one text. An error names the component."""
        docs = [self.make_doc(text)]
        steps = order.steps(self.slots, disable)
        done, _ = stream.annotate(steps, docs, component_cfg or {}, self.default_error_handler)
        return done[0] if done else docs[0]

    def pipe(
        self,
        texts: Iterable[Any],
        *,
        as_tuples: bool = False,
        batch_size: int | None = None,
        disable: str | Iterable[str] = (),
        component_cfg: stream.Settings | None = None,
        n_process: int = 1,
    ) -> Iterator[Any]:
        """Annotate a stream of texts or Docs, in order, a batch at a time.

        as_tuples: the stream is of (text, context) and so is the result. n_process: worker processes, -1 for one per
        CPU core.
        """
        self._look_at_stop_words()
        steps = order.steps(self.slots, disable)
        settings, handler = component_cfg or {}, self.default_error_handler
        run: Callable[[Iterable[stream.Batch]], Iterator[stream.Done]]
        if n_process == 1:
            make = partial(
                tokenized.make_docs_of_some,
                self.tokenizer,
                vocab=self.vocab,
                max_length=self.max_length,
                handler=handler,
            )
            run = partial(stream.run_here, make=make, steps=steps, settings=settings, handler=handler)
        else:
            from kernel.language.processes import run_in_processes

            run = partial(
                run_in_processes,
                nlp=self,
                steps=steps,
                settings=settings,
                handler=handler,
                n_process=n_process,
            )
        size = self.batch_size if batch_size is None else batch_size
        return stream.pipe(texts, run, as_tuples=as_tuples, batch_size=size)

    def _look_at_stop_words(self) -> None:
        """Let words that the vocab has met already be looked at again, if there are others among the stop words now."""
        words = self.Defaults.stop_words
        if self._stop_words != (id(words), len(words)):
            self._stop_words = id(words), len(words)
            self.vocab.lexeme_settings.note_change([IS_STOP])

    def memory_zone(self, mem: Any = None) -> AbstractContextManager[None]:
        """Forget, at the end of the block, the word forms that were met in it, with their documents; see `Vocab.memory_zone`."""
        return self.vocab.memory_zone(mem)

    def set_error_handler(self, handler: stream.ErrorHandler | None) -> None:
        """Call `handler(name, component, docs, error)` for documents that a component fails on; they are left out.

        `pipe` does so with texts that can't be tokenized, too: the name is "tokenizer", and such a text a document of one
        token. None, the default, raises an error.
        """
        self.default_error_handler = handler

    # Training it.

    def initialize(
        self,
        get_examples: Callable[[], Iterable[Example]] | None = None,
        *,
        sgd: Any = None,
        settings: dict[str, Any] | None = None,
    ) -> Any:
        """Infer labels and shapes from examples and draw the first weights; returns an optimizer.

        sgd: the optimizer to use; by default the config's. settings: `[initialize]`, by default of the own config.
        Copied components keep their weights.
        """
        learn.check_optimizer(sgd)
        initialize(self, get_examples, settings)
        # What was known is of other weights, and other labels.
        self.remember(())
        return self._keep_optimizer(sgd)

    def begin_training(
        self, get_examples: Callable[[], Iterable[Example]] | None = None, *, sgd: Any = None
    ) -> Any:
        """The old name of `initialize`."""
        warn("nlp.begin_training is the old name of nlp.initialize")
        return self.initialize(get_examples, sgd=sgd)

    def resume_training(self, *, sgd: Any = None, components: str | Iterable[str] | None = None) -> Any:
        """Go on training with the weights as they are; returns an optimizer.

        What the components know now is remembered, in copies of their models, for `rehearse`. components: those to remember,
        with what they listen to; by default all, `()` for none. What was remembered before is forgotten.
        """
        learn.check_optimizer(sgd)
        check_vectors_of(self.slots, self.vocab.vectors)
        self.remember(components)
        return self._keep_optimizer(sgd)

    def remember(self, components: str | Iterable[str] | None = None) -> None:
        """Remember what components know now, for `rehearse`, as `resume_training` does."""
        learn.remember(self, components)

    def create_optimizer(self) -> Any:
        """The optimizer of the config's `[training.optimizer]`."""
        return build.create_optimizer(self)

    def _keep_optimizer(self, sgd: Any = None) -> Any:
        """The pipeline's own optimizer: the given one, the one it has, or one from the config."""
        learn.check_optimizer(sgd)
        if sgd is not None:
            self._optimizer = sgd
        elif self._optimizer is None:
            self._optimizer = self.create_optimizer()
        return self._optimizer

    def update(
        self,
        examples: Iterable[Example],
        *old_style: Any,
        drop: float = 0.0,
        sgd: Any = None,
        losses: dict[str, float] | None = None,
        component_cfg: stream.Settings | None = None,
        exclude: str | Iterable[str] | None = None,
        annotates: str | Iterable[str] | None = None,
    ) -> dict[str, float]:
        """Learn from a batch: forward and backward pass of every component that learns; returns the losses.

        sgd: the optimizer; False leaves the gradients for later; by default the pipeline's own, which is made from the
        config when it is first needed. exclude: components not to change, by default the config's frozen_components.
        annotates: components whose predictions the later ones see, by default the config's annotating_components. After
        an error the gradients that wait for an optimizer are gone.
        """
        if old_style:
            raise UsageError(learn.NOT_EXAMPLES, hint=learn.MAKE_EXAMPLES)
        with blas.one_thread():
            return learn.update(
                self,
                examples,
                drop,
                sgd,
                losses,
                component_cfg or {},
                exclude,
                annotates,
                optimizer=self._keep_optimizer,
            )

    def rehearse(
        self,
        examples: Iterable[Example],
        *,
        drop: float = 0.0,
        sgd: Any = None,
        losses: dict[str, float] | None = None,
        component_cfg: stream.Settings | None = None,
        exclude: str | Iterable[str] | None = None,
        annotates: str | Iterable[str] | None = None,
        weight: float = 1.0,
    ) -> dict[str, float]:
        """Learn to say of documents what the components said of them at the last `resume_training`; returns the losses.

        Each component compares its outputs with those of a copy that has not changed since, also through a shared source.
        Annotations are not looked at: examples of raw text will do. Components that were added since are left out.
        weight: what the gradients are multiplied by, beside those of `update`. For the rest see `update`. `UsageError` if
        nothing was remembered.
        """
        with blas.one_thread():
            return learn.rehearse(
                self,
                examples,
                drop,
                sgd,
                losses,
                component_cfg or {},
                exclude,
                annotates,
                weight,
                optimizer=self._keep_optimizer,
            )

    def evaluate(
        self,
        examples: Iterable[Example],
        *,
        batch_size: int | None = None,
        scorer: Any = None,
        component_cfg: stream.Settings | None = None,
        scorer_cfg: Mapping[str, Any] | None = None,
        per_component: bool = False,
        team: Any = None,
        predicted: Callable[[Sequence[Example]], object] | None = None,
        progress: Callable[[int, int], object] | None = None,
    ) -> dict[str, Any]:
        """Scores of the pipeline on examples, which are not changed, and its speed in words per second.

        scorer: what counts them, by default a `Scorer` of the pipeline; scorer_cfg: settings for what its components
        count with, such as a threshold. team: the processes that share the work, a `kernel.training.team.Team`; the scores are those of its
        first member, and {} for the others. predicted: called with the examples before they are scored, when they hold what was predicted. progress: hears after
        each document how many of how many have been predicted.
        """
        size = batch_size or self.batch_size
        run: Any = partial(self.pipe, batch_size=size, component_cfg=component_cfg)
        if team is not None:
            run = partial(spread.pipe, self, team, size, run)
        return learn.evaluate(
            self, examples, size, per_component, run, scorer, scorer_cfg or {}, predicted, progress
        )

    def evaluate_components(self, examples: Iterable[Example]) -> dict[str, dict[str, Any]]:
        """Component -> score -> value; the tokenizer is one."""
        return self.evaluate(examples, per_component=True)

    def predict(self, component: str, examples: Sequence[Example]) -> Any:
        """What a component predicts for examples that the components before it have annotated."""
        return learn.predict(self, component, examples)

    def unlabelled(
        self, examples: Sequence[Example], settings: Mapping[str, Any] | None = None
    ) -> dict[str, str]:
        """Component to be trained -> what the examples hold, for those for which no example has a gold label.

        settings: the interpolated `[initialize]`, to leave out those that know their labels, or are given some there.
        """
        trained = self.models()
        return labels.unlabelled([slot for slot in self.slots if slot.name in trained], examples, settings)

    def sample_examples(self) -> list[Example]:
        """An example of three words without annotations."""
        return learn.sample_examples(self)

    def debug(
        self, train: Sequence[Example], dev: Sequence[Example]
    ) -> Iterator[tuple[str, Iterable[Finding]]]:
        """What is notable or wrong in the data, by topic: see `kernel debug data`."""
        from kernel.language.debug import debug

        return debug(self, train, dev)

    def models(self) -> dict[str, Any]:
        """Component name -> model of the components that training changes: enabled, not frozen."""
        return learn.trained_models(self)

    def use_params(self, params: Mapping[Any, Any] | None) -> AbstractContextManager[None]:
        """Use other parameters, such as averages, within a block."""
        from kernel.numeric.parameters import use_params

        return use_params(self.all_models(), params)
