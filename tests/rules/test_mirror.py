"""tests/ mirrors kernel/: a module's tests lie in the same folder, in a file named after it.

`kernel/config/paths.py` has `tests/config/test_paths.py`; further files go on with a topic, as
`tests/language/test_stream_failed_batches.py`. Modules without public functions or classes need none.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from .conftest import ROOT

KERNEL, TESTS = ROOT / "kernel", ROOT / "tests"
# Folders of tests that go across modules.
THEMES = {"fuzz", "integration", "plugin_platform", "rules"}
# Modules, or folders of them, whose tests are in a file of another name: they are parts of what that file tests.
ELSEWHERE = {
    "cli/check_imports.py": "plugin_platform/test_listing.py",
    "cli/check_metadata.py": "plugin_platform/test_listing.py",
    "cli/plugins_check.py": "plugin_platform/test_listing.py",
    "cli/plugins_list.py": "plugin_platform/test_listing.py",
    "cli/plugins_requires.py": "plugin_platform/test_listing.py",
    "cli/plugins_show.py": "plugin_platform/test_listing.py",
    "cli/registry_list.py": "plugin_platform/test_listing.py",
    "cli/registry_show.py": "plugin_platform/test_listing.py",
    "cli/debug_model.py": "integration/test_debug_models.py",
    "cli/package.py": "packaging/test_build.py",
    "cli/completing": "cli/test_completion.py",
    "cli/scaffold": "cli/test_plugins_new.py",
    "cli/run_config.py": "integration/test_numeric_pipeline.py",
    "cli/train.py": "integration/test_numeric_pipeline.py",
    "config/config.py": "config/test_writer.py",
    "config/json_schema.py": "cli/test_schema.py",
    "config/plans.py": "config/test_building.py",
    "config/schemas.py": "config/test_checking.py",
    "language/components.py": "language/test_editing.py",
    "language/debug.py": "cli/test_debug_data.py",
    "language/new_config.py": "cli/test_init_config.py",
    "registries/modules.py": "plugin_platform/test_modules.py",
    "testing/plugin.py": "testing/test_box.py",
    "testing/suites": "testing/test_suites.py",
    "tokenizer/spaced.py": "tokenizer/test_specials.py",
    "tokens/bulk.py": "tokens/test_doc_bin.py",
    "language/keeping.py": "language/test_shown.py",
    "language/labels.py": "integration/test_unknown_labels.py",
    "language/parcels.py": "language/test_processes_workers.py",
    "processes/workers.py": "processes/test_crew.py",
    "language/replica.py": "language/test_processes_workers.py",
    "language/worker.py": "language/test_processes_workers.py",
    "tokens/span_bytes.py": "tokens/test_doc_bytes.py",
    "tokens/storage.py": "tokens/test_combine.py",
    "training/assemble.py": "cli/test_assemble.py",
    "training/equality.py": "integration/test_threads_as_workers.py",
    "training/restarts.py": "integration/test_workers.py",
    "training/sums.py": "training/test_members.py",
    "training/team.py": "integration/test_threads_as_workers.py",
    "training/worker.py": "integration/test_threads_as_workers.py",
    "registries/definitions.py": "language/test_processes_workers.py",
    "language/spread.py": "language/test_learn.py",
}
# Files with tests of a whole folder.
WHOLE = {
    "test_conformance.py": "names that the kernel registers, by the suites of their kinds",
    "config/test_golden_reports.py": "reports on broken configs, from text to message",
    "cli/test_convert_folders.py": "what convert writes of whole folders",
    "config/test_growth.py": "how work grows with the config",
    "language/test_saved_means_loadable.py": "what is saved, and loaded again, of every part of a pipeline",
    "tokens/test_growth.py": "how work grows with the text",
    "testing/test_kit.py": "what the package hands on",
    "testing/test_suites.py": "the suites",
    "testing/test_suites_wrappers.py": "the suite of wrappers, which must find what is wrong with one",
}


def modules() -> list[Path]:
    """Modules with something public, relative to kernel/."""
    found = []
    for path in sorted(KERNEL.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        kinds = (ast.FunctionDef, ast.ClassDef)
        public = any(isinstance(node, kinds) and not node.name.startswith("_") for node in tree.body)
        if public and path.name not in ("__init__.py", "__main__.py"):
            found.append(path.relative_to(KERNEL))
    return found


def files() -> list[Path]:
    """Test files of the mirrored folders, relative to tests/."""
    found = (path.relative_to(TESTS) for path in sorted(TESTS.rglob("test_*.py")))
    return [path for path in found if path.parts[0] not in THEMES]


def named_after(module: Path) -> list[Path]:
    """The test files named after a module."""
    names = (f"test_{module.stem}", f"test_{module.stem}_")
    return [
        path
        for path in files()
        if path.parent == module.parent and (path.stem == names[0] or path.stem.startswith(names[1]))
    ]


def listed(module: Path) -> str | None:
    """The file that ELSEWHERE names for a module or for a folder around it."""
    places = [module, *module.parents][:-1]
    return next((ELSEWHERE[place.as_posix()] for place in places if place.as_posix() in ELSEWHERE), None)


@pytest.mark.parametrize("module", modules(), ids=str)
def test_every_module_has_its_tests(module: Path) -> None:
    own, other = named_after(module), listed(module)
    assert own or other, f"kernel/{module} has no tests/{module.parent}/test_{module.name}"
    assert not (own and other), f"kernel/{module} has {own[0]}: take it out of ELSEWHERE"
    assert other is None or (TESTS / other).is_file(), f"ELSEWHERE names {other}, which is gone"


@pytest.mark.parametrize("file", files(), ids=str)
def test_every_file_is_named_after_a_module(file: Path) -> None:
    named = [
        path
        for path in KERNEL.joinpath(file.parent).glob("*.py")
        if file in named_after(path.relative_to(KERNEL))
    ]
    assert named or file.as_posix() in WHOLE, (
        f"kernel/{file.parent} has no module that tests/{file} is named after"
    )


def test_the_tables_name_what_is_there() -> None:
    assert all((KERNEL / place).exists() for place in ELSEWHERE)
    assert all((TESTS / file).is_file() for file in WHOLE)
