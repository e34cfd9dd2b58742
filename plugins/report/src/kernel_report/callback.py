"""The callback that keeps what each evaluation predicts, and writes the page while the run goes on."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from time import perf_counter
from typing import Any

from kernel import hookimpl
from kernel.config.ranges import Fraction
from kernel.errors import warn
from kernel.registries.blame import describe_error
from kernel.training.output import fingerprint
from kernel.training.run import Run
from kernel_report import kept
from kernel_report.kept import Kept

# Of a run of seconds, two percent would be less than one page takes.
_FREE_SECONDS = 1.0


def report(worst: int = 10, share: Fraction = 0.02, page: bool = True) -> "Report":
    """Keep what each evaluation predicts, for `kernel report`, and write the page.

    `report.json` in the output gets counts for each label, confusions, and errors with their texts, of the best evaluation and of
    the latest; `report.html` is the page. worst: number of documents with most errors to show. share: of the time of the run so
    far, which all of this may take, and a second in any run. After that it waits for a later evaluation; only the last writing is
    always done. page: false writes no page, which `kernel report` can do at any time.
    """
    return Report(worst, share, page)


class Report:
    """Errors of its own are a warning, and the end of it: the run goes on."""

    only_tells = True

    def __init__(self, worst: int, share: float, page: bool) -> None:
        self._worst = worst
        self._share = share
        self._page = page
        self._kept = Kept()
        # Of the evaluation that goes on.
        self._pending: dict[str, Any] | None = None
        self._has_news = self._is_off = False
        # Seconds, on anything.
        self._spent = 0.0
        # When the work that goes on began.
        self._began: float | None = None

    @hookimpl
    def predicted(self, run: Run, examples: Sequence[Any]) -> None:
        self._try(lambda: self._collect(run, examples))

    @hookimpl
    def evaluated(self, run: Run, is_best: bool) -> None:
        self._try(lambda: self._keep(run, is_best))

    @hookimpl
    def saved(self, run: Run) -> None:
        # From now on the output is this run's: what an earlier one left there has moved away.
        self._try(lambda: self._write(run))

    @hookimpl
    def train_error(self, run: Run) -> None:
        self._try(lambda: self._write_last(run, _outcome(run) or "failed"))

    @hookimpl
    def train_end(self, run: Run, reason: str) -> None:
        self._try(lambda: self._write_last(run, (run.was_left and _outcome(run)) or f"ended: {reason}"))

    def state(self) -> dict[str, Any]:
        """What has been kept, as it is written."""
        found = self._kept
        return {"best": found.best, "latest": found.latest, "data": found.data}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on with what a run had kept until its checkpoint: what came later comes again."""
        self._kept = Kept(state["best"], state["latest"], state["data"])

    def _collect(self, run: Run, examples: Sequence[Any]) -> None:
        self._pending = None
        if run.output is None or not self._has_time(run):
            return
        from kernel_report.predictions.collector import Collector

        collector = Collector(run.pipeline, self._worst)
        collector.add(examples)
        self._pending = {"step": run.step, "source": run.settings.dev_corpus, **collector.result()}

    def _keep(self, run: Run, is_best: bool) -> None:
        found, self._pending = self._pending, None
        if run.output is None:
            return
        if self._kept.data is None:
            self._kept = replace(self._kept, data=_described(run))
        if found is not None:
            found["score"] = run.score
            best = found if is_best else self._kept.best
            self._kept = replace(self._kept, best=best, latest=None if is_best else found)
            self._has_news = True

    def _write(self, run: Run) -> None:
        if self._has_news and self._has_time(run):
            self._write_kept(run)
            if self._has_time(run):
                self._write_page(run, "running")

    def _write_last(self, run: Run, state: str) -> None:
        if self._has_news and run.is_claimed:
            self._write_kept(run)
        self._write_page(run, state)

    def _write_kept(self, run: Run) -> None:
        if run.output is not None:
            kept.write(run.output, fingerprint(run.config), self._kept)
            self._has_news = False

    def _write_page(self, run: Run, state: str) -> None:
        if run.output is None or not self._page or not run.is_claimed:
            return
        from kernel_report.page import NAME, write_page
        from kernel_report.run import read_runs

        # While the output is locked, only the run itself knows how it ends.
        runs = [replace(found, state=state) for found in read_runs([run.output])]
        write_page(runs, run.output / NAME)

    def _has_time(self, run: Run) -> bool:
        now = 0.0 if self._began is None else perf_counter() - self._began
        return self._spent + now <= max(_FREE_SECONDS, self._share * run.seconds)

    def _try(self, work: Callable[[], None]) -> None:
        if self._is_off:
            return
        start = self._began = perf_counter()
        try:
            work()
        except Exception as error:  # noqa: BLE001 (whatever it is, it is no reason to lose a run)
            self._is_off = True
            warn(f"the run goes on without its report, which failed: {describe_error(error)}")
        finally:
            self._spent += perf_counter() - start
            self._began = None


def _outcome(run: Run) -> str:
    from kernel_report.run import outcome_of

    return "" if run.output is None else outcome_of(run.output)


def _described(run: Run) -> dict[str, Any]:
    from kernel_report.predictions.data import describe

    return describe(run.pipeline, run.examples, run.dev_examples)
