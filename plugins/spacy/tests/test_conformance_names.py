"""Names of the field go through the suite for names that stand for others."""

import tomllib
from pathlib import Path

from kernel_spacy.configs.functions import our_name

from kernel.testing import AliasSuite

HERE = Path(__file__).parent
GOLDENS = HERE / "goldens.json"
_GROUPS = tomllib.loads((HERE.parent / "pyproject.toml").read_text(encoding="utf8"))["project"][
    "entry-points"
]
NAMES = [
    (group.removeprefix("kernel_"), name)
    for group, points in _GROUPS.items()
    for name, target in points.items()
    if target.startswith("kernel_spacy.names:")
]

for _kind, _name in NAMES:
    _settings = {"kind": _kind, "name": _name, "stands_for": our_name(_name), "goldens": GOLDENS}
    _class = f"Test_{_kind}_{_name}".replace(".", "_").replace("-", "_")
    globals()[_class] = type(_class, (AliasSuite,), {"__module__": __name__, **_settings})
