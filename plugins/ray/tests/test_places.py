"""Processes are spread over the machines of a cluster."""

import pytest
from kernel_ray.places import check_room, local_ranks, places, room

from kernel.errors import UsageError

RESOURCES = {
    "a": {"CPU": 8.0, "GPU": 3.0},
    "b": {"CPU": 2.0, "GPU": 4.0},
    "c": {"CPU": 4.0},
    "gone": {"CPU": 9.0, "GPU": 9.0},
}
CLUSTER = [{"NodeID": name, "Alive": name != "gone", "Resources": there} for name, there in RESOURCES.items()]


def test_a_machine_that_has_fewer_comes_first():
    assert places({"a": 4, "b": 4}, "a", 3) == ["b", "a", "b"]
    assert places({"a": 1, "b": 1}, "a", 1) == ["b"]
    assert places({"a": 8, "b": 2, "c": 1}, "a", 6) == ["b", "c", "a", "b", "a", "a"]


def test_the_first_process_shares_its_place_where_nothing_else_is_left():
    assert places({"a": 1}, "a", 1) == ["a"]
    assert places({"a": 1, "b": 1}, "a", 2) == ["b", "a"]


def test_the_first_process_may_be_on_a_machine_without_places():
    assert places({"a": 0, "b": 2}, "a", 2) == ["b", "b"]


def test_processes_are_counted_on_each_machine_after_the_first_one():
    assert local_ranks(["b", "a", "b", "a"], "a") == [0, 1, 1, 2]
    assert local_ranks([], "a") == []


def test_machines_take_a_process_for_each_cpu_or_gpu():
    assert room(CLUSTER, -1) == {"a": 8, "b": 2, "c": 4}
    assert room(CLUSTER, 0) == {"a": 3, "b": 2, "c": 0}
    assert room(CLUSTER, 2) == {"a": 1, "b": 2, "c": 0}


def test_too_little_room_is_told():
    found = room(CLUSTER, 0)
    check_room(found, "a", 5, 0)
    check_room(found, "c", 6, 0)
    with pytest.raises(UsageError, match=r"has 4 GPUs, numbered from 0 .*count = 6 needs 5: one for each"):
        check_room(found, "a", 6, 0)
    check_room({"a": 1}, "a", 2, -1)
    with pytest.raises(UsageError, match=r"has 1 CPUs, and training\.workers\.count = 3 needs 2 besides"):
        check_room({"a": 1}, "a", 3, -1)
