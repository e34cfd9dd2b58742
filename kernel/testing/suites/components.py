"""The suite for pipeline components."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from kernel.language import Language
from kernel.language.factories import FactoryMeta, find_factory
from kernel.numeric.random import scope, seed_all
from kernel.testing.samples import sample_docs, sample_examples
from kernel.testing.suites.base import Suite
from kernel.tokens import Doc
from kernel.training import Example

# What a factory's `assigns` may name, and where the annotation shows.
_PARTS = {
    "token.tag": {"tag"}, "token.pos": {"pos"}, "token.lemma": {"lemma"}, "token.morph": {"morph"},
    "token.dep": {"dep", "sents"}, "token.head": {"head", "sents"}, "token.is_sent_start": {"sents"},
    "token.sent_start": {"sents"}, "doc.sents": {"sents"}, "token.norm": {"norm"}, "doc.ents": {"ents"},
    "token.ent_iob": {"ents"}, "token.ent_type": {"ents"}, "token.ent_kb_id": {"ents"}, "token.ent_id": {"ents"},
    "doc.cats": {"cats"}, "doc.spans": {"spans"}, "doc.tensor": {"tensor"}, "doc.user_data": {"user_data"},
}  # fmt: skip


class ComponentSuite(Suite):
    """A factory of the registry `factories`: `make(nlp, name, **settings)` returns a component.

    settings: the component's config block. before, after: other components of the pipeline by name, each the config
    that `add_pipe` takes with its "factory", for a component that needs a source or a listener. steps, learn_rate: of
    the training that must lower the loss. Override `examples` if the component learns something that
    `kernel.testing.sample_examples` doesn't have, and `docs` if it works on annotations that nothing before it sets.
    """

    kind = "factories"
    before: ClassVar[Mapping[str, Mapping[str, Any]]] = {}
    after: ClassVar[Mapping[str, Mapping[str, Any]]] = {}
    steps: ClassVar[int] = 30
    learn_rate: ClassVar[float] = 0.01

    def examples(self, nlp: Any) -> list[Example]:
        """Annotated examples; each call makes new ones."""
        return sample_examples(nlp)

    def docs(self, nlp: Any) -> list[Doc]:
        """Documents that go through the pipeline; each call makes new ones."""
        return sample_docs(nlp.vocab)

    def meta(self) -> FactoryMeta:
        """What the factory says about its components."""
        return find_factory(self.name, None)[1]

    def language(self) -> Any:
        """A pipeline without components."""
        return Language()

    def pipeline(self, *, initialize: bool = True) -> tuple[Any, Any]:
        """A new pipeline and the component in it."""
        nlp = self.language()
        for name, config in self.before.items():
            _add(nlp, name, config)
        # A factory of the pipeline's language is named without it.
        component = nlp.add_pipe(self.name.removeprefix(f"{nlp.lang}."), config=dict(self.settings))
        for name, config in self.after.items():
            _add(nlp, name, config)
        if initialize:
            seed_all(self.seed, self.name)
            with scope(seed=self.seed):
                nlp.initialize(lambda: self.examples(nlp))
        return nlp, component

    def trained(self, *, steps: int | None = None, drop: float = 0.0) -> tuple[Any, Any, list[float]]:
        """A pipeline after some steps on the examples, the component, and the losses of all components by step."""
        nlp, component = self.pipeline()
        examples, losses = self.examples(nlp), []
        if nlp.models():
            optimizer = nlp.create_optimizer()
            optimizer.learn_rate = self.learn_rate
            for step in range(self.steps if steps is None else steps):
                with scope(seed=self.seed, step=step):
                    losses.append(sum(nlp.update(examples, drop=drop, sgd=optimizer, losses={}).values()))
        return nlp, component, losses

    def golden(self) -> Any:
        # Few steps: the optimizer makes much of differences in the last digit.
        nlp, _, losses = self.trained(steps=3)
        found = [_annotations(doc) for doc in nlp.pipe(self.docs(nlp))]
        return {
            "losses": losses,
            "annotations": [{**each, "tensor": np.asarray(each["tensor"])} for each in found],
        }

    def test_the_factory_says_what_it_sets(self) -> None:
        meta = self.meta()
        unknown = [each for each in meta.assigns if each not in _PARTS and "._." not in each]
        assert meta.assigns or meta.retokenizes, (
            f"@Language.factory({self.name!r}, assigns=[...]) says what the component sets; it is empty"
        )
        assert not unknown, (
            f"assigns names {', '.join(unknown)}; there are {', '.join(_PARTS)} and extensions"
        )

    def test_sets_nothing_but_what_it_declares(self) -> None:
        nlp, component, _ = self.trained()
        if self.meta().retokenizes:
            # With other tokens there are other annotations.
            return
        declared = set().union(*(_PARTS.get(each, {"user_data"}) for each in self.meta().assigns))
        for doc in self.docs(nlp):
            for name in self.before:
                doc = nlp.get_pipe(name)(doc)
            before = _annotations(doc)
            after = _annotations(component(doc))
            changed = {part for part in after if after[part] != before[part]}
            assert changed <= declared, (
                f"the component sets {', '.join(sorted(changed - declared))}, not in assigns"
            )

    def test_leaves_the_text_alone(self) -> None:
        nlp, _, _ = self.trained()
        texts = [doc.text for doc in self.docs(nlp)]
        words = [[token.text for token in doc] for doc in self.docs(nlp)]
        docs = list(nlp.pipe(self.docs(nlp)))
        assert [doc.text for doc in docs] == texts
        assert self.meta().retokenizes or [[token.text for token in doc] for doc in docs] == words

    def test_batches_give_what_single_documents_give(self) -> None:
        nlp, _, _ = self.trained()
        single = [_annotations(nlp(doc)) for doc in self.docs(nlp)]
        batched = [_annotations(doc) for doc in nlp.pipe(self.docs(nlp))]
        _assert_alike(batched, single, "pipe() sets other annotations than a call does")

    def test_documents_without_tokens_and_of_one_token(self) -> None:
        nlp, component, _ = self.trained()
        empty = nlp(Doc(nlp.vocab))
        assert len(empty) == 0
        docs = [Doc(nlp.vocab), Doc(nlp.vocab, words=["One"]), Doc(nlp.vocab)]
        assert [len(doc) for doc in nlp.pipe(docs)] == [0, 1, 0]
        assert not hasattr(component, "pipe") or list(component.pipe(iter([]))) == []

    def test_learns_five_examples(self) -> None:
        nlp, _, losses = self.trained()
        if nlp.models():
            assert np.isfinite(losses).all(), f"a loss is not finite: {losses}"
            assert losses[-1] < 0.8 * losses[0], (
                f"the loss went from {losses[0]:.4g} to {losses[-1]:.4g} in {self.steps} steps on five examples"
            )

    def test_rehearses_what_it_knew(self) -> None:
        nlp, component, _ = self.trained(steps=3)
        if not nlp.models() or not callable(getattr(component, "rehearse", None)):
            return
        examples, names = self.examples(nlp), [*self.before, component.name, *self.after]
        optimizer = nlp.resume_training(sgd=nlp.create_optimizer(), components=names)
        optimizer.learn_rate = self.learn_rate
        losses = nlp.rehearse(examples, sgd=False, losses={})
        assert max(losses.values()) < 1e-6, f"what has not changed has something to rehearse: {losses}"
        for step in range(5):
            with scope(seed=self.seed, step=step):
                nlp.update(examples, sgd=optimizer)
        # Another one: its momentum would carry the weights on.
        optimizer = nlp.create_optimizer()
        optimizer.learn_rate = self.learn_rate
        first = sum(nlp.rehearse(examples, sgd=optimizer, losses={}).values())
        after = []
        for _ in range(self.steps):
            # Where little was to be learnt, a step of full length goes past what the component knew.
            optimizer.learn_rate *= 0.9
            after.append(sum(nlp.rehearse(examples, sgd=optimizer, losses={}).values()))
        last = min(after)
        assert np.isfinite([first, *after]).all(), f"a loss is not finite: {[first, *after]}"
        assert last <= first, (
            f"rehearsal takes the component further away from what it knew: the loss went from {first:.4g} to {last:.4g}; a component that "
            "overrides `learn` overrides `recall` too, and `rehearse = None` says that it can't rehearse"
        )

    def test_a_batch_with_nothing_in_it_can_be_learnt(self) -> None:
        nlp, _ = self.pipeline()
        if nlp.models():
            nothing = [Example(Doc(nlp.vocab), Doc(nlp.vocab))]
            losses = nlp.update(nothing, sgd=None, losses={})
            assert np.isfinite(list(losses.values())).all()

    def test_equal_seeds_give_equal_weights(self) -> None:
        one, other = (self.trained(drop=0.2)[1] for _ in range(2))
        if hasattr(one, "to_bytes"):
            assert one.to_bytes() == other.to_bytes(), "two trainings with one seed differ"

    def test_survives_bytes(self) -> None:
        nlp, component, _ = self.trained()
        if hasattr(component, "to_bytes"):
            copy, other = self.pipeline(initialize=False)
            for name in nlp.pipe_names:
                copy.get_pipe(name).from_bytes(nlp.get_pipe(name).to_bytes())
            assert other.to_bytes() == component.to_bytes()
            self._assert_same(nlp, copy)

    def test_survives_disk(self, tmp_path: Path) -> None:
        nlp, component, _ = self.trained()
        if hasattr(component, "to_disk"):
            copy, other = self.pipeline(initialize=False)
            for name in nlp.pipe_names:
                nlp.get_pipe(name).to_disk(tmp_path / name)
                copy.get_pipe(name).from_disk(tmp_path / name)
            other.to_disk(tmp_path / "again")
            for file in (tmp_path / "again").rglob("*"):
                if file.is_file():
                    first = tmp_path / component.name / file.relative_to(tmp_path / "again")
                    assert file.read_bytes() == first.read_bytes(), (
                        f"{file.name} changes when it is loaded and saved"
                    )
            self._assert_same(nlp, copy)

    def test_scores_are_those_that_it_announces(self) -> None:
        nlp, component, _ = self.trained()
        scores = nlp.evaluate(self.examples(nlp))
        for name, weight in self.meta().default_score_weights.items():
            if weight:
                assert name in scores, f"default_score_weights names {name}, which score() doesn't return"
                assert scores[name] is None or 0 <= scores[name] <= 1, (
                    f"{name} is {scores[name]}, not from 0 to 1"
                )
        if hasattr(component, "score"):
            component.score([])

    def _assert_same(self, nlp: Any, copy: Any) -> None:
        found = [_annotations(doc) for doc in copy.pipe(self.docs(copy))]
        expected = [_annotations(doc) for doc in nlp.pipe(self.docs(nlp))]
        _assert_alike(found, expected, "a loaded component sets other annotations")


def _assert_alike(found: list[dict[str, Any]], expected: list[dict[str, Any]], message: str) -> None:
    """Equal but for the last digits of numbers."""
    for one, other in zip(found, expected, strict=True):
        assert np.allclose(one.pop("tensor"), other.pop("tensor"), rtol=1e-4, atol=1e-5), message
        cats = one.pop("cats"), other.pop("cats")
        assert cats[0].keys() == cats[1].keys(), message
        assert np.allclose(list(cats[0].values()), list(cats[1].values()), rtol=1e-4, atol=1e-5), message
        assert one == other, message


def _add(nlp: Any, name: str, config: Mapping[str, Any]) -> None:
    settings = dict(config)
    nlp.add_pipe(settings.pop("factory", name), name=name, config=settings)


def _annotations(doc: Doc) -> dict[str, Any]:
    """Everything that a component may set, as plain data."""
    return {
        "tag": [token.tag_ for token in doc],
        "pos": [token.pos_ for token in doc],
        "lemma": [token.lemma_ for token in doc],
        "morph": [str(token.morph) for token in doc],
        "norm": [token.norm_ for token in doc],
        "dep": [token.dep_ for token in doc],
        "head": [token.head.i for token in doc],
        "sents": [token.is_sent_start for token in doc],
        "ents": [(span.start, span.end, span.label_, span.kb_id_) for span in doc.ents],
        "spans": {key: [(s.start, s.end, s.label_) for s in group] for key, group in doc.spans.items()},
        "cats": dict(doc.cats),
        "tensor": np.asarray(doc.tensor).tolist() if doc.tensor is not None else [],
        "user_data": {str(key): str(value) for key, value in doc.user_data.items()},
    }
