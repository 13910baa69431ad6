"""Stock clients of MLflow and trackio against an isoloss server, every point compared.

Each case logs as its users do and returns what it sent, as `{step: {field: value}}` with the fields of
the server's points; the table shows how many values were sent, how many were found as sent, and what
else was checked. A miss, or a client that failed, makes the program end with 1.
"""

import argparse
import math
import os
import pathlib
import sys
import tempfile
import threading
import time
import traceback

from server import Server, wait_for

os.environ.update(
    MLFLOW_HTTP_REQUEST_MAX_RETRIES="7", MLFLOW_DISABLE_TELEMETRY="true", DO_NOT_TRACK="true",
    HF_HUB_OFFLINE="1", TRACKIO_WRITE_TOKEN="none", GIT_PYTHON_REFRESH="quiet",
    TOKENIZERS_PARALLELISM="false")

CASES = []


def case(function):
    CASES.append(function)
    return function


class Check:
    """Counts values that were sent and found, and notes whatever is not as it should be."""

    def __init__(self):
        self.sent = self.found = 0
        self.faults = []

    def points(self, server, run, sent):
        stored = server.points(run)
        for step, fields in sent.items():
            for name, value in fields.items():
                self.sent += 1
                there = stored.get(step, {}).get(name)
                if there == value or (value != value and there is not None and there != there):
                    self.found += 1
                else:
                    self.faults.append(f"step {step}, {name}: sent {value}, stored {there}")
        losses = {step for step, fields in stored.items() if fields.get("loss") is not None}
        for step in losses - set(sent):
            self.faults.append(f"step {step} is stored and was never sent")

    def that(self, holds, words):
        if not holds:
            self.faults.append(words)


def mlflow_at(server):
    import mlflow

    mlflow.end_run()
    mlflow.set_tracking_uri(server.url)
    return mlflow


# MARK: MLflow


@case
def fluent_calls(server, check):
    mlflow = mlflow_at(server)
    mlflow.set_experiment("fluent")
    sent = {}
    with mlflow.start_run(run_name="first") as run:
        mlflow.log_params({"n_params": 25_000_000, "optimizer": "adamw", "max_steps": 500})
        mlflow.log_param("seq_len", 1024)
        mlflow.set_tag("team", "mine")
        for step in range(0, 50):
            loss = 5 / (1 + step) + 2 if step != 30 else math.nan
            rate = 3e-4 * (1 - step / 50)
            mlflow.log_metrics(
                {"loss": loss, "learning_rate": rate, "grad_norm": 1.0, "epoch": step / 10}, step=step)
            sent[step] = {"loss": loss, "learning_rate": rate}
            if step % 10 == 0:
                mlflow.log_metric("eval_loss", loss + 0.1, step=step)
                sent[step]["loss/eval_loss"] = loss + 0.1
        mlflow.log_metric("loss", math.inf, step=50)
        sent[50] = {"loss": math.inf}
    identifier = run.info.run_id
    check.points(server, identifier, sent)
    stored = server.run(identifier)
    check.that(stored["name"] == "first" and stored["study"] == "fluent", f"name, study: {stored}")
    check.that(stored.get("parameter_count") == 25e6, "n_params is no parameter_count")
    check.that(stored.get("step_count") == 500, "max_steps is no step_count")
    check.that(stored["tags"].get("optimizer") == "adamw", "optimizer is no tag")
    check.that(stored.get("diverged_at") == 30, "diverged_at")
    check.that(
        stored["recipe"]["tracker"]["not_kept"] == ["epoch", "grad_norm"], "what is not kept")
    client = mlflow.MlflowClient()
    history = client.get_metric_history(identifier, "loss")
    check.that([m.step for m in history] == list(range(51)), "steps of the history")
    check.that(
        all(m.value == sent[m.step]["loss"] or math.isnan(m.value) for m in history),
        "values of the history")
    check.that(all(abs(m.timestamp / 1000 - time.time()) < 600 for m in history), "times")
    data = client.get_run(identifier).data
    check.that(data.params["n_params"] == "25000000" and len(data.params) == 4, f"{data.params}")
    check.that(data.tags["team"] == "mine" and data.tags["mlflow.runName"] == "first", "tags")
    check.that("optimizer" not in data.tags, "a param among the tags")
    check.that(data.metrics["eval_loss"] == sent[40]["loss/eval_loss"], "last eval_loss")
    check.that(client.get_run(identifier).info.status == "FINISHED", "status")
    for condition, count in [
        ("params.optimizer = 'adamw' and metrics.eval_loss < 99", 1), ("tags.team != 'mine'", 0),
        ("attributes.run_name LIKE 'fir%'", 1), ("status = 'FAILED'", 0),
    ]:
        found = client.search_runs([run.info.experiment_id], condition)
        check.that(len(found) == count, f"search {condition!r} found {len(found)}")
    check.that(
        [e.name for e in client.search_experiments(filter_string="name = 'fluent'")] == ["fluent"],
        "search of experiments")


