"""Token classification by Hugging Face's own Trainer, for `transformer.py`: the entities of WNUT 2017 from gold tokens.

    python transformer_trainer.py folder-of-the-model train.spacy test.spacy seed result.json

It is run with the environment of the other side, and needs accelerate there. Batches of 14 sentences, three epochs, the label of a word
on its first piece. Writes ents_p, ents_r and ents_f.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any

RATE, WARMUP, EPOCHS, SENTENCES = 2e-4, 60, 3, 14
Sentence = tuple[list[str], list[str]]
Span = tuple[int, int, str]


def read(path: str) -> list[Sentence]:
    """The words and IOB labels of every document."""
    import spacy
    from spacy.tokens import DocBin

    docs = DocBin().from_disk(path).get_docs(spacy.blank("en").vocab)
    return [
        ([token.text for token in doc], [label(token.ent_iob_, token.ent_type_) for token in doc])
        for doc in docs
    ]


def label(iob: str, kind: str) -> str:
    return f"{iob}-{kind}" if kind else "O"


def spans(labels: Sequence[str]) -> set[Span]:
    """Entities (start, end, label). A label without B- opens one too, as in the field's scorer for these data."""
    found, start, kind = set(), None, ""
    for index, each in enumerate([*labels, "O"]):
        if start is not None and (each[0] in "BO" or each[2:] != kind):
            found.add((start, index, kind))
            start = None
        if each != "O" and start is None:
            start, kind = index, each[2:]
    return found


def encoded(tokenizer: Any, sentences: Sequence[Sentence], numbers: dict[str, int]) -> list[dict[str, Any]]:
    """What the Trainer reads; -100 on every piece that isn't the first of its word."""
    rows = []
    for words, labels in sentences:
        pieces = tokenizer(words, is_split_into_words=True, truncation=True, max_length=512)
        owners = pieces.word_ids()
        first = [word is not None and word != owners[at - 1] for at, word in enumerate(owners)]
        rows.append(
            {
                **{key: pieces[key] for key in ("input_ids", "attention_mask")},
                "labels": [
                    numbers[labels[word]] if here else -100 for word, here in zip(owners, first, strict=True)
                ],
            }
        )
    return rows


def main(folder: str, train: str, test: str, seed: int, result: str) -> None:
    import torch
    from transformers import (
        AutoModelForTokenClassification,
        AutoTokenizer,
        DataCollatorForTokenClassification,
        Trainer,
        TrainingArguments,
        set_seed,
    )

    torch.set_num_threads(1)
    to_learn, to_score = read(train), read(test)
    names = sorted({each for _, labels in to_learn + to_score for each in labels})
    numbers = {name: number for number, name in enumerate(names)}
    tokenizer = AutoTokenizer.from_pretrained(folder)
    set_seed(seed)
    arguments = TrainingArguments(
        output_dir=f"{result}.run",
        per_device_train_batch_size=SENTENCES,
        num_train_epochs=EPOCHS,
        learning_rate=RATE,
        warmup_steps=WARMUP,
        lr_scheduler_type="linear",
        weight_decay=0.01,
        max_grad_norm=1.0,
        seed=seed,
        use_cpu=True,
        save_strategy="no",
        report_to=[],
    )
    trainer = Trainer(
        model=AutoModelForTokenClassification.from_pretrained(folder, num_labels=len(names)),
        args=arguments,
        train_dataset=encoded(tokenizer, to_learn, numbers),
        data_collator=DataCollatorForTokenClassification(tokenizer),
    )
    trainer.train()
    found = trainer.predict(encoded(tokenizer, to_score, numbers))
    right = wrong = missed = 0
    for (_, labels), scores, gold in zip(to_score, found.predictions, found.label_ids, strict=True):
        best = [names[each] for each in scores.argmax(-1)[gold != -100]]
        predicted, wanted = spans(best), spans(labels)
        right += len(predicted & wanted)
        wrong += len(predicted - wanted)
        missed += len(wanted - predicted)
    precision, recall = right / (right + wrong), right / (right + missed)
    scores = {
        "ents_p": precision,
        "ents_r": recall,
        "ents_f": 2 * precision * recall / (precision + recall),
        "steps": trainer.state.global_step,
    }
    with open(result, "w", encoding="utf-8") as file:
        json.dump(scores, file)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), sys.argv[5])
