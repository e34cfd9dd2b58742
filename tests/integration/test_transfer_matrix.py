"""Every way to put a shared source and its listeners together: fresh, taken from a trained pipeline, frozen, annotating."""

import warnings
from collections.abc import Callable, Generator
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import kernel
from kernel import Config
from kernel.errors import ConfigError
from kernel.language import Language
from kernel.numeric import random
from kernel.testing.gradients import randomise
from kernel.tokens import DocBin
from kernel.training.loop import train
from kernel.training.prepare import prepare
from kernel.training.resume import check, find
from kernel.training.run import Run

from .transfer import LISTENING, check_learning, config, examples, factory_block, rehearse

pytestmark = pytest.mark.needs("kernel-nlp-components", "kernel-nlp-architectures", "kernel-nlp-batchers")

SOURCES = ("fresh", "sourced", "frozen", "sourced+frozen")
LISTENERS = ("fresh", "frozen", "sourced", "sourced+frozen", "copied", "copied+frozen", "mixed")
ANNOTATING = ("", "tok2vec", "ner")
# One of each kind.
MIXED = dict(zip(LISTENING, ("sourced", "fresh", "fresh", "sourced+frozen", "copied"), strict=True))


class Combination(NamedTuple):
    source: str
    listener: str
    annotating: str

    @property
    def kinds(self) -> dict[str, str]:
        """Component -> how it comes into the pipeline."""
        mixed = self.listener == "mixed"
        return {"tok2vec": self.source} | {
            name: MIXED[name] if mixed else self.listener for name in LISTENING
        }

    @property
    def frozen(self) -> list[str]:
        return [name for name, kind in self.kinds.items() if "frozen" in kind]

    @property
    def learning(self) -> set[str]:
        """What gets gradients."""
        found = {name for name in LISTENING if name not in self.frozen}
        return found | ({"tok2vec"} if found & self.hearing and "tok2vec" not in self.frozen else set())

    @property
    def hearing(self) -> set[str]:
        """What listens to the source."""
        return {name for name in LISTENING if "copied" not in self.kinds[name]}

    @property
    def refusal(self) -> str:
        """Why it can't be trained, "" if it can."""
        if not self.learning:
            return "there is nothing to train"
        if "tok2vec" in self.frozen and self.hearing & self.learning and not self.runs:
            return "'tok2vec' is frozen, so .* would get nothing from it"
        strange = [name for name in self.frozen if name in self.hearing and self.is_strange(name)]
        return f"'{strange[0]}' is frozen, but listens to 'tok2vec', with other weights" if strange else ""

    def is_strange(self, name: str) -> bool:
        """Whether a listener learnt with other weights than the source has here."""
        return "sourced" in self.kinds[name] and "sourced" not in self.source

    @property
    def warnings(self) -> set[str]:
        """How the warnings begin."""
        found = {f"'{name}' is frozen, but new" for name in self.frozen if self.kinds[name] == "frozen"}
        found |= {
            f"'{name}' listens to 'tok2vec', with other weights"
            for name in self.hearing & self.learning
            if self.is_strange(name)
        }
        kept = [name for name in LISTENING if name in self.hearing and name in self.frozen]
        if "tok2vec" in self.learning and kept:
            found.add(f"{', '.join(kept)} won't learn, but listens to 'tok2vec'")
        if "tok2vec" not in self.learning and "tok2vec" not in self.frozen:
            found.add("nothing that learns listens to 'tok2vec'")
        return found

    @property
    def runs(self) -> bool:
        """Whether the source runs in training for who annotates."""
        return self.annotating == "tok2vec" or (self.annotating == "ner" and "ner" in self.hearing)

    def config(self, base: Path) -> Config:
        blocks = {}
        for name, kind in self.kinds.items():
            blocks[name] = (
                {"source": str(base)} if "sourced" in kind or "copied" in kind else factory_block(name)
            )
            if "copied" in kind:
                blocks[name]["replace_listeners"] = ["model.tok2vec"]
        annotating = [self.annotating] if self.annotating else []
        made = config(
            blocks,
            frozen_components=self.frozen,
            annotating_components=annotating,
            max_steps=2,
            eval_frequency=2,
            checkpoint={"every_steps": 1, "every_minutes": 0, "at_evaluation": False},
        )
        return Config({**made, "paths": dict.fromkeys(("train", "dev"), str(base.parent / "data.spacy"))})


