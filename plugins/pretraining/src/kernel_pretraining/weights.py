"""What a pretraining leaves in its output: weights of the pretrained model as files, and a line of a log for each.

`model-last.bin` and `model-best.bin` are written at evaluations, `model<epoch>.bin` at the end of an epoch,
`model<epoch>.temp.bin` within one, `config.cfg` with the first of them. Each is whole or not there.
"""

import json
from os import SEEK_END
from pathlib import Path
from typing import Any

from kernel import hookimpl
from kernel.files.atomic import atomic_file
from kernel.numeric.bytes import model_to_bytes
from kernel.training.output import claim, saving
from kernel.training.run import Info, Run

LOG, CONFIG = "log.jsonl", "config.cfg"


class WeightsFiles:
    """The results of a pretraining."""

    last, best = "model-last.bin", "model-best.bin"

    def names(self, output: Path) -> list[str]:
        """All files of weights, and what belongs to them."""
        found = sorted(path.name for path in output.glob("model*.bin"))
        return [*found, *(name for name in (LOG, CONFIG) if (output / name).exists())] if found else []

    def check(self, output: Path) -> None:
        """There is nothing that could be taken for weights: files are replaced."""

    def write(self, run: Run, *, is_best: bool) -> None:
        """Write the weights, and the config that they come from; `skip_last` leaves out the last."""
        output: Any = run.output
        write_config(run)
        data = weights(run)
        last = [] if run.settings.skip_last else [self.last]
        for name in [*last, *([self.best] if is_best else [])]:
            write_bytes(output / name, data)

    def take_best(self, source: Path | None, output: Path) -> bool:
        """Copy the file."""
        if source is None or not (source / self.best).is_file():
            (output / self.best).unlink(missing_ok=True)
            return False
        write_bytes(output / self.best, (source / self.best).read_bytes())
        return True


def weights(run: Run) -> bytes:
    """The weights of the pretrained model, which `initialize.init_tok2vec` takes."""
    pipeline: Any = run.pipeline
    return model_to_bytes(pipeline.encoder)


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file, whole or not at all."""
    with atomic_file(path) as fresh:
        fresh.write_bytes(data)


def write_config(run: Run) -> None:
    """Write the filled config, unless it is there."""
    output: Any = run.output
    text = run.config.to_str()
    path = output / CONFIG
    if not path.is_file() or path.read_text(encoding="utf8") != text:
        write_bytes(path, text.encode("utf8"))


class EpochWeights:
    """Writes the weights after epochs, and within them.

    n_save_epoch: only after epochs whose number it divides, and after the last; None after each. n_save_every: batches of an
    epoch; None for none. first_epoch: number of the first epoch.

    Each file has a line in `log.jsonl`: nr_word (learnt from so far), loss (mean of the steps so far), epoch_loss (mean of those
    of the epoch), epoch.
    """

    def __init__(self, n_save_epoch: int | None, n_save_every: int | None, first_epoch: int) -> None:
        self._n_save_epoch, self._n_save_every, self._first_epoch = n_save_epoch, n_save_every, first_epoch
        self._saved_epochs = 0
        self._losses = [0.0, 0]
        self._epoch_losses = [0.0, 0]
        # Of the log, as far as it is of this run.
        self._size = 0

    @hookimpl
    def epoch_start(self, run: Run, epoch: int) -> None:
        """Write the weights of the epoch before."""
        if epoch > self._saved_epochs:
            self._end_epoch(run, epoch, is_last=False)

    @hookimpl
    def step_end(self, run: Run, info: Info) -> None:
        """Count the losses; write the weights if it is time."""
        loss = sum(info.losses.values())
        place = int(self._epoch_losses[1])
        for sums in (self._losses, self._epoch_losses):
            sums[0] += loss
            sums[1] += 1
        if self._n_save_every is not None and place % self._n_save_every == 0:
            self._save(run, info.epoch, ".temp")

    @hookimpl
    def train_end(self, run: Run) -> None:
        """Write the weights of the last epoch, if it was finished."""
        if run.epoch > self._saved_epochs:
            self._end_epoch(run, run.epoch, is_last=True)

    def state(self) -> dict[str, Any]:
        """Sums of the losses, and how long the log is."""
        return {
            "epochs": self._saved_epochs,
            "losses": list(self._losses),
            "epoch_losses": list(self._epoch_losses),
            "size": self._size,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on with those."""
        self._saved_epochs, self._size = state["epochs"], state["size"]
        self._losses, self._epoch_losses = list(state["losses"]), list(state["epoch_losses"])

    def _end_epoch(self, run: Run, finished: int, *, is_last: bool) -> None:
        number = self._first_epoch + finished - 1
        if self._n_save_epoch is None or number % self._n_save_epoch == 0 or is_last:
            self._save(run, finished - 1, "")
        self._saved_epochs = finished
        self._epoch_losses = [0.0, 0]

    def _save(self, run: Run, epoch: int, kind: str) -> None:
        if run.output is None:
            return
        number = self._first_epoch + epoch
        row = {
            "nr_word": run.words,
            "loss": self._losses[0] / max(self._losses[1], 1),
            "epoch_loss": self._epoch_losses[0] / max(self._epoch_losses[1], 1),
            "epoch": number,
        }
        with saving(run):
            claim(run)
            write_config(run)
            with run.averaged():
                write_bytes(run.output / f"model{number}{kind}.bin", weights(run))
            self._log(run.output / LOG, json.dumps(row) + "\n")

    def _log(self, path: Path, line: str) -> None:
        with path.open("r+b" if path.exists() else "wb") as file:
            # Somebody may have removed it, or cut it.
            file.seek(min(self._size, file.seek(0, SEEK_END)))
            file.truncate()
            file.write(line.encode("utf8"))
            self._size = file.tell()
