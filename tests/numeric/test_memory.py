"""Memory that training needs, and memory that is free."""

import pytest
from thinc.api import Linear, chain

from kernel.errors import UsageError
from kernel.numeric import memory
from kernel.numeric.memory import check_memory, free_memory, to_come


def test_weights_that_can_not_be_trained_are_refused_by_name_and_size():
    model = chain(Linear(2, 3), Linear(1000, 2)).initialize()
    check_memory(model, "tagger", free=5 * 4 * (2 * 3 + 2 + 1000 * 2 + 1000))
    with pytest.raises(UsageError) as raised:
        check_memory(model, "tagger", free=5 * 4 * (2 * 3 + 2 + 1000 * 2 + 1000) - 1)
    assert str(raised.value).startswith(
        "component 'tagger': training needs 0.0 GB of memory, 5 times its weights"
    )
    assert "The largest weights are W of linear, 1000 x 2 numbers: 0.0 GB" in str(raised.value)


def test_what_the_system_says_decides(monkeypatch):
    model = Linear(2, 3).initialize()
    needed = 5 * 4 * (2 * 3 + 2)
    for free in (needed, None):
        monkeypatch.setattr(memory, "free_memory", lambda free=free: free)
        check_memory(model, "tagger")
    monkeypatch.setattr(memory, "free_memory", lambda: needed - 1)
    with pytest.raises(UsageError, match="'tagger': training needs"):
        check_memory(model, "tagger")


def test_what_other_components_will_take_counts():
    model, other = Linear(2, 3).initialize(), Linear(10**6, 50).initialize()
    assert to_come(other) == 4 * 4 * (50 * 10**6 + 10**6)
    needed = 5 * 4 * (2 * 3 + 2) + to_come(other)
    check_memory(model, "tagger", free=needed, others=to_come(other))
    with pytest.raises(UsageError, match=r"and that of the other components 0\.8 GB more, but 0\.8 GB are"):
        check_memory(model, "tagger", free=needed - 1, others=to_come(other))
    # One without weights takes nothing.
    check_memory(Linear(), "rules", free=1, others=to_come(other))


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
