"""Texts for plugins that change how weights start and move."""

from kernel.cli.scaffold.kinds import Kind

_THINC = ("thinc>=8.3,<9",)

OPTIMIZERS = Kind(
    module="optimizer",
    function="make_optimizer",
    registered="$owner.Momentum.v1",
    about="an optimizer: Adam with settings of its own",
    requires=_THINC,
    code='''"""An optimizer: Adam with settings of its own."""

from collections.abc import Generator

from thinc.api import Optimizer

Rate = float | list[float] | Generator[float, None, None]


def make_optimizer(learn_rate: Rate = 0.001, grad_clip: float = 1.0) -> Optimizer:
    """Adam with a shorter memory. learn_rate: a number or a schedule."""
    return Optimizer(
        learn_rate, beta1=0.9, beta2=0.98, eps=1e-6, L2=0.0, grad_clip=grad_clip
    )
''',
    test='''"""The optimizer goes through the conformance suite."""

from typing import ClassVar

from kernel.testing import OptimizerSuite


class TestOptimizer(OptimizerSuite):
    name = "$owner.Momentum.v1"
    settings: ClassVar = {"learn_rate": 0.01}
''',
    config={"training.optimizer": '@optimizers = "$owner.Momentum.v1"\nlearn_rate = 0.001'},
)

SCHEDULES = Kind(
    module="schedule",
    function="make_schedule",
    registered="$owner.halving.v1",
    about="a schedule that halves a number every so many steps",
    code='''"""A schedule that halves a number every so many steps."""

from collections.abc import Generator
from itertools import count


def make_schedule(initial: float, every: int) -> Generator[float, None, None]:
    """Start with `initial` and halve it every `every` steps."""
    for step in count():
        yield initial / 2.0 ** (step // every)
''',
    test='''"""The schedule goes through the conformance suite."""

from typing import ClassVar

from kernel.testing import ScheduleSuite


class TestSchedule(ScheduleSuite):
    name = "$owner.halving.v1"
    settings: ClassVar = {"initial": 0.01, "every": 100}
    highest = 0.01

    def test_halves(self) -> None:
        assert self.values()[::99] == [0.01, 0.01, 0.005, 0.0025]
''',
    config={
        "training.optimizer": '@optimizers = "Adam.v1"',
        "training.optimizer.learn_rate": '@schedules = "$owner.halving.v1"\ninitial = 0.001\nevery = 1000',
    },
)

LOSSES = Kind(
    module="loss",
    function="make_loss",
    registered="$owner.SquaredError.v1",
    about="a loss: half of the squared error",
    requires=_THINC,
    code='''"""A loss: half of the squared error."""

from thinc.types import Floats2d


class SquaredError:
    """Guesses and truths are arrays (rows, columns)."""

    def __init__(self, scale: float) -> None:
        self.scale = scale

    def __call__(self, guesses: Floats2d, truths: Floats2d) -> tuple[Floats2d, float]:
        return self.get_grad(guesses, truths), self.get_loss(guesses, truths)

    def get_grad(self, guesses: Floats2d, truths: Floats2d) -> Floats2d:
        """The derivative of the loss by each guess."""
        return self.scale * (guesses - truths)

    def get_loss(self, guesses: Floats2d, truths: Floats2d) -> float:
        """One number for all rows."""
        return float(self.scale * ((guesses - truths) ** 2).sum() / 2)


def make_loss(scale: float = 1.0) -> SquaredError:
    """The squared error. scale: a factor of loss and gradient."""
    return SquaredError(scale)
''',
    test='''"""The loss goes through the conformance suite."""

from kernel.testing import LossSuite


class TestLoss(LossSuite):
    name = "$owner.SquaredError.v1"
''',
)

INITIALIZERS = Kind(
    module="initializer",
    function="make_initializer",
    registered="$owner.small_normal_init.v1",
    about="an initializer: small Gaussian weights",
    requires=_THINC,
    code='''"""An initializer: small Gaussian weights."""

from collections.abc import Callable
from typing import Any

from thinc.api import Ops


def make_initializer(scale: float = 0.02) -> Callable[[Ops, tuple[int, ...]], Any]:
    """Draw first weights. scale: the standard deviation."""

    def draw(ops: Ops, shape: tuple[int, ...]) -> Any:
        # The global generators are seeded by the run before a component draws.
        return ops.asarray_f(ops.xp.random.normal(0.0, scale, shape))

    return draw
''',
    test='''"""The initializer goes through the conformance suite."""

from kernel.testing import InitializerSuite


class TestInitializer(InitializerSuite):
    name = "$owner.small_normal_init.v1"

    def test_weights_are_small(self) -> None:
        assert abs(self.array((50, 50))).mean() < 0.03
''',
)
