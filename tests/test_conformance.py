"""The names that the kernel itself registers, and some of thinc's, go through the suite of their kind."""

from pathlib import Path

import numpy as np

from kernel.testing import (
    InitializerSuite,
    LayerSuite,
    LossSuite,
    OptimizerSuite,
    ScheduleSuite,
    TokenizerSuite,
    VectorsSuite,
)

GOLDENS = Path(__file__).with_name("goldens.json")


class TestTokenizer(TokenizerSuite):
    name = "kernel.Tokenizer.v1"
    goldens = GOLDENS


class TestVectors(VectorsSuite):
    name = "kernel.Vectors.v1"
    goldens = GOLDENS


class TestAdam(OptimizerSuite):
    name = "Adam.v1"
    settings = {"learn_rate": 0.01, "L2": 0.0, "use_averages": False}


class TestWarmup(ScheduleSuite):
    name = "warmup_linear.v1"
    settings = {"initial_rate": 0.01, "warmup_steps": 50, "total_steps": 200}
    highest = 0.01


class TestL2Distance(LossSuite):
    name = "L2Distance.v1"
    settings = {"normalize": True}


class TestGlorot(InitializerSuite):
    name = "glorot_uniform_init.v1"


class TestMaxout(LayerSuite):
    name = "Maxout.v1"
    settings = {"nO": 4, "nP": 2}

    def inputs(self):
        return np.random.default_rng(0).normal(size=(6, 3)).astype("float32")
