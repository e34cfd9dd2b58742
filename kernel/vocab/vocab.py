"""Vocab: the strings, word forms and vectors that the documents of a pipeline share."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kernel.errors import DataError, UsageError, WrongType, warn
from kernel.files.names import as_names
from kernel.processes.gate import Lock
from kernel.vocab import attrs
from kernel.vocab.lex_attrs import Getter
from kernel.vocab.lexeme import Lexeme
from kernel.vocab.lexemes import LexemeSettings, LexemeTable
from kernel.vocab.norm_table import with_norms
from kernel.vocab.packing import pack, unpack
from kernel.vocab.strings import StringStore
from kernel.vocab.vectors import Vectors

DEFAULT_LEXEME_LIMIT = 200_000
LOOKUPS = "lookups.bin"
# The table of `lookups` with the logarithm of each form's probability, and what forms have that it doesn't know.
PROBABILITIES, UNLIKELY = "lexeme_prob", -20.0


class Vocab:
    """Strings, word forms and vectors.

    strings: strings to keep from the start. lex_attr_getters: attribute number -> function of the text, on
    top of the built-in ones. vectors: the vectors, none by default. lexeme_limit: how many word forms and
    document strings a generation holds before the next one starts. writing_system: direction, has_case,
    has_letters. lookups: tables of the language, name -> mapping. get_noun_chunks: the language's rule for base noun
    phrases. tag_map: of older versions, without effect; a warning says what to do instead.

    Pickles hold all of it; files and bytes hold what is data: strings, lexeme attributes, vectors and tables.
    """

    def __init__(
        self,
        strings: Iterable[str] | StringStore | None = None,
        *,
        lex_attr_getters: dict[int, Getter] | None = None,
        vectors: Vectors | None = None,
        vectors_name: str | None = None,
        writing_system: dict[str, Any] | None = None,
        lookups: Any = None,
        get_noun_chunks: Callable[..., Any] | None = None,
        lexeme_limit: int = DEFAULT_LEXEME_LIMIT,
        tag_map: Any = None,
    ) -> None:
        if tag_map is not None:
            warn(
                "Vocab(tag_map=...) has no effect: a coarse tag belongs to a token. Give each of them its own, with "
                "Doc(pos=[...]) or Example.from_dict(doc, {'pos': [...]}), and train on that"
            )
        self.strings = strings if isinstance(strings, StringStore) else StringStore(strings or ())
        self.lexeme_settings = LexemeSettings(lex_attr_getters)
        self.lexeme_limit = lexeme_limit
        self.vectors = Vectors(strings=self.strings, name=vectors_name) if vectors is None else vectors
        self.writing_system = dict(writing_system or {})
        self._lookups: Any = None
        self.lookups = {} if lookups is None else lookups
        self.get_noun_chunks = get_noun_chunks
        self._lock = Lock()
        self._zones = 0
        self._table = self.new_generation()

    @property
    def lookups(self) -> Any:
        """Tables of the language by name. `lexeme_norm` has norms of word forms, `lexeme_prob` how likely they are."""
        return self._lookups

    @lookups.setter
    def lookups(self, tables: Any) -> None:
        self._lookups = tables
        settings = self.lexeme_settings
        getter = with_norms(tables, settings.getters[attrs.NORM])
        if getter is not settings.getters[attrs.NORM]:
            settings.getters[attrs.NORM] = getter
            settings.note_change([attrs.NORM])

    @property
    def lang(self) -> str:
        """The language's code, empty if none."""
        return str(self.lexeme_settings.value(attrs.LANG, ""))

    @property
    def lex_attr_getters(self) -> dict[int, Getter]:
        return self.lexeme_settings.getters

    @property
    def lexemes(self) -> LexemeTable:
        """The current generation of word forms; ask for it once per batch, and use that one throughout."""
        table = self._table
        if table.size >= self.lexeme_limit:
            with self._lock:
                # Another thread may have been here first.
                return self._begin_generation() if self._table is table else self._table
        return table

    def new_generation(self) -> LexemeTable:
        """Start an empty generation; documents keep the older ones alive."""
        with self._lock:
            return self._begin_generation()

    def _begin_generation(self) -> LexemeTable:
        table = LexemeTable(self.lexeme_settings)
        self.strings.watch(table)
        self._table = table
        return table

    @contextmanager
    def memory_zone(self, mem: Any = None) -> Iterator[None]:
        """A block whose word forms are forgotten at its end: it has a generation of its own. mem: without effect."""
        with self._lock:
            former = self._table
            self._zones += 1
        self.new_generation()
        try:
            yield
        finally:
            with self._lock:
                self._table = former
                self._zones -= 1

    @property
    def in_memory_zone(self) -> bool:
        """Whether a block of `memory_zone` runs."""
        return self._zones > 0

    def __getitem__(self, key: str | int) -> Lexeme:
        """The word form of a text or its number, which the current generation holds then."""
        text = self.strings.as_string(key)
        self.lexemes.row(text)
        return Lexeme(self, text)

    def __contains__(self, key: str | int) -> bool:
        """Whether the current generation holds the word form, or it has a vector."""
        text = self.strings.find(int(key)) if not isinstance(key, str) else key
        return text is not None and (self._table.has(text) or self.has_vector(text))

    def __iter__(self) -> Iterator[Lexeme]:
        """The word forms of the current generation."""
        return (Lexeme(self, form) for form in self._table.distinct_forms())

    def __len__(self) -> int:
        """Rows of the current generation."""
        return len(self._table)

    def set_lexeme_attr(self, form: str, attr: str | int, value: Any) -> None:
        """Set an attribute of a word form for good: in this and all coming generations. `WrongType` for a text that is none."""
        number = attrs.intify(attr)
        if number not in attrs.FLAGS and number not in attrs.STRINGS - {attrs.ORTH}:
            raise UsageError(f"{attrs.NAMES[number]} of a word form can't be set")
        self.strings.add(form)
        if number in attrs.FLAGS:
            value = bool(value)
        elif isinstance(value, str):
            self.strings.add(value)
        else:
            raise WrongType(f"{attrs.NAMES[number]} of the word form {form!r} is a string, not {value!r}")
        with self._lock:
            self.lexeme_settings.overrides.setdefault(number, {})[form] = value
            self.lexeme_settings.note_change([number], form)

    def add_flag(self, flag_getter: Callable[[str], bool], flag_id: int = -1) -> int:
        """Add a flag computed by a function of the text; returns its number (19 to 63 are free)."""
        if flag_id == -1:
            used = self.lexeme_settings.getters
            flag_id = next((number for number in range(19, attrs.ID) if number not in used), -1)
            if flag_id == -1:
                raise UsageError("all free flags (19 to 63) are taken")
        elif flag_id not in attrs.FLAGS:
            raise UsageError(f"{flag_id} can't be the number of a flag: use 1 to 63")
        with self._lock:
            self.lexeme_settings.getters[flag_id] = flag_getter
            self.lexeme_settings.note_change([flag_id])
        return flag_id

    @property
    def vectors_length(self) -> int:
        """Width of the vectors."""
        return self.vectors.width

    def vector_key(self, orth: str | int) -> int:
        """The key of a word form's vector: its number, or that of the attribute by which the vectors are looked up."""
        attr = attrs.intify(self.vectors.attr)
        if attr == attrs.ORTH or attr not in attrs.STRINGS:
            return self.strings.as_int(orth)
        return self.strings[str(self.lexeme_settings.value(attr, self.strings.as_string(orth)))]

    def _looked_up(self, orth: str | int) -> str | int:
        """The same as text, if a text is given."""
        by = attrs.intify(self.vectors.attr)
        if not isinstance(orth, str) or by not in attrs.STRINGS:
            return self.vector_key(orth)
        return orth if by == attrs.ORTH else str(self.lexeme_settings.value(by, orth))

    def get_vector(self, orth: str | int) -> NDArray[np.float32]:
        """The vector of a string or its number, zeros if there is none."""
        return self.vectors.get(self._looked_up(orth))

    def has_vector(self, orth: str | int) -> bool:
        return self.vectors.has(self._looked_up(orth))

    def set_vector(self, orth: str | int, vector: NDArray[Any]) -> None:
        """Set a vector for good. The first one fixes the width; the table grows as needed."""
        if isinstance(orth, str):
            self.strings.add(orth)
        self.vectors.set(self._looked_up(orth), vector)

    def reset_vectors(self, *, width: int = 0, shape: tuple[int, int] | None = None) -> None:
        """Drop all vectors. width, shape: of the new table; with a width only it has no rows yet."""
        former = self.vectors
        size = (0, width) if shape is None else shape
        self.vectors = Vectors(strings=self.strings, shape=size, name=former.name, attr=former.attr)

    def prune_vectors(self, nr_row: int, batch_size: int = 1024) -> dict[str, tuple[str, float]]:
        """Keep the vectors of the nr_row likeliest word forms; every other form gets the nearest of those.

        Equally likely forms count by the order of their vectors. Returns what became of each form that lost its vector:
        (the form whose vector it has now, their cosine).
        """
        vectors = self.vectors
        vectors.refuse_subwords("pruned")
        if nr_row < 0:
            raise UsageError(f"vectors can't be pruned to {nr_row} rows: nr_row is 0 or more")
        text_of: dict[int, str] = {key: self.strings[key] for key in vectors.keys()}  # noqa: SIM118
        ranked = sorted(text_of, key=lambda key: -self.prob(text_of[key]))
        kept, lost = ranked[:nr_row], ranked[nr_row:]
        pruned = Vectors(
            strings=self.strings,
            data=vectors.get_batch(kept),
            keys=kept,
            name=vectors.name,
            attr=vectors.attr,
        )
        remap = {}
        if kept and lost:
            nearest, rows, scores = pruned.most_similar(vectors.get_batch(lost), batch_size=batch_size)
            for key, near, row, score in zip(
                lost, nearest[:, 0].tolist(), rows[:, 0].tolist(), scores[:, 0].tolist(), strict=True
            ):
                pruned.add(key, row=row)
                remap[text_of[key]] = (text_of[near], score)
        pruned.note_former(vectors)
        self.vectors = pruned
        return remap

    def deduplicate_vectors(self) -> None:
        """Let word forms with equal vectors share a row."""
        self.vectors.deduplicate()

    def prob(self, form: str) -> float:
        """How likely a form is, as the table `lexeme_prob` of `lookups` says: the logarithm; -20 if it doesn't."""
        tables = self.lookups if isinstance(self.lookups, Mapping) else {}
        table = tables.get(PROBABILITIES, {})
        return float(table.get(form, table.get(self.strings[form], UNLIKELY)))

    def set_prob(self, form: str, prob: float) -> None:
        """Say how likely a form is."""
        if self.lookups is None:
            self.lookups = {}
        self.lookups.setdefault(PROBABILITIES, {})[form] = float(prob)

    def to_disk(self, path: str | PathLike[str], *, exclude: str | Iterable[str] = ()) -> None:
        """Write `strings.json`, `lexemes.json`, the vectors and `lookups.bin` into a directory.

        exclude: any of strings, vectors, lookups. The strings of the keys of vectors lie with these, and not in `strings.json`.
        """
        folder, left_out = Path(path), as_names(exclude)
        folder.mkdir(parents=True, exist_ok=True)
        if "vectors" not in left_out:
            self.vectors.to_disk(folder, exclude=left_out)
        if "strings" not in left_out:
            # Vectors with strings of their own may not know those of their keys.
            is_apart = "vectors" in left_out or self.vectors.strings is not self.strings
            without = None if is_apart else self.are_keys
            (folder / "strings.json").write_bytes(self.strings.to_bytes(without=without))
        (folder / "lexemes.json").write_bytes(self._overrides_to_bytes())
        tables = None if "lookups" in left_out else self._lookups_to_bytes()
        if tables is not None:
            (folder / LOOKUPS).write_bytes(tables)
        else:
            (folder / LOOKUPS).unlink(missing_ok=True)

    def are_keys(self, numbers: NDArray[np.uint64]) -> NDArray[np.bool_]:
        """Which of many numbers are keys of vectors, shape like numbers."""
        found: NDArray[np.bool_] = self.vectors.rows(numbers) >= 0
        return found

    def from_disk(self, path: str | PathLike[str], *, exclude: str | Iterable[str] = ()) -> Vocab:
        """Read what `to_disk` wrote."""
        folder, left_out = Path(path), as_names(exclude)
        if "strings" not in left_out:
            self.strings.from_disk(folder / "strings.json")
        overrides = folder / "lexemes.json"
        if overrides.exists():
            self._overrides_from_bytes(overrides.read_bytes())
        if (folder / "vectors").exists():
            if "vectors" not in left_out:
                self.vectors.from_disk(folder)
            elif "strings" not in left_out:
                # Strings that are keys lie with the vectors.
                Vectors(strings=self.strings).from_disk(folder)
        elif "vectors" not in left_out and (folder / "vectors.cfg").exists():
            raise DataError(
                "there is a header of vectors (vectors.cfg), but no table: the file vectors is missing",
                path=folder,
                hint="Restore it from a copy, or remove vectors.cfg to go on without vectors.",
            )
        if "lookups" not in left_out and (folder / LOOKUPS).exists():
            self.lookups = unpack((folder / LOOKUPS).read_bytes())
        return self

    def to_bytes(self, *, exclude: str | Iterable[str] = ()) -> bytes:
        left_out = as_names(exclude)
        parts = {"lexemes": self._overrides_to_bytes()}
        if "strings" not in left_out:
            parts["strings"] = self.strings.to_bytes()
        if "vectors" not in left_out:
            parts["vectors"] = self.vectors.to_bytes()
        tables = None if "lookups" in left_out else self._lookups_to_bytes()
        if tables is not None:
            parts["lookups"] = tables
        return pack(parts)

    def from_bytes(self, bytes_data: bytes, *, exclude: str | Iterable[str] = ()) -> Vocab:
        parts, left_out = unpack(bytes_data), as_names(exclude)
        if "strings" not in left_out and "strings" in parts:
            self.strings.from_bytes(parts["strings"])
        self._overrides_from_bytes(parts["lexemes"])
        if "vectors" not in left_out and "vectors" in parts:
            self.vectors.from_bytes(parts["vectors"])
        if "lookups" not in left_out and "lookups" in parts:
            self.lookups = unpack(parts["lookups"])
        return self

    def _lookups_to_bytes(self) -> bytes | None:
        """The tables, None if there are none that can be written."""
        if not self.lookups:
            return None
        try:
            return pack(self.lookups)
        except (TypeError, ValueError, OverflowError) as error:
            warn(
                f"the lookups of the vocab are not saved: {error}; only mappings of plain values can be saved"
            )
            return None

    def _overrides_to_bytes(self) -> bytes:
        named = {attrs.NAMES[attr]: values for attr, values in self.lexeme_settings.overrides.items()}
        return json.dumps(named, ensure_ascii=False, indent=0, sort_keys=True).encode(
            "utf-8", "surrogatepass"
        )

    def _overrides_from_bytes(self, data: bytes) -> None:
        named = json.loads(data.decode("utf-8", "surrogatepass"))
        overrides = {attrs.intify(name): values for name, values in named.items()}
        with self._lock:
            gone = self.lexeme_settings.overrides
            self.lexeme_settings.overrides = overrides
            self.lexeme_settings.note_change({*gone, *overrides})

    def __deepcopy__(self, memo: dict[int, Any]) -> Vocab:
        # Vectors that are mapped from a file are mapped again, rather than copied.
        strings = copy.deepcopy(self.strings, memo)
        made = Vocab(strings, **copy.deepcopy(self._made_with(), memo))
        made.from_bytes(self.to_bytes(exclude=("strings", "vectors", "lookups")))
        memo[id(self)] = made
        made.vectors = copy.copy(self.vectors)
        made.vectors.strings = (
            strings if self.vectors.strings is self.strings else copy.deepcopy(self.vectors.strings, memo)
        )
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        return _unpickle, (self.to_bytes(exclude=("lookups",)), self._made_with())

    def _made_with(self) -> dict[str, Any]:
        return {
            "lex_attr_getters": self.lexeme_settings.getters,
            "lexeme_limit": self.lexeme_limit,
            "writing_system": self.writing_system,
            "lookups": self.lookups,
            "get_noun_chunks": self.get_noun_chunks,
        }


def _unpickle(data: bytes, settings: dict[str, Any]) -> Vocab:
    return Vocab(**settings).from_bytes(data)
