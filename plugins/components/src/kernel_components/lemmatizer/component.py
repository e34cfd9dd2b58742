"""The lemmatizer that looks lemmas up in tables, or makes them by rules. It does not learn."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from kernel.component import BatchComponent, Finding, SavedFile
from kernel.errors import ConfigError, DataError, warn
from kernel.language import Language
from kernel.tokens import Doc, Token
from kernel.tokens.batch import batch_column, set_batch_column
from kernel.tokens.features import unique_features
from kernel.training import Example
from kernel.vocab import Vocab
from kernel.vocab.attrs import intify
from kernel_components.lemmatizer import recommended
from kernel_components.lemmatizer.base_forms import is_english_base_form
from kernel_components.lemmatizer.lookups_data import PACKAGE, files_of, read
from kernel_components.lemmatizer.rules import lemmas_by_rules
from kernel_components.lemmatizer.shapes import check_shapes, keys_with_capitals
from kernel_components.lemmatizer.tables import Tables

LEMMA, POS = intify("LEMMA"), intify("POS")
# Words with their annotations whose lemma is remembered.
MOST = 1 << 17
# Parts of speech that have a table of their own in the mode pos_lookup; `other` is for the rest.
_CLASSES = [
    "adj",
    "adp",
    "adv",
    "aux",
    "cconj",
    "det",
    "intj",
    "noun",
    "num",
    "part",
    "pron",
    "propn",
    "punct",
    "sconj",
    "sym",
    "verb",
    "x",
    "other",
]
DEFAULTS = {
    "model": None,
    "mode": "rule",
    "overwrite": False,
    "scorer": {"@scorers": "kernel.lemmatizer_scorer.v1"},
}


@Language.factory(
    "lemmatizer",
    assigns=["token.lemma"],
    default_config=DEFAULTS,
    default_score_weights={"lemma_acc": 1.0},
    recommend=recommended.lemmatizer,
)
def make_lemmatizer(
    nlp: Language,
    name: str,
    model: Any,
    mode: str,
    overwrite: bool,
    scorer: Callable[..., dict[str, Any]] | None,
) -> "Lemmatizer":
    """Looks lemmas up in tables, or makes them by rules.

    mode: lookup (a table of lemmas by form), pos_lookup (one for each part of speech) or rule (by part of speech; it wants
    token.pos, and features where they are known). overwrite: replace lemmas that are already set. model has no effect.
    """
    return Lemmatizer(nlp.vocab, model, name, mode=mode, overwrite=overwrite, scorer=scorer)


@Language.factory(
    "en.lemmatizer",
    assigns=["token.lemma"],
    default_config=DEFAULTS,
    default_score_weights={"lemma_acc": 1.0},
    recommend=recommended.lemmatizer,
)
def make_english_lemmatizer(
    nlp: Language,
    name: str,
    model: Any,
    mode: str,
    overwrite: bool,
    scorer: Callable[..., dict[str, Any]] | None,
) -> "EnglishLemmatizer":
    """Build the component for English, whose rules leave base forms alone.

    The settings are those of lemmatizer.
    """
    return EnglishLemmatizer(nlp.vocab, model, name, mode=mode, overwrite=overwrite, scorer=scorer)


_END = "_lemmatize"


def listed(lemmas: str | Iterable[str]) -> list[str]:
    """What a table has for a form, one lemma or several, as a list."""
    return [lemmas] if isinstance(lemmas, str) else list(lemmas)


class Lemmatizer(BatchComponent):
    """Sets `token.lemma`.

    A subclass for a language overrides `is_base_form`, or adds a mode with a method `<mode>_lemmatize`, which takes a token and
    returns its possible lemmas, the best first, and with its tables in `get_lookups_config`.
    """

    depends_on: ClassVar[dict[str, tuple[str, ...]]] = {
        "lookup": ("ORTH",),
        "pos_lookup": ("ORTH", "POS"),
        "rule": ("ORTH", "POS", "MORPH"),
    }
    """Mode -> the attributes of a token that its lemma depends on: it is found once for each of their values. A mode that is
    not there is asked for every token."""

    usual_shapes: ClassVar[frozenset[str]] = frozenset()
    """Modes with a method of the subclass's own whose tables look as all others of their names do, and are checked."""

    def __init__(
        self,
        vocab: Vocab,
        model: Any = None,
        name: str = "lemmatizer",
        *,
        mode: str = "lookup",
        overwrite: bool = False,
        scorer: Callable[..., dict[str, Any]] | None = None,
    ) -> None:
        super().__init__(name, scorer=scorer)
        self.vocab = vocab
        self.model = model
        self.cfg.update(mode=mode, overwrite=overwrite)
        if not callable(getattr(self, f"{mode}_lemmatize", None)):
            known = sorted(each.removesuffix(_END) for each in dir(type(self)) if each.endswith(_END))
            raise ConfigError(
                f"component '{name}' has no mode '{mode}'", hint=f"There are: {', '.join(known)}."
            )
        self.requires = ("token.pos",) if "POS" in self.depends_on.get(mode, ()) else ()
        self.lookups = Tables()

    @property
    def mode(self) -> str:
        mode: str = self.cfg["mode"]
        return mode

    @property
    def lookups(self) -> Tables:
        """The tables, by name. `DataError` where one is set whose entries are not what the mode expects."""
        return self._lookups

    @lookups.setter
    def lookups(self, lookups: Any) -> None:
        tables = Tables.of(lookups)
        # A subclass with a method of its own for the mode may have tables of its own shape.
        method = f"{self.mode}{_END}"
        is_own = getattr(type(self), method) is not getattr(Lemmatizer, method, None)
        if not is_own or self.mode in self.usual_shapes:
            needed, used = self.get_lookups_config(self.mode)
            check_shapes({name: tables[name] for name in (*needed, *used) if name in tables}, self.name)
        self._lookups = tables
        self._words: dict[str, frozenset[str]] = {}
        self._known: dict[tuple[int, ...], str] = {}
        self._warned = False

    @classmethod
    def get_lookups_config(cls, mode: str) -> tuple[list[str], list[str]]:
        """The names of the tables that a mode needs, and of those that it uses if they are there."""
        tables: dict[str, tuple[list[str], list[str]]] = {
            "lookup": (["lemma_lookup"], []),
            "pos_lookup": ([], [f"lemma_lookup_{each}" for each in _CLASSES]),
            "rule": (["lemma_rules"], ["lemma_exc", "lemma_index"]),
        }
        return tables.get(mode, ([], []))

    def initialize(
        self,
        get_examples: Callable[[], Iterable[Example]] | None = None,
        *,
        nlp: Language | None = None,
        lookups: Any = None,
    ) -> None:
        """Take the tables of the mode. `DataError` if one that it needs is not there, or has entries of another shape.

        lookups: tables by name, or the path of a file or folder with them. By default they are those of `[initialize] lookups` if
        these have what is needed, or else those of the package spacy-lookups-data.
        """
        needed, used = self.get_lookups_config(self.mode)
        found = Tables.of(lookups) if lookups is not None else self._usual(needed, used)
        self.lookups = Tables(
            (name, table) for name, table in found.items() if name in (*needed, *used) or not needed + used
        )
        self._check_tables(found)
        for table, keys in keys_with_capitals(self.lookups).items():
            warn(
                f"the table {table} of '{self.name}' has entries that no word gets: {', '.join(keys)}. Its parts of speech are "
                f"to be in lower case: {', '.join(map(str.lower, keys))}"
            )

    def _usual(self, needed: Sequence[str], used: Sequence[str]) -> Tables:
        """The tables that nobody has named."""
        if self.vocab.lookups:
            own = Tables.of(self.vocab.lookups)
            if all(name in own for name in needed) and any(name in own for name in (*needed, *used)):
                return own
        return read(files_of(self.vocab.lang), [*needed, *used])

    def _check_tables(self, found: Tables) -> None:
        needed, used = self.get_lookups_config(self.mode)
        missing = [name for name in needed if name not in self.lookups]
        if not missing and (self.lookups or not used):
            return
        *first, last = missing or ["lemma_lookup_<part of speech>, such as lemma_lookup_noun"]
        what = f"tables {', '.join(first)} and {last}" if first else f"table {last}"
        there = f"; there {'is' if len(found) == 1 else 'are'} {', '.join(found)}" if found else ""
        raise DataError(
            f"the mode '{self.mode}' needs the {what} for the language '{self.vocab.lang}'{there}",
            hint=f"The package {PACKAGE} has tables of many languages: pip install {PACKAGE}. Your own are named in the config, "
            f'[initialize.components.{self.name}] lookups = "PATH" of JSON files or [initialize.lookups], or in Python '
            f"with initialize(lookups={{...}}).",
        )

    def predict(self, docs: Sequence[Doc]) -> NDArray[np.uint64]:
        """The number of each token's lemma, the documents one after another: uint64 (N,). `DataError` without tables."""
        self._check_tables(self.lookups)
        attrs = self.depends_on.get(self.mode)
        size = sum(map(len, docs))
        if not size:
            return np.zeros(0, dtype=np.uint64)
        if self.mode == "rule" and not self._warned and not batch_column(docs, POS).any():
            self._warned = True
            warn(
                f"'{self.name}' is to make lemmas by rules, but no token has a part of speech (token.pos): all are in lower case now"
            )
        if attrs is None:
            return self._numbers(docs, [self.lemmatize(token)[0] for doc in docs for token in doc])
        features, places = unique_features(docs, [intify(attr) for attr in attrs])
        lemmas = self._lemmas(docs, list(map(tuple, features.tolist())), places)
        return self._numbers(docs, lemmas)[places]

    def _lemmas(
        self, docs: Sequence[Doc], keys: Sequence[tuple[int, ...]], places: NDArray[np.int32]
    ) -> list[str]:
        """A lemma for each of some distinct keys. places: which key each token has, int (N,)."""
        if len(self._known) + len(keys) > MOST:
            self._known = {}
        known = self._known
        new = [number for number, key in enumerate(keys) if key not in known]
        if new:
            lengths = [len(doc) for doc in docs]
            ends = np.cumsum(lengths)
            first = np.empty(len(keys), dtype=np.int64)
            first[places[::-1]] = np.arange(len(places))[::-1]
            owners = np.searchsorted(ends, first, side="right")
            inside = first - (ends - lengths)[owners]
            for number in new:
                token = docs[int(owners[number])][int(inside[number])]
                known[keys[number]] = self.lemmatize(token)[0]
        return [known[key] for key in keys]

    def _numbers(self, docs: Sequence[Doc], lemmas: Sequence[str]) -> NDArray[np.uint64]:
        """The numbers of lemmas, known to all documents: uint64 (lemmas,)."""
        numbers = np.zeros(0, dtype=np.uint64)
        for table in {id(doc.table): doc.table for doc in docs}.values():
            numbers = table.intern_many(lemmas)
        return numbers

    def set_annotations(self, docs: Sequence[Doc], predictions: NDArray[np.uint64]) -> None:
        """Set the lemmas. Those that are already there stay, unless the component overwrites."""
        set_batch_column(docs, LEMMA, predictions, overwrite=self.cfg["overwrite"])

    def lemmatize(self, token: Token) -> list[str]:
        """The possible lemmas of a token by the component's mode, the best first."""
        found: list[str] = getattr(self, f"{self.mode}{_END}")(token)
        return found

    def lookup_lemmatize(self, token: Token) -> list[str]:
        """What the table lemma_lookup says of the form; the form, if it says nothing."""
        return listed(self.lookups.get_table("lemma_lookup", {}).get(token.text) or token.text)

    def pos_lookup_lemmatize(self, token: Token) -> list[str]:
        """What the table of the token's part of speech says of the form, or of it in lower case; else the form.

        The table is `lemma_lookup_noun` for NOUN, and so on, or `lemma_lookup_other` if there is none.
        """
        table = self.lookups.get_table(f"lemma_lookup_{token.pos_.lower()}")
        if table is None:
            table = self.lookups.get_table("lemma_lookup_other", {})
        return listed(table.get(token.text) or table.get(token.text.lower()) or token.text)

    def rule_lemmatize(self, token: Token) -> list[str]:
        """What the rules and exceptions of the token's part of speech make of the form, see `rules.lemmas_by_rules`.

        A base form is its own lemma, in lower case. So is a word whose part of speech has no rules, unless it is a proper noun.
        """
        form, pos = token.text, token.pos_.lower()
        if pos in ("", "eol", "space") or self.is_base_form(token):
            return [form.lower()]
        rules, exceptions, words = (
            self.entry(name, pos) for name in ("lemma_rules", "lemma_exc", "lemma_index")
        )
        if not (rules or exceptions or words):
            return [form if pos == "propn" else form.lower()]
        irregular = (exceptions or {}).get(form.lower(), ())
        return lemmas_by_rules(form, rules or (), listed(irregular), self.known_words(pos))

    def entry(self, table: str, key: str, default: Any = None) -> Any:
        """What a table has for a key; the default, if there is no such table or it has nothing."""
        return self.lookups.get_table(table, {}).get(key) or default

    def known_words(self, pos: str) -> frozenset[str]:
        """The words of a part of speech that lemmas can be, as the table lemma_index has them."""
        if pos not in self._words:
            self._words[pos] = frozenset(self.entry("lemma_index", pos, ()))
        return self._words[pos]

    def is_base_form(self, token: Token) -> bool:
        """Whether a token is its own lemma, so that no rule is to be applied: here, never. For subclasses."""
        return False

    def debug(self, train: Sequence[Example], dev: Sequence[Example]) -> Iterable[Finding]:
        for name, table in self.lookups.items():
            yield Finding("info", f"table {name}: {len(table):,} entries")

    def files(self) -> dict[str, SavedFile]:
        return {**super().files(), "lookups": SavedFile(self.lookups_to_bytes, self.lookups_from_bytes)}

    def lookups_to_bytes(self) -> bytes:
        """The tables as MessagePack."""
        return self.lookups.to_bytes()

    def lookups_from_bytes(self, data: bytes) -> None:
        """Take tables."""
        self.lookups = Tables.from_bytes(data)


class EnglishLemmatizer(Lemmatizer):
    """That of English: rules leave base forms alone."""

    def is_base_form(self, token: Token) -> bool:
        """Whether part of speech and features say so, see `base_forms.is_english_base_form`."""
        return is_english_base_form(token.pos_, token.morph.to_dict())
