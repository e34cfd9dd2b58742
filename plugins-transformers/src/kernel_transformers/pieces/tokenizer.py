"""A transformer's tokenizer: texts to the numbers of its pieces and the characters that each stands for.

It is built on the library `tokenizers` alone, from the file tokenizer.json.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kernel.errors import ConfigError, DataError
from kernel_transformers import needed
from kernel_transformers.convert import CONFIG, TOKENIZER, tokenizer_files
from kernel_transformers.pieces.pieces import PieceCache, Pieces, joined
from kernel_transformers.pieces.settings import adapted, check, json_object

# Pieces of a window where neither tokenizer nor model says how many there may be.
DEFAULT_LENGTH = 512
# Where nobody knew a limit, tokenizer_config.json has one that no model reaches.
_ABSURD = 1 << 20
_SURROGATE = re.compile("[\ud800-\udfff]")


class PieceTokenizer:
    """Cuts texts into pieces.

    prefix, suffix: numbers of the special pieces around a text. prefix_types, suffix_types: their segments. content_type: that of
    the text. pad_id: the number of the padding piece, 0 if there is none. unknown_id: that of what the vocabulary doesn't have.
    max_length: pieces of a window, special ones too. library: the object of the library that does it.
    """

    def __init__(self, files: Mapping[str, bytes], settings: Mapping[str, Any] | None = None) -> None:
        if TOKENIZER not in files:
            raise DataError(
                f"a tokenizer without {TOKENIZER}: there is {', '.join(sorted(files)) or 'nothing'}"
            )
        given = dict(settings or {})
        check(given)
        self.config: dict[str, Any] = json_object(CONFIG, files.get(CONFIG, b"{}"))
        self._content = adapted(files[TOKENIZER], self.config, given)
        self.config |= given
        library = needed.tokenizers()
        try:
            self.library = library.Tokenizer.from_buffer(self._content)
        except Exception as error:  # noqa: BLE001 (the library raises nothing narrower)
            raise DataError(f"{TOKENIZER} can't be read: {error}") from None
        # Windows are made here.
        self.library.no_truncation()
        self.library.no_padding()
        self._asked = "model_max_length" in given
        self._known = self._longest()
        self.max_length = self._known or DEFAULT_LENGTH
        self.cache = PieceCache()
        self.vocab_size: int = self.library.get_vocab_size(with_added_tokens=True)
        self.pad_id = self._special("pad_token", 0)
        self.unknown_id = self._special("unk_token", self.pad_id)
        self._around()
        self._check_room()

    @classmethod
    def from_folder(cls, path: str | Path, settings: Mapping[str, Any] | None = None) -> PieceTokenizer:
        """The tokenizer of a model's folder. settings: what stands in place of what tokenizer_config.json says.

        Raises DataError if the folder's tokenizer is of a kind that can't be read, with the reason; ConfigError for settings.
        """
        return cls(tokenizer_files(Path(path)), settings)

    @classmethod
    def from_files(cls, files: Mapping[str, bytes]) -> PieceTokenizer:
        """What `files` gave."""
        return cls(files)

    def files(self) -> dict[str, bytes]:
        """Name to content: all that another one needs."""
        config = self.config | {"model_max_length": self.max_length}
        text = json.dumps(config, ensure_ascii=False, indent=2, sort_keys=True)
        return {TOKENIZER: self._content, CONFIG: text.encode("utf-8")}

    def __reduce__(self) -> tuple[Any, ...]:
        return PieceTokenizer.from_files, (self.files(),)

    def limit(self, longest: int | None) -> None:
        """Let no window be longer than the model can take, and any be as long if the tokenizer doesn't know a limit.

        longest: pieces, special ones too; None if any number will do. Raises ConfigError if the settings ask for more.
        """
        if longest is None:
            return
        if self._asked and self.max_length > longest:
            raise ConfigError(
                f"tokenizer_config.model_max_length is {self.max_length}, but the model has {longest} positions"
            )
        self.max_length = longest if self._known is None else min(self._known, longest)
        self._check_room()

    @property
    def capacity(self) -> int:
        """Pieces of a window beside the special ones."""
        return self.max_length - len(self.prefix) - len(self.suffix)

    def encode(self, texts: Sequence[str], *, cached: bool = False) -> Pieces:
        """The pieces of each text, without the special ones around it. cached: for texts that come again."""
        if not cached:
            return joined(self.cut_up(texts))
        tables = [self.cache.get(text) for text in texts]
        new = dict.fromkeys(text for text, table in zip(texts, tables, strict=True) if table is None)
        if new:
            made = dict(zip(new, self.cut_up(list(new)), strict=True))
            for text, table in made.items():
                self.cache.add(text, table)
            tables = [
                made[text] if table is None else table for text, table in zip(texts, tables, strict=True)
            ]
        return joined([table for table in tables if table is not None])

    def strings(self, ids: NDArray[np.int64]) -> list[str]:
        """The pieces of numbers as the vocabulary writes them; "" for a number that it doesn't have."""
        known = {number: self.library.id_to_token(number) or "" for number in np.unique(ids).tolist()}
        return [known[number] for number in ids.tolist()]

    def cut_up(self, texts: Sequence[str]) -> list[NDArray[np.int32]]:
        """The table of each text; see Pieces."""
        try:
            found = self.library.encode_batch(list(texts), add_special_tokens=False)
        except (UnicodeEncodeError, TypeError):
            # Half of a pair of UTF-16 is no character, and the library takes none.
            whole = [_SURROGATE.sub("\ufffd", text) for text in texts]
            found = self.library.encode_batch(whole, add_special_tokens=False)
        return [_table(each) for each in found]

    def _longest(self) -> int | None:
        given = self.config.get("model_max_length")
        if given is not None and (not isinstance(given, int | float) or given < 1):
            raise ConfigError(f"model_max_length is {given!r}: expected a number of pieces")
        return None if given is None or given > _ABSURD else int(given)

    def _check_room(self) -> None:
        if self.capacity < 1:
            raise ConfigError(
                f"windows of {self.max_length} pieces have no room for a text between "
                f"{self.max_length - self.capacity} special ones",
                hint="Set model_max_length in tokenizer_config to more.",
            )

    def _special(self, name: str, default: int) -> int:
        token = self.config.get(name)
        text = token.get("content") if isinstance(token, dict) else token
        found = None if text is None else self.library.token_to_id(text)
        return default if found is None else int(found)

    def _around(self) -> None:
        """Find the special pieces around a text by a text."""
        for text in ("a", "A", "1", ".", "\u4e00"):
            found = self.library.encode(text)
            inside = np.flatnonzero(np.array(found.special_tokens_mask) == 0)
            if len(inside):
                break
        else:
            raise DataError("the tokenizer knows neither letters nor digits")
        ids, types = np.array(found.ids, dtype=np.int64), np.array(found.type_ids, dtype=np.int64)
        start, end = int(inside[0]), int(inside[-1]) + 1
        self.prefix, self.suffix = ids[:start], ids[end:]
        self.prefix_types, self.suffix_types = types[:start], types[end:]
        self.content_type = int(types[start])


def _table(encoding: Any) -> NDArray[np.int32]:
    ids = encoding.ids
    table = np.empty((3, len(ids)), dtype=np.int32)
    table[0] = ids
    table[1:] = np.fromiter(chain.from_iterable(encoding.offsets), np.int32, 2 * len(ids)).reshape(-1, 2).T
    return table
