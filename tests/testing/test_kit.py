"""Fake distributions, the box, gradient checks, and what importing the kit costs."""

import subprocess
import sys

import pytest

pytest_plugins = ["kernel.testing"]


def test_fake_distributions_and_suites_need_no_installed_plugin() -> None:
    code = (
        "import sys\n"
        "from kernel.discovery import scan as plugins\n"
        "from kernel.testing import fake_distribution, ComponentSuite, LanguageSuite, CallbackSuite, ReaderSuite\n"
        "assert not {p.distribution for g in plugins.groups() for p in plugins.entry_points(g)} - {'kernel-nlp'}\n"
        "with fake_distribution('acme', entry_points={'kernel_misc': {'acme.A.v1': 'os:getcwd'}}):\n"
        "    assert [p.distribution for p in plugins.entry_points('kernel_misc')] == ['acme']\n"
        "import kernel.testing.toy as toy\n"
        "from kernel.training.loop import train\n"
        "with toy.toy_run() as run: assert len(list(train(run))) == 6\n"
    )
    program = f"import kernel.discovery.scan as p\np._walk = lambda path, walk=p._walk: walk(p_ for p_ in path if 'site-packages' not in p_)\n{code}"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "code", ["import kernel.testing", "from kernel.testing import Box, fake_distribution"]
)
def test_importing_the_kit_imports_neither_pytest_nor_anything_heavy(code: str) -> None:
    program = f"import sys\n{code}\nprint(' '.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert not set(done.stdout.split()) & {"pytest", "numpy", "thinc", "pydantic"}


def test_no_name_of_the_kit_is_missing() -> None:
    import kernel.testing

    for name in kernel.testing.__all__:
        assert getattr(kernel.testing, name).__name__ == name
    with pytest.raises(AttributeError, match="no attribute 'ArchitectureSuit'"):
        _ = kernel.testing.ArchitectureSuit