COMBINATIONS = [Combination(*parts) for parts in product(SOURCES, LISTENERS, ANNOTATING)]
TRAINED = [combination for combination in COMBINATIONS if not combination.refusal]


def named(combination: Combination) -> str:
    return "-".join(part or "none" for part in combination)


each = pytest.mark.parametrize("combination", TRAINED, ids=named)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A trained pipeline of a source and all that listen to it, and the examples as a corpus beside it."""
    folder = tmp_path_factory.mktemp("base")
    nlp = Language.from_config(config({name: factory_block(name) for name in ("tok2vec", *LISTENING)}))
    batch = examples(nlp)
    random.seed_all(7)
    optimizer = nlp.initialize(lambda: batch)
    for _ in range(3):
        nlp.update(batch, sgd=optimizer)
    nlp.to_disk(folder / "model")
    DocBin(docs=[example.reference for example in batch]).to_disk(folder / "data.spacy")
    return folder / "model"


Make = Callable[..., Run]


@pytest.fixture
def make(base: Path) -> Make:
    """A run that is ready for its first step, with the warnings that are due."""

    def made(combination: Combination, output: Path | None = None) -> Run:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            run = prepare(combination.config(base), output=output)
        texts = [str(warning.message) for warning in caught]
        assert len(texts) == len(combination.warnings), texts
        assert all(any(text.startswith(start) for text in texts) for start in combination.warnings), texts
        return run

    return made


@pytest.mark.parametrize("combination", [one for one in COMBINATIONS if one.refusal], ids=named)
@pytest.mark.filterwarnings("ignore::kernel.errors.KernelWarning")
def test_what_cannot_learn_is_refused_before_the_first_step(base: Path, combination: Combination) -> None:
    with pytest.raises(ConfigError, match=combination.refusal):
        prepare(combination.config(base))


@each
def test_gradients_are_right(make: Make, combination: Combination) -> None:
    run = make(combination)
    for model in run.pipeline.models().values():
        # Layers that begin with zeros would teach the source nothing.
        randomise(model)
    assert check_learning(run.pipeline, run.examples) == combination.learning


@each
def test_gradients_of_rehearsal_are_right(make: Make, combination: Combination) -> None:
    run = make(combination)
    for seed in (0, 1):
        # What is remembered differs from what is known then.
        for model in run.pipeline.models().values():
            randomise(model, seed)
        if not seed:
            run.pipeline.resume_training()
    assert check_learning(run.pipeline, run.examples, rehearse) == combination.learning


@each
def test_frozen_weights_stay_and_what_is_saved_scores_the_same(
    make: Make, combination: Combination, tmp_path: Path
) -> None:
    run = make(combination)
    nlp, batch = run.pipeline, run.examples
    before = {name: nlp.get_pipe(name).to_bytes() for name in nlp.pipe_names}
    nlp.resume_training()
    for _ in range(2):
        nlp.update(batch, sgd=run.optimizer, drop=0.2)
        nlp.rehearse(batch, sgd=run.optimizer, drop=0.2)
    changed = {name for name in nlp.pipe_names if nlp.get_pipe(name).to_bytes() != before[name]}
    assert changed == combination.learning
    scores = nlp.evaluate(batch)
    nlp.to_disk(tmp_path / "model")
    loaded = kernel.load(tmp_path / "model")
    assert {**loaded.evaluate(batch), "speed": 0} == {**scores, "speed": 0}
    assert {name: loaded.get_pipe(name).to_bytes() for name in loaded.pipe_names} == {
        name: nlp.get_pipe(name).to_bytes() for name in nlp.pipe_names
    }


@each
def test_a_resumed_run_equals_one_without_a_break(
    make: Make, base: Path, combination: Combination, tmp_path: Path
) -> None:
    def run(name: str) -> Run:
        return make(combination, tmp_path / name)

    list(train(run("straight")))
    steps: Generator[Any, None, None] = train(run("broken"))
    next(steps)
    steps.close()
    again = run("broken")
    left = find(again.output, resume=True)
    assert left is not None and left.step == 1
    check(again, left)
    list(train(again))
    models = ("model-last", "model-best")
    assert contents(tmp_path / "broken", models) == contents(tmp_path / "straight", models)
    frozen = [name for name in combination.frozen if combination.kinds[name] == "sourced+frozen"]
    assert contents(tmp_path / "broken/model-last", frozen) == contents(base, frozen)


def contents(folder: Path, names: Any) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for name in names
        for path in sorted((folder / name).rglob("*"))
        if path.is_file()
    }
