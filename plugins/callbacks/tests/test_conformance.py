"""Every registered name of the package goes through the suite of its kind."""

from pathlib import Path

from kernel.testing import CallbackSuite, LoggerSuite

GOLDENS = Path(__file__).with_name("goldens.json")


class TestAverages(CallbackSuite):
    name = "kernel.Averages.v1"
    goldens = GOLDENS


class TestConsoleTable(CallbackSuite):
    name = "kernel.ConsoleTable.v1"
    settings = {"progress_bar": None, "output_file": "table.jsonl"}
    goldens = GOLDENS


class TestEarlyStop(CallbackSuite):
    name = "kernel.EarlyStop.v1"
    settings = {"patience": 1, "metric": "accuracy"}
    goldens = GOLDENS


class TestEarlyStopThatStops(CallbackSuite):
    name = "kernel.EarlyStop.v1"
    settings = {"patience": 2, "min_delta": 10.0}
    changes_training = True


class TestJsonlLog(CallbackSuite):
    name = "kernel.JsonlLog.v1"
    settings = {"path": "log.jsonl", "every_step": True}
    goldens = GOLDENS


class TestCopyFromBaseModel(CallbackSuite):
    name = "kernel.copy_from_base_model.v1"
    settings = {"tokenizer": None, "vocab": None}
    setting = "initialize.before_init"
    goldens = GOLDENS


class TestRehearse(CallbackSuite):
    name = "kernel.Rehearse.v1"
    settings = {"weight": 0.5}
    changes_training = True
    goldens = GOLDENS

    def golden(self):
        run, _ = self.run()
        return {**super().golden(), "weight": run.pipeline.model.get_param("W")}


class TestRehearseOnACorpus(CallbackSuite):
    name = "kernel.Rehearse.v1"
    settings = {"corpus": "corpora.dev", "every": 2}
    changes_training = True


class TestConsoleLogger1(LoggerSuite):
    name = "kernel.ConsoleLogger.v1"
    goldens = GOLDENS


class TestConsoleLogger2(LoggerSuite):
    name = "kernel.ConsoleLogger.v2"
    settings = {"output_file": "rows.jsonl"}
    goldens = GOLDENS


class TestConsoleLogger3(LoggerSuite):
    name = "kernel.ConsoleLogger.v3"
    settings = {"progress_bar": "eval"}
    goldens = GOLDENS
