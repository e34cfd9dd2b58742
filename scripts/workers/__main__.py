"""Train in several processes, and compare every byte with one process.

`python scripts/workers matrix`: each pipeline, in memory and streamed, with each backend and 1 to 4 workers. `python scripts/workers ends`:
workers that are killed or stopped at random moments, and a first process that is. `python scripts/workers resumed`: killed with two
workers, resumed with 1, 3 and 4. Several may be named. Times and speeds are left out of the comparison. What a run leaves behind is
looked for beside the runs after it, and told at the end.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path
from tempfile import mkdtemp

import cases
import ends
import matrix
import resumed

COMMANDS = {"matrix": matrix.run_all, "ends": ends.run_all, "resumed": resumed.run_all}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("what", nargs="+", choices=sorted(COMMANDS))
    parser.add_argument(
        "--pipeline", action="append", choices=cases.PIPELINES, help="only these; by default cnn"
    )
    parser.add_argument(
        "--backend", action="append", help="only these; any that is installed; by default local"
    )
    parser.add_argument("--times", type=int, default=5, help="how many random moments")
    parser.add_argument("--seed", type=int, default=0, help="of the moments")
    parser.add_argument(
        "--timeout", type=float, default=900.0, help="seconds, after which a run counts as one that hangs"
    )
    arguments = parser.parse_args()
    work = Path(mkdtemp(prefix="workers-"))
    arguments.pipeline = arguments.pipeline or ["cnn"]
    arguments.backend = arguments.backend or ["local"]
    cases.write(work, arguments.pipeline)
    wrong = sum(COMMANDS[what](work, arguments) for what in arguments.what)
    print(f"{wrong} wrong" + (f"; kept: {work}" if wrong else ""), flush=True)
    if not wrong:
        shutil.rmtree(work)
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