@case
def batch_of_1500(server, check):
    mlflow = mlflow_at(server)
    from mlflow.entities import Metric

    client = mlflow.MlflowClient()
    run = client.create_run(client.create_experiment("batches")).info.run_id
    now = int(time.time() * 1000)
    client.log_batch(run, [Metric("train/loss", 9 - i / 500, now + i, i) for i in range(1500)])
    check.points(server, run, {i: {"loss": 9 - i / 500} for i in range(1500)})
    history = client.get_metric_history(run, "train/loss")
    check.that([(m.step, m.timestamp) for m in history] == [(i, now + i) for i in range(1500)], "times")


@case
def asynchronous_calls(server, check):
    mlflow = mlflow_at(server)
    mlflow.set_experiment("async")
    sent = {}
    with mlflow.start_run() as run:
        # An evaluation comes first, and must not stay the main loss.
        mlflow.log_metric("eval_loss", 10.5, step=0)
        pending = []
        for step in range(120):
            pending.append(mlflow.log_metric("loss", 10 / (1 + step), step=step, synchronous=False))
            sent[step] = {"loss": 10 / (1 + step)}
        for operation in pending:
            operation.wait()
    sent[0]["loss/eval_loss"] = 10.5
    check.points(server, run.info.run_id, sent)


@case
def ten_connections(server, check):
    mlflow = mlflow_at(server)
    client = mlflow.MlflowClient()
    run = client.create_run("0").info.run_id

    def log(lane):
        for step in range(lane, 150, 10):
            client.log_metric(run, "loss", 7 / (1 + step), step=step)
            client.log_metric(run, "lr", step * 1e-6, step=step)

    lanes = [threading.Thread(target=log, args=(lane,)) for lane in range(10)]
    for lane in lanes:
        lane.start()
    for lane in lanes:
        lane.join()
    check.points(
        server, run, {s: {"loss": 7 / (1 + s), "learning_rate": s * 1e-6} for s in range(150)})


@case
def server_killed(server, check):
    mlflow = mlflow_at(server)
    mlflow.set_experiment("killed")
    sent = {}
    with mlflow.start_run() as run:
        for step in range(60):
            if step == 30:
                server.kill()
                threading.Timer(1.5, server.start).start()
            mlflow.log_metrics({"loss": 4 - step / 50, "lr": 1e-3}, step=step)
            sent[step] = {"loss": 4 - step / 50, "learning_rate": 1e-3}
    check.points(server, run.info.run_id, sent)
    info = mlflow.MlflowClient().get_run(run.info.run_id).info
    check.that(info.status == "FINISHED" and info.run_id == run.info.run_id, "the run's end")


@case
def refusals(server, check):
    mlflow = mlflow_at(server)
    from mlflow.exceptions import MlflowException

    client = mlflow.MlflowClient()
    check.that(client.get_experiment_by_name("nowhere") is None, "an unknown experiment is not None")
    run = client.create_run("0").info.run_id
    client.log_param(run, "a", "1")
    client.log_param(run, "a", "1")
    client.log_metric(run, "loss", 3.5, step=1)

    def refused(code, call, *arguments):
        try:
            call(*arguments)
            check.faults.append(f"{call.__name__}{arguments} was taken")
        except MlflowException as error:
            check.that(error.error_code == code, f"{call.__name__}: {error.error_code}, not {code}")

    refused("INVALID_PARAMETER_VALUE", client.log_param, run, "a", "2")
    refused("RESOURCE_DOES_NOT_EXIST", client.get_run, "0" * 32)
    refused("RESOURCE_DOES_NOT_EXIST", client.log_metric, "0" * 32, "loss", 1.0)
    refused("RESOURCE_ALREADY_EXISTS", client.create_experiment, "Default")
    refused("ENDPOINT_NOT_FOUND", client.delete_run, run)
    for path in ["logged-models", "runs/log-inputs", "traces"]:
        status, body = server.ask(f"/api/2.0/mlflow/{path}", {})
        check.that(status == 404 and body.get("error_code") == "ENDPOINT_NOT_FOUND", f"{path}: {body}")
        check.that(body.get("detail") == body.get("message"), "no problem details")
    check.points(server, run, {1: {"loss": 3.5}})


