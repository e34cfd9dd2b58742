"""The transformer whose network is another layer, and the function that puts such layers into a pipeline, go through their suites."""

import numpy as np
import pytest
from thinc.api import Model

from kernel import registry
from kernel.testing import ArchitectureSuite, MiscSuite

pytestmark = pytest.mark.needs("tokenizers")
WIDTH = 4
PREDICTS = "it only predicts"


@registry.layers("test.Waves.v1")
def waves() -> Model:
    """Rows that depend on a piece and its place, in the place of a network."""

    def forward(model, windows, is_train):
        ids, mask, _ = windows
        places = np.cumsum(mask, axis=1)
        rows = np.sin(np.multiply.outer(ids + 0.1 * places, np.arange(1, WIDTH + 1)))
        return rows.astype("float32"), lambda gradient: gradient

    return Model("waves", forward)


def tokenizer():
    from kernel_transformers.pieces.tokenizer import TOKENIZER, PieceTokenizer
    from tokenizers import Tokenizer, models, pre_tokenizers, processors

    words = [
        "[PAD]",
        "[UNK]",
        "[CLS]",
        "[SEP]",
        *map(chr, range(97, 123)),
        *(f"##{chr(n)}" for n in range(97, 123)),
    ]
    made = Tokenizer(models.WordPiece({word: number for number, word in enumerate(words)}, unk_token="[UNK]"))
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    settings = {"pad_token": "[PAD]", "unk_token": "[UNK]", "model_max_length": 16}
    return PieceTokenizer({TOKENIZER: made.to_str().encode("utf-8")}, settings)


class TestExchangedTransformer(ArchitectureSuite):
    name = "kernel.ExchangedTransformer.v1"
    settings = {
        "network": {"@layers": "test.Waves.v1"},
        "get_spans": {"@span_getters": "kernel.strided_spans.v1", "window": 4, "stride": 3},
        "micro_batch_items": 40,
    }
    goldens = "goldens.json"
    exempt = {
        "test_training_without_dropout_computes_what_prediction_does": PREDICTS,
        "test_equal_seeds_give_equal_dropout": PREDICTS,
        "test_gradients": PREDICTS,
        "test_computes_on_the_pretended_device": PREDICTS,
    }

    def build(self, **changes):
        from kernel_transformers.exchanged import give

        model = super().build(**changes)
        give(model, tokenizer(), WIDTH)
        return model

    def forward(self, model, X, is_train):
        batch, backprop = model(X, is_train)
        return [batch.rows], backprop


class TestExchangeNetworks(MiscSuite):
    name = "kernel.exchange_networks.v1"
    goldens = "goldens.json"

    def as_plain(self, value):
        return value.__name__
