"""What is said of the data takes a bounded time."""

from kernel_report.predictions.data import describe


def test_of_long_examples_fewer_are_looked_at():
    pipeline = object()
    (part,) = describe(pipeline, [range(1_000)] * 5_000, None)["parts"]
    assert part["examples"] == 5_000 and part["lengths"]["examples"] == 200
    (part,) = describe(pipeline, [range(3)] * 5_000, None, most=100)["parts"]
    assert part["lengths"]["examples"] == 100