@case
def bearer_token(server, check):
    with tempfile.TemporaryDirectory() as folder, Server(
        server.program, folder, token="sesame"
    ) as guarded:
        mlflow = mlflow_at(guarded)
        from mlflow.exceptions import MlflowException

        try:
            mlflow.MlflowClient().create_run("0")
            check.faults.append("a call without a token was taken")
        except MlflowException as error:
            check.that(error.error_code == "UNAUTHENTICATED", f"{error.error_code}")
        os.environ["MLFLOW_TRACKING_TOKEN"] = "sesame"
        try:
            with mlflow.start_run() as run:
                mlflow.log_metric("loss", 2.5, step=3)
            check.points(guarded, run.info.run_id, {3: {"loss": 2.5}})
        finally:
            del os.environ["MLFLOW_TRACKING_TOKEN"]


# MARK: Trainers


def tiny_trainer(folder, tracker, name):
    import torch
    import transformers

    transformers.logging.set_verbosity_error()
    config = transformers.GPT2Config(n_layer=1, n_head=2, n_embd=16, vocab_size=64, n_positions=32)
    model = transformers.GPT2LMHeadModel(config)
    rows = [{"input_ids": row, "labels": row} for row in torch.randint(0, 64, (64, 16))]
    trainer = transformers.Trainer(
        model=model, train_dataset=rows, eval_dataset=rows[:16],
        args=transformers.TrainingArguments(
            folder, run_name=name, report_to=tracker, max_steps=30, logging_steps=2, eval_steps=10,
            eval_strategy="steps", per_device_train_batch_size=4, learning_rate=1e-3, use_cpu=True,
            warmup_steps=5, save_strategy="no", disable_tqdm=True, project="trainer"))
    trainer.train()
    sent = {}
    for row in trainer.state.log_history:
        fields = sent.setdefault(row["step"], {})
        prefix = "train/" if tracker == "trackio" else ""
        if "loss" in row:
            fields["loss"] = row["loss"]
            fields["learning_rate"] = row["learning_rate"]
        if "eval_loss" in row:
            fields["loss/eval/loss" if prefix else "loss/eval_loss"] = row["eval_loss"]
    return trainer, sent


@case
def hugging_face_trainer(server, check):
    os.environ["MLFLOW_TRACKING_URI"] = server.url
    os.environ["MLFLOW_EXPERIMENT_NAME"] = "trainer"
    mlflow = mlflow_at(server)
    with tempfile.TemporaryDirectory() as folder:
        _, sent = tiny_trainer(folder, "mlflow", "hf")
    run = next(run for run in server.runs("trainer") if run["name"] == "hf")
    wait_for(lambda: len(server.points(run["id"])) >= len(sent))
    check.points(server, run["id"], sent)
    run = server.run(run["id"])
    check.that(run.get("step_count") == 30, "max_steps is no step_count")
    check.that(run["recipe"]["tracker"]["params"]["warmup_steps"] == "5", "params")
    check.that(len(mlflow.MlflowClient().get_metric_history(run["id"], "loss")) == 15, "history")


@case
def lightning_logger(server, check):
    import lightning
    import torch
    from lightning.pytorch.callbacks import LearningRateMonitor
    from lightning.pytorch.loggers import MLFlowLogger

    sent = {}

    class Recording(MLFlowLogger):
        def log_metrics(self, metrics, step=None):
            for name, value in metrics.items():
                field = {"train_loss": "loss", "val_loss": "loss/val_loss"}.get(name)
                field = "learning_rate" if name.startswith("lr-") else field
                if field:
                    sent.setdefault(step, {})[field] = float(value)
            super().log_metrics(metrics, step)

    class Tiny(lightning.LightningModule):
        def __init__(self):
            super().__init__()
            self.save_hyperparameters({"num_params": 4321, "optimizer": "adam"})
            self.layer = torch.nn.Linear(8, 1)

        def training_step(self, batch, _):
            loss = self.layer(batch[0]).pow(2).mean() + 1
            self.log("train_loss", loss)
            return loss

        def validation_step(self, batch, _):
            self.log("val_loss", self.layer(batch[0]).pow(2).mean() + 1)

        def configure_optimizers(self):
            optimizer = torch.optim.Adam(self.parameters(), lr=0.01)
            return [optimizer], [torch.optim.lr_scheduler.StepLR(optimizer, 1, 0.9)]

    rows = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(torch.randn(64, 8)), 8)
    logger = Recording("lightning", run_name="tiny", tracking_uri=server.url)
    with tempfile.TemporaryDirectory() as folder:
        trainer = lightning.Trainer(
            max_epochs=4, logger=logger, log_every_n_steps=2, accelerator="cpu",
            callbacks=[LearningRateMonitor()], default_root_dir=folder, enable_progress_bar=False,
            enable_model_summary=False, enable_checkpointing=False)
        trainer.fit(Tiny(), rows, rows)
    check.points(server, logger.run_id, sent)
    run = server.run(logger.run_id)
    check.that(run["study"] == "lightning" and run["name"] == "tiny", "name and study")
    check.that(run.get("parameter_count") == 4321, "num_params is no parameter_count")


