"""Failing callbacks, misspelt hooks, arguments of hooks over the versions, and the tracing of hooks."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

from kernel.testing.box import Box
from kernel.training import events

EVENTS = {name: spec for name, spec in vars(events).items() if hasattr(spec, "kernel_spec")}
RECORD = Path(__file__).with_name("hookspecs.txt")
CALLBACK = '{"@callbacks": "acme.Slack.v1"}'
CODE = """
from kernel import hookimpl, registry

class Slack:
    @hookimpl
    def {event}(self, {arguments}):
        {body}

@registry.callbacks("acme.Slack.v1")
def slack():
    return Slack()
"""


def train(box: Box, *args: str, event: str = "step_end", arguments: str = "run", body: str = "pass"):
    box.code(CODE.format(event=event, arguments=arguments, body=body))
    codes = ("--code", "numeric.py", "--code", "functions.py")
    return box.run("train", "config.cfg", *codes, "--training.callbacks.slack", CALLBACK, *args)


def test_a_failing_callback_has_a_name_and_nothing_is_lost(numbers: Box) -> None:
    body = "if run.step == 4: raise ConnectionError('no network')"
    result = train(numbers, "--output", "out", body=body)
    assert result.exit_code == 1
    error = next(line for line in result.stderr.splitlines() if line.startswith("error:"))
    assert re.match(
        r"error: callback 'acme.Slack.v1' \(.*functions.py:\d+\) failed in step_end at step 4: "
        r"ConnectionError: no network",
        error,
    )
    assert (numbers.path / "out" / "model-last" / "line").exists()


def test_the_callback_of_a_package_is_named_with_it(numbers: Box, fake_distribution) -> None:
    source = CODE.format(event="step_end", arguments="run", body="raise ConnectionError('no network')")
    fake_distribution(
        "acme",
        "1.2",
        entry_points={"kernel_callbacks": {"acme.Slack.v1": "acme_slack:slack"}},
        modules={"acme_slack": source},
    )
    result = numbers.run(
        "train", "config.cfg", "--code", "numeric.py", "--training.callbacks.slack", CALLBACK
    )
    assert result.exit_code == 1
    assert re.search(
        r"callback 'acme.Slack.v1' \(acme 1.2\) failed in step_end at step 1: "
        r"ConnectionError: no network \(acme 1.2, .*acme_slack.py:\d+\)",
        result.stderr,
    )


@pytest.mark.parametrize(
    ("event", "arguments", "said"),
    [
        ("step_ended", "run", "unknown event 'step_ended'"),
        ("step_end", "runs", "asks for 'runs' in step_end"),
    ],
)
def test_misspelt_hooks_fail_before_data_is_read(event: str, arguments: str, said: str, numbers: Box) -> None:
    result = train(numbers, "--corpora.train.path", "nothing.txt", event=event, arguments=arguments)
    assert result.exit_code == 3
    assert said in result.stderr and "Did you mean" in result.stderr
    assert "nothing.txt" not in result.stderr


def test_arguments_of_hooks_do_not_vanish() -> None:
    # An argument leaves the record one release after it has left the specification, which says so meanwhile with
    # `warn_on_impl_args`.
    recorded = dict(line.split(":") for line in RECORD.read_text().splitlines())
    assert sorted(EVENTS) == sorted(recorded), "events have come or gone: write them into hookspecs.txt"
    for name, spec in EVENTS.items():
        arguments = set(inspect.signature(spec).parameters)
        leaving = set(spec.kernel_spec.get("warn_on_impl_args") or ())
        known = set(recorded[name].split())
        assert known <= arguments | leaving, f"{name} has lost arguments without a warning"
        assert arguments <= known, f"{name} has new arguments: write them into hookspecs.txt"


def test_every_hook_has_a_test_of_its_own() -> None:
    source = "".join(file.read_text() for file in Path(__file__).parent.parent.rglob("test_*.py"))
    missing = [name for name in EVENTS if f"def test_hook_{name}(" not in source]
    assert not missing


LINE = re.compile(r" *\d+\.\d{6} s  (?P<event>\w+)  (?P<who>.+?)  (?P<where>at step \d+|before training)")


def test_trace_hooks_shows_each_call(numbers: Box) -> None:
    result = train(numbers, "--trace-hooks")
    assert result.exit_code == 0, result.stderr
    calls = [match.groups() for match in map(LINE.match, result.stderr.splitlines()) if match]
    slack = [(event, where) for event, who, where in calls if who.startswith("'acme.Slack.v1' (")]
    assert slack == [("step_end", f"at step {step}") for step in range(1, 7)]
    assert ("update", "kernel", "at step 0") in calls


def test_trace_hooks_into_a_file(numbers: Box) -> None:
    result = train(numbers, "--trace-hooks=trace.txt", body="raise OSError")
    assert result.exit_code == 1
    lines = (numbers.path / "trace.txt").read_text().splitlines()
    assert all(map(LINE.match, lines)) and " step_end " in lines[-1]
    assert train(numbers, "--trace-hooks=no/such/place").exit_code == 2


def test_trace_hooks_times_wrappers_with_what_they_wrap(numbers: Box) -> None:
    code = CODE.format(event="update", arguments="run", body="return (yield)").replace(
        "@hookimpl\n", "@hookimpl(wrapper=True)\n"
    )
    numbers.code(code, "wrapper.py")
    result = numbers.run(
        *("train", "config.cfg", "--code", "numeric.py", "--code", "wrapper.py"),
        *("--training.callbacks.slack", CALLBACK, "--trace-hooks"),
    )
    assert result.exit_code == 0, result.stderr
    assert "at step 0, with what it wraps" in result.stderr


def test_without_the_option_nothing_is_traced(numbers: Box) -> None:
    assert " s  step_end" not in train(numbers).stderr
