"""The entity ruler: entities by phrases and patterns over tokens."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from kernel.component import SavedFile
from kernel.errors import DataError, MissingName
from kernel.files.atomic import atomic_file
from kernel.language import Language
from kernel.tokens import Doc
from kernel.vocab.strings import hash_string
from kernel_matchers.entity_ruler.columns import Entities, write_entities
from kernel_matchers.entity_ruler.scorer import entity_ruler_score
from kernel_matchers.rulers.component import Ruler
from kernel_matchers.rulers.patterns import RulerPattern
from kernel_matchers.rulers.table import Matches
from kernel_matchers.token_patterns.fuzzy import FuzzyCompare, levenshtein_compare

SEPARATOR = "||"
_SUFFIX = ".jsonl"


@Language.factory(
    "entity_ruler",
    assigns=["doc.ents", "token.ent_type", "token.ent_iob"],
    default_config={
        "phrase_matcher_attr": None,
        "matcher_fuzzy_compare": {"@misc": "kernel.levenshtein_compare.v1"},
        "validate": False,
        "overwrite_ents": False,
        "ent_id_sep": SEPARATOR,
        "scorer": {"@scorers": "kernel.entity_ruler_scorer.v1"},
    },
    default_score_weights={"ents_f": 1.0, "ents_p": 0.0, "ents_r": 0.0, "ents_per_type": None},
)
def make_entity_ruler(
    nlp: Language,
    name: str,
    phrase_matcher_attr: int | str | None,
    matcher_fuzzy_compare: Callable[..., Any],
    validate: bool,
    overwrite_ents: bool,
    ent_id_sep: str,
    scorer: Callable[..., dict[str, Any]] | None,
) -> "EntityRuler":
    """Finds entities by phrases and patterns.

    phrase_matcher_attr: the attribute by which phrases are compared, null for ORTH. overwrite_ents: whether entities that documents have give
    way to those that are found. ent_id_sep: what stands between label and id where both are one text. validate: taken as the
    field's configs have it; patterns are checked in any case.
    """
    return EntityRuler(
        nlp,
        name,
        phrase_matcher_attr=phrase_matcher_attr,
        matcher_fuzzy_compare=matcher_fuzzy_compare,
        validate=validate,
        overwrite_ents=overwrite_ents,
        ent_id_sep=ent_id_sep,
        scorer=scorer,
    )


class EntityRuler(Ruler):
    """Sets entities that patterns match.

    Of matches that overlap the longest is taken, and of those the one that begins first; where several labels have the same tokens, the one that was added first.
    Entities that a document has stay, and nothing that touches them is taken, unless `overwrite_ents` is set: then they give way.
    """

    def __init__(
        self,
        nlp: Language,
        name: str = "entity_ruler",
        *,
        phrase_matcher_attr: int | str | None = None,
        matcher_fuzzy_compare: FuzzyCompare = levenshtein_compare,
        validate: bool = False,
        overwrite_ents: bool = False,
        ent_id_sep: str = SEPARATOR,
        patterns: Iterable[Mapping[str, Any]] | None = None,
        scorer: Callable[..., dict[str, Any]] | None = entity_ruler_score,
    ) -> None:
        self.overwrite = overwrite_ents
        self.ent_id_sep = ent_id_sep
        super().__init__(
            nlp,
            name,
            phrase_matcher_attr=phrase_matcher_attr,
            matcher_fuzzy_compare=matcher_fuzzy_compare,
            validate=validate,
            scorer=scorer,
        )
        if patterns is not None:
            self.add_patterns(patterns)

    def __contains__(self, label: object) -> bool:
        """Whether any pattern has a label, or a label and an id with `ent_id_sep` between them."""
        return super().__contains__(label) or any(label == self._key(*name) for name in self.table.names)

    @property
    def ent_ids(self) -> tuple[str, ...]:
        """The ids of the patterns, sorted."""
        return self.ids

    def read_id(self, pattern: RulerPattern) -> RulerPattern:
        """A label such as `ORG||apple` has the id in it."""
        label, found, own_id = (
            pattern.label.partition(self.ent_id_sep) if self.ent_id_sep else (pattern.label, "", "")
        )
        return RulerPattern(label, pattern.id or own_id, pattern.pattern) if found else pattern

    def remove(self, ent_id: str) -> None:
        """Remove the patterns with an id. `MissingName` if there are none."""
        if not self.table.remove(lambda pattern: pattern.id == ent_id):
            raise MissingName(f"no pattern of component '{self.name}' has the id {ent_id!r}")

    def match(self, doc: Doc) -> list[tuple[int, int, int]]:
        """The matches in a document, longer ones first: the number of the label, or of label and id with `ent_id_sep` between them, first
        token, token after the last."""
        found = self.table.find([doc])
        keys = [hash_string(self._key(*name)) for name in self.table.names]
        return [
            (keys[name], start, end)
            for name, start, end in zip(
                found.names.tolist(), found.starts.tolist(), found.ends.tolist(), strict=True
            )
        ]

    def _key(self, label: str, own_id: str) -> str:
        return f"{label}{self.ent_id_sep}{own_id}" if own_id else label

    def set_annotations(self, docs: Sequence[Doc], predictions: Matches) -> None:
        """Set the entities."""
        compiled, (names, starts, ends) = self.table.compiled(), predictions
        found = Entities(starts, ends, compiled.labels[names], compiled.ids[names])
        write_entities(docs, found, overwrite=self.overwrite)

    def files(self) -> dict[str, SavedFile]:
        """Settings and patterns, in files that the field reads too."""
        return {
            **super().files(),
            "patterns.jsonl": SavedFile(self.patterns_to_bytes, self.patterns_from_bytes),
        }

    def cfg_to_bytes(self) -> bytes:
        self.cfg.update(
            overwrite=self.overwrite, phrase_matcher_attr=self.phrase_matcher_attr, ent_id_sep=self.ent_id_sep
        )
        return super().cfg_to_bytes()

    def cfg_from_bytes(self, data: bytes) -> None:
        super().cfg_from_bytes(data)
        self.overwrite = bool(self.cfg.get("overwrite", self.overwrite))
        self.ent_id_sep = str(self.cfg.get("ent_id_sep", self.ent_id_sep))
        self._use_attribute(self.cfg.get("phrase_matcher_attr", self.phrase_matcher_attr))

    def to_disk(self, path: str | Path, *, exclude: str | Iterable[str] = ()) -> None:
        """Write settings and patterns into a directory; to a path that ends in `.jsonl` the patterns alone."""
        if Path(path).suffix == _SUFFIX:
            with atomic_file(Path(path)) as fresh:
                fresh.write_bytes(self.patterns_to_bytes())
        else:
            super().to_disk(path, exclude=exclude)

    def from_disk(self, path: str | Path, *, exclude: str | Iterable[str] = ()) -> Self:
        """Read what `to_disk` wrote: a directory, or a file of patterns, whose path may do without `.jsonl`. `DataError` if it isn't there."""
        path = Path(path)
        file = path if path.suffix == _SUFFIX else path.with_name(path.name + _SUFFIX)
        if path.is_dir():
            super().from_disk(path, exclude=exclude)
        elif file.is_file():
            try:
                self.patterns_from_bytes(file.read_bytes())
            except DataError as error:
                raise error.at(file, line=error.line) from error
        else:
            raise DataError(
                f"component '{self.name}': there is neither a directory nor a file of patterns", path=path
            )
        return self