# MARK: trackio


def trackio_at(server, folder):
    os.environ["TRACKIO_SERVER_URL"] = server.url
    os.environ["TRACKIO_DIR"] = str(folder)
    import trackio

    return trackio


@case
def trackio_calls(server, check):
    trackio = trackio_at(server, tempfile.mkdtemp())
    trackio.init(project="track", name="one", config={"n_params": 1000, "optimizer": "adamw"})
    sent = {}
    for step in range(40):
        loss = 3 - step / 50 if step != 20 else math.nan
        trackio.log({"loss": loss, "lr": 1e-3, "grad_norm": 2.0}, step=step)
        sent[step] = {"loss": loss, "learning_rate": 1e-3}
    trackio.finish()
    runs = [run for run in server.runs("track") if run["name"] == "one"]
    check.that(len(runs) == 1, f"{len(runs)} runs")
    check.points(server, runs[0]["id"], sent)
    check.that(runs[0].get("parameter_count") == 1000, "n_params is no parameter_count")
    # The run is resumed under its id, at the step after its last.
    trackio.init(project="track", name="one", resume="must")
    trackio.log({"loss": 1.5, "lr": 1e-3})
    trackio.finish()
    sent[40] = {"loss": 1.5, "learning_rate": 1e-3}
    check.points(server, runs[0]["id"], sent)
    # What was stored is not stored again over what replaced it.
    entry = {"project": "track", "run": "two", "run_id": "two", "step": 1}
    for identifier, loss in [("a", 2.0), ("b", 1.0), ("a", 2.0)]:
        log = {**entry, "metrics": {"loss": loss}, "log_id": identifier}
        server.ask("/api/bulk_log", {"args": [], "kwargs": {"logs": [log], "hf_token": None}})
    check.points(server, "two", {1: {"loss": 1.0}})


@case
def restarts(server, check):
    mlflow = mlflow_at(server)
    client = mlflow.MlflowClient()
    identifier = client.create_experiment("without runs")
    entry = {"project": "again", "run": "three", "run_id": "three", "step": 1}

    def send(name, loss):
        log = {**entry, "metrics": {"loss": loss}, "log_id": name}
        server.ask("/api/bulk_log", {"args": [], "kwargs": {"logs": [log], "hf_token": None}})

    send("a", 2.0)
    send("b", 1.0)
    server.kill()
    server.start()
    found = client.get_experiment_by_name("without runs")
    check.that(found and found.experiment_id == identifier, "an experiment without runs is forgotten")
    send("a", 2.0)
    check.points(server, "three", {1: {"loss": 1.0}})


@case
def trainer_with_trackio(server, check):
    trackio_at(server, tempfile.mkdtemp())
    with tempfile.TemporaryDirectory() as folder:
        trainer, sent = tiny_trainer(folder, "trackio", "hf-trackio")
    runs = [run for run in server.runs("trainer") if run["name"] == "hf-trackio"]
    check.that(len(runs) == 1, f"{len(runs)} runs")
    check.points(server, runs[0]["id"], sent)
    count = trainer.model.num_parameters()
    check.that(runs[0].get("parameter_count") == count, "the parameter count")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--isoloss", required=True)
    parser.add_argument("--speed", action="store_true")
    parser.add_argument("--only", help="words of the cases to run, such as trackio")
    given = parser.parse_args()
    failed = False
    rows = []
    with tempfile.TemporaryDirectory() as folder, Server(given.isoloss, folder) as server:
        for function in CASES:
            if given.only and given.only not in function.__name__:
                continue
            check = Check()
            start = time.monotonic()
            print(f"{function.__name__} …", file=sys.stderr, flush=True)
            try:
                function(server, check)
            except Exception:
                check.faults.append(traceback.format_exc())
            failed = failed or bool(check.faults) or check.found != check.sent
            check.seconds = time.monotonic() - start
            rows.append((function.__name__.replace("_", " "), check))
    print(f"\n{'client':24}{'values sent':>12}{'as sent':>9}{'seconds':>9}  else")
    for name, check in rows:
        print(f"{name:24}{check.sent:12}{check.found:9}{check.seconds:9.1f}  {'as it should be' if not check.faults else 'WRONG'}")
    for name, check in rows:
        for fault in check.faults[:8]:
            print(f"\n{name}: {fault}", file=sys.stderr)
    if given.speed:
        import speed

        speed.imports(given.isoloss)
        speed.calls(given.isoloss)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    sys.path.insert(0, str(pathlib.Path(__file__).parent))
    main()
