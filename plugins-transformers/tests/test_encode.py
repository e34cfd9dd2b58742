"""Word pieces of documents, and which token has which."""

from __future__ import annotations

import numpy as np
import pytest

from kernel.tokens import Doc
from kernel.vocab import Vocab

from .small import TOKENIZERS, save_tokenizer

pytest.importorskip("tokenizers")

from kernel_transformers.pieces.encode import encode
from kernel_transformers.pieces.tokenizer import PieceTokenizer


@pytest.fixture(scope="module", params=sorted(TOKENIZERS))
def tokenizer(request, tmp_path_factory):
    folder = save_tokenizer(tmp_path_factory.mktemp(request.param), TOKENIZERS[request.param]())
    return PieceTokenizer.from_folder(folder)


def test_every_token_has_the_pieces_that_are_its_characters(tokenizer):
    doc = Doc(Vocab(), ["Players", "walk", "in", "Berlin"], [True, True, True, False])
    batch = encode(tokenizer, [doc], [[doc[:]]])
    assert batch.align_lengths.tolist() == [int(n) for n in batch.align_lengths] and batch.align_lengths.all()
    assert len(batch.ids) == batch.lengths.sum()
    words = []
    names = tokenizer.strings(batch.ids)
    end = 0
    for count in batch.align_lengths:
        rows = batch.align_rows[end : end + count]
        end += count
        words.append("".join(names[row].strip("#Ġ▁") for row in rows).lower())
    assert words == ["players", "walk", "in", "berlin"]
    np.testing.assert_array_equal(batch.input_ids[0], batch.ids)
