"""Processes are spread over the machines of a cluster."""

from kernel_ray.places import places


def test_a_machine_that_has_fewer_comes_first():
    assert places({"a": 4, "b": 4}, "a", 3) == ["b", "a", "b"]
    assert places({"a": 1, "b": 1}, "a", 1) == ["b"]
    assert places({"a": 8, "b": 2, "c": 1}, "a", 6) == ["b", "c", "a", "b", "a", "a"]


def test_the_first_process_shares_its_place_where_nothing_else_is_left():
    assert places({"a": 1}, "a", 1) == ["a"]
    assert places({"a": 1, "b": 1}, "a", 2) == ["b", "a"]


def test_the_first_process_may_be_on_a_machine_without_places():
    assert places({"a": 0, "b": 2}, "a", 2) == ["b", "b"]
