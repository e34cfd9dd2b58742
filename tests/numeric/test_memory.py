"""Memory that training needs, and memory that is free."""

import pytest
from thinc.api import Linear, chain

from kernel.errors import UsageError
from kernel.numeric.memory import check_memory, free_memory


def test_weights_that_can_not_be_trained_are_refused_by_name_and_size():
    model = chain(Linear(2, 3), Linear(1000, 2)).initialize()
    check_memory(model, "tagger", free=5 * 4 * (2 * 3 + 2 + 1000 * 2 + 1000))
    with pytest.raises(UsageError) as raised:
        check_memory(model, "tagger", free=5 * 4 * (2 * 3 + 2 + 1000 * 2 + 1000) - 1)
    assert str(raised.value).startswith(
        "component 'tagger': training needs 0.0 GB of memory, 5 times its weights"
    )
    assert "The largest weights are W of linear, 1000 x 2 numbers: 0.0 GB" in str(raised.value)


def test_what_the_system_says_decides():
    check_memory(Linear(2, 3).initialize(), "tagger")


def write(root, **files):
    for name, text in files.items():
        path = root / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def test_the_system_and_the_container_limit_what_is_free(tmp_path):
    assert free_memory(tmp_path) is None
    write(tmp_path, proc__meminfo="MemTotal: 9 kB\nMemAvailable:    5 kB\n")
    assert free_memory(tmp_path) == 5 * 1024
    group = "sys__fs__cgroup__memory_dot_"
    write(tmp_path, **{f"{group}max": "max\n", f"{group}current": "100\n"})
    assert free_memory(tmp_path) == 5 * 1024
    write(tmp_path, **{f"{group}max": "1000\n"})
    assert free_memory(tmp_path) == 900
    write(tmp_path, **{f"{group}stat": "anon 7\ninactive_file 50\n"})
    assert free_memory(tmp_path) == 950
    write(tmp_path, **{f"{group}max": "10\n"})
    assert free_memory(tmp_path) == 0
