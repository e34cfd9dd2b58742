"""What benchmarks/transformer.py does on one side, in a process of its own.

Usage: transformer_side.py kernel|spacy COMMAND ARGUMENTS. The last line of the output is JSON.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from tasks import load_texts, training
from worker import kernel_side, spacy_side

# What torch's profiler calls products of matrices; ours of the backward pass are numpy's, within a function of autograd.
PRODUCTS = (
    "aten::mm",
    "aten::addmm",
    "aten::bmm",
    "aten::baddbmm",
    "mkldnn::_linear_pointwise",
    "ProductBackward",
)


def rows(side: str, model: str, texts: str, output: str) -> dict[str, Any]:
    """Save the vectors of all word pieces of some texts, window after window."""
    lib = kernel_side() if side == "kernel" else spacy_side(matmul=False)
    nlp = lib.load(model)
    found = []
    for doc in nlp.pipe(load_texts(texts)[:20]):
        data = doc._.trf_data
        if side == "kernel":
            found.append(np.asarray(data.rows))
        else:
            taken = np.asarray(data.wordpieces.attention_mask).astype(bool)
            found.append(np.asarray(data.model_output.last_hidden_state)[taken])
    np.save(output, np.concatenate(found))
    return {}


def stages(side: str, model: str, corpus: str) -> dict[str, Any]:
    """Shares of the time of training and prediction that stages take. Measured twice: with torch's profiler for its matrix
    products, and with a clock around the other stages."""
    import torch
    from kernel_transformers import model as network

    from kernel.numeric.parameters import Parameters

    lib = kernel_side()
    update = training(lib, model=model, corpus=corpus, batch_words=2000, padded=True, n_updates=3, shards=3)
    nlp = lib.load(model)
    docs = list(lib.DocBin().from_disk(corpus).get_docs(nlp.vocab))
    texts = [doc.text for doc in docs]

    def predict() -> None:
        for doc in nlp.pipe(texts, batch_size=128):
            [token.tag_ for token in doc]

    found = {}
    for name, job in (("training", update), ("prediction", predict)):
        job()
        with clock(network, "encode") as encode, clock(Parameters, "step") as step:
            start = time.process_time()
            job()
            whole = time.process_time() - start
        with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU]) as profile:
            job()
        events = {event.key: event.self_cpu_time_total for event in profile.key_averages()}
        products = sum(value for key, value in events.items() if key in PRODUCTS or "flash_attention" in key)
        found[name] = {
            "products": products / sum(events.values()),
            "encode": encode[0] / whole,
            "optimizer": step[0] / whole,
        }
        found[name]["rest"] = 1 - sum(found[name].values())
    return found


@contextmanager
def clock(owner: Any, name: str) -> Iterator[list[float]]:
    """Add up the time within a function."""
    function: Callable[..., Any] = getattr(owner, name)
    total = [0.0]

    def timed(*arguments: Any, **settings: Any) -> Any:
        start = time.process_time()
        try:
            return function(*arguments, **settings)
        finally:
            total[0] += time.process_time() - start

    setattr(owner, name, timed)
    try:
        yield total
    finally:
        setattr(owner, name, function)


if __name__ == "__main__":
    which, command, *arguments = sys.argv[1:]
    print(json.dumps({"rows": rows, "stages": stages}[command](which, *arguments)))
