"""What the tests of several components share."""

import pytest

import kernel


class Found(list):
    """Findings of `debug` as pairs of level and text."""

    def has(self, level, text):
        return any(one == level and text in message for one, message in self)


@pytest.fixture(scope="module")
def nlp():
    return kernel.blank("xx")


@pytest.fixture
def look(nlp):
    """What a component finds in examples to train on and to evaluate on."""

    def look(factory, train, dev=()):
        findings = nlp.create_pipe(factory).debug(train, list(dev))
        return Found((one.level, ": ".join([one.message, *one.items])) for one in findings)

    return look
