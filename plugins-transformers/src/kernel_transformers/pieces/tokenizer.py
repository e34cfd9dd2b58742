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
from kernel_transformers.pieces.pieces import PieceCache, Pieces, joined

TOKENIZER, CONFIG = "tokenizer.json", "tokenizer_config.json"
FILES = (TOKENIZER, CONFIG)
# Pieces of a window where neither tokenizer nor model says how many there may be.
DEFAULT_LENGTH = 512
# Where nobody knew a limit, tokenizer_config.json has one that no model reaches.
_ABSURD = 1 << 20
_SURROGATE = re.compile("[\ud800-\udfff]")


class PieceTokenizer:
    """Cuts texts into pieces.

    prefix, suffix: numbers of the special pieces around a text. prefix_types, suffix_types: their segments. pad_id: the number
    of the padding piece, 0 if there is none. unknown_id: that of what the vocabulary doesn't have. max_length: pieces of a window, special ones too.
    """

    def __init__(self, files: Mapping[str, bytes], settings: Mapping[str, Any] | None = None) -> None:
        if TOKENIZER not in files:
            raise DataError(
                f"a tokenizer without {TOKENIZER}: there is {', '.join(sorted(files)) or 'nothing'}"
            )
        self._files = {name: files[name] for name in FILES if name in files}
        self._library = needed.tokenizers().Tokenizer.from_buffer(self._files[TOKENIZER])
        # Windows are made here.
        self._library.no_truncation()
        self._library.no_padding()
        self.config: dict[str, Any] = json.loads(self._files.get(CONFIG, b"{}"))
        self.config |= settings or {}
        self.max_length = self._longest()
        self.cache = PieceCache()
        self.vocab_size: int = self._library.get_vocab_size(with_added_tokens=True)
        self.pad_id = self._special("pad_token", 0)
        self.unknown_id = self._special("unk_token", self.pad_id)
        self._around()

    @classmethod
    def from_folder(cls, path: str | Path, settings: Mapping[str, Any] | None = None) -> PieceTokenizer:
        """The tokenizer of a model's folder. settings: what stands in place of what tokenizer_config.json says."""
        folder = Path(path)
        found = {name: (folder / name).read_bytes() for name in FILES if (folder / name).is_file()}
        return cls(found, settings)

    @classmethod
    def from_files(cls, files: Mapping[str, bytes]) -> PieceTokenizer:
        """What `files` gave."""
        return cls(files)

    def files(self) -> dict[str, bytes]:
        """Name to content: all that another one needs."""
        config = json.dumps(self.config, ensure_ascii=False, indent=2, sort_keys=True)
        return {TOKENIZER: self._files[TOKENIZER], CONFIG: config.encode("utf-8")}

    def limit(self, longest: int | None) -> None:
        """Let no window be longer than the model can take. longest: pieces, None if any number will do."""
        if longest is not None:
            self.max_length = min(self.max_length, longest)

    @property
    def capacity(self) -> int:
        """Pieces of a window beside the special ones."""
        return self.max_length - len(self.prefix) - len(self.suffix)

    def encode(self, texts: Sequence[str], *, cached: bool = False) -> Pieces:
        """The pieces of each text, without the special ones around it. cached: for texts that come again."""
        if not cached:
            return joined(self._tables(texts))
        tables = [self.cache.get(text) for text in texts]
        new = dict.fromkeys(text for text, table in zip(texts, tables, strict=True) if table is None)
        if new:
            made = dict(zip(new, self._tables(list(new)), strict=True))
            for text, table in made.items():
                self.cache.add(text, table)
            tables = [
                made[text] if table is None else table for text, table in zip(texts, tables, strict=True)
            ]
        return joined([table for table in tables if table is not None])

    def strings(self, ids: NDArray[np.int64]) -> list[str]:
        """The pieces of numbers as the vocabulary writes them; "" for a number that it doesn't have."""
        known = {number: self._library.id_to_token(number) or "" for number in np.unique(ids).tolist()}
        return [known[number] for number in ids.tolist()]

    def _tables(self, texts: Sequence[str]) -> list[NDArray[np.int32]]:
        try:
            found = self._library.encode_batch(list(texts), add_special_tokens=False)
        except (UnicodeEncodeError, TypeError):
            # Half of a pair of UTF-16 is no character, and the library takes none.
            whole = [_SURROGATE.sub("\ufffd", text) for text in texts]
            found = self._library.encode_batch(whole, add_special_tokens=False)
        return [_table(each) for each in found]

    def _longest(self) -> int:
        given = self.config.get("model_max_length")
        if given is None or given > _ABSURD:
            return DEFAULT_LENGTH
        if not isinstance(given, int | float) or given < 1:
            raise ConfigError(f"model_max_length is {given!r}: expected a number of pieces")
        return int(given)

    def _special(self, name: str, default: int) -> int:
        token = self.config.get(name)
        text = token.get("content") if isinstance(token, dict) else token
        found = None if text is None else self._library.token_to_id(text)
        return default if found is None else int(found)

    def _around(self) -> None:
        """Find the special pieces around a text by a text."""
        for text in ("a", "A", "1", ".", "\u4e00"):
            found = self._library.encode(text)
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
