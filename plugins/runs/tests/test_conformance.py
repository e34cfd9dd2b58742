"""The commands go through the suite of their kind; the recorded output of `kernel runs` is what it says of two runs."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from kernel.testing import CommandSuite

RUNS = {
    "one": (
        {"seed": 0, "packages": {"numpy": "2.4"}, "threads": {"blas": 1, "process": 2}},
        [
            {"step": 1, "losses": {"ner": 4.0}, "words": 10, "seconds": 2.0},
            {"step": 2, "losses": {"ner": 3.0}, "words": 20, "seconds": 4.0},
            {"evaluation": 2, "score": 0.5, "scores": {"ents_f": 0.5, "speed": 9.0}},
        ],
    ),
    "other": (
        {"seed": 1, "packages": {"numpy": "2.5"}, "threads": {"blas": 1, "process": 4}},
        [
            {"step": 1, "losses": {"ner": 4.0}, "words": 10, "seconds": 1.0},
            {"step": 2, "losses": {"ner": 3.5}, "words": 20, "seconds": 2.0},
            {"evaluation": 2, "score": 0.25, "scores": {"ents_f": 0.25, "speed": 18.0}},
        ],
    ),
}


class TestRuns(CommandSuite):
    name = "runs"
    arguments = ("list", "--help")
    goldens = Path(__file__).with_name("goldens.json")

    def golden(self) -> Any:
        with TemporaryDirectory() as folder:
            for name, (manifest, history) in RUNS.items():
                output = Path(folder, name)
                output.mkdir()
                (output / "run.json").write_text(json.dumps(manifest))
                (output / "history.jsonl").write_text("".join(json.dumps(row) + "\n" for row in history))
            lines = self.run("diff", f"{folder}/one", f"{folder}/other").output.splitlines()
        # The first names a directory that is another one each time.
        return lines[1:]


class TestReplay(CommandSuite):
    name = "replay"
    goldens = Path(__file__).with_name("goldens.json")
