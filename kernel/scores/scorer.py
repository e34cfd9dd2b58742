"""Evaluation scores of a pipeline.

All scores lie between 0 and 1; a score is None if nothing was there to be counted. The definitions are those of the
field's tables, so that figures compare, but for one thing: what could not be measured is None and no part of a mean,
where the field counts 0. What is counted how is said in `kernel.scores`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from kernel.errors import DataError, KernelError, keep
from kernel.registries.blame import describe_error
from kernel.scores.cats import score_cats
from kernel.scores.counts import PRFScore, ROCAUCScore, Scores
from kernel.scores.deps import score_deps
from kernel.scores.links import score_links
from kernel.scores.spans import score_ents, score_spans
from kernel.scores.tokens import MISSING, score_token_attr, score_token_attr_per_feat, score_tokenization

if TYPE_CHECKING:
    from kernel.tokens.example import Example

__all__ = ["MISSING", "PRFScore", "ROCAUCScore", "Scorer", "Scores"]


class Scorer:
    """Scores of a pipeline on examples: those of the tokenizer, then those that each component's `score` returns.

    nlp: the pipeline; without one, all kinds of annotations are scored, and those that no gold document has are None.
    cfg: settings over those that the components score with, such as `threshold`.
    """

    def __init__(self, nlp: Any = None, **cfg: Any) -> None:
        self.nlp = nlp
        self.cfg = cfg

    def score(self, examples: Iterable[Example], *, per_component: bool = False) -> Scores:
        """One flat table, in which later components win; with `per_component` a table for each of them."""
        examples = list(examples)
        tables: dict[str, Scores] = {"tokenizer": score_tokenization(examples)}
        if self.nlp is None:
            tables.update(_of_all_kinds(examples))
        for name, component in self.nlp.pipeline if self.nlp is not None else ():
            if hasattr(component, "score"):
                try:
                    tables[name] = component.score(examples, **self.cfg)
                except Exception as error:
                    raise self._failure(name, error) from error
        if per_component:
            return dict(tables)
        return {key: value for table in tables.values() for key, value in table.items()}

    def _failure(self, name: str, error: Exception) -> KernelError:
        """The error that says which component's scorer failed, and how."""
        if isinstance(error, DataError) and error.path is not None:
            return error
        block = self.nlp.get_pipe_config(name).get("scorer")
        scorer = block.get("@scorers") if isinstance(block, Mapping) else None
        what = f"scoring component '{name}'" + (f" with '{scorer}'" if scorer else "") + " failed: "
        if isinstance(error, KernelError):
            failed = KernelError(what + error.message, hint=error.hint)
            failed.exit_code = error.exit_code
            return keep(failed, error)
        return keep(KernelError(what + describe_error(error)), error)

    score_tokenization = staticmethod(score_tokenization)
    score_token_attr = staticmethod(score_token_attr)
    score_token_attr_per_feat = staticmethod(score_token_attr_per_feat)
    score_ents = staticmethod(score_ents)
    score_spans = staticmethod(score_spans)
    score_cats = staticmethod(score_cats)
    score_deps = staticmethod(score_deps)
    score_links = staticmethod(score_links)


def _of_all_kinds(examples: list[Example]) -> dict[str, Scores]:
    """A table for each kind of annotation, by the name of the component that usually makes it."""
    labels = sorted({label for example in examples for label in example.reference.cats})
    return {
        "senter": score_spans(examples, "sents", has_annotation=_has_sents, labeled=False),
        "tagger": score_token_attr(examples, "tag"),
        "morphologizer": {
            **score_token_attr(examples, "pos"),
            **score_token_attr(examples, "morph"),
            **score_token_attr_per_feat(examples, "morph"),
        },
        "lemmatizer": score_token_attr(examples, "lemma"),
        "parser": score_deps(examples),
        "ner": score_ents(examples),
        "textcat": score_cats(examples, labels=labels) if labels else {},
    }


def _has_sents(doc: Any) -> bool:
    return bool(doc.has_annotation("SENT_START"))
