// Ways in: drop files, or let a training job send its own log here.
import {call, hasToken, problem, query} from "./api.js";
import {copyButton, field, make, number, table, warnings} from "./dom.js";
import {address} from "./state.js";

export async function show(place, start) {
  const study = make("input", {value: start.study ?? "", placeholder: "optional"});
  const answers = make("div", {"aria-live": "polite"});
  const picker = make("input", {type: "file", multiple: true, id: "files", onchange: () => take([...picker.files])});
  const drop = make("div", {class: "drop",
    ondragover: (event) => { event.preventDefault(); drop.classList.add("over"); },
    ondragleave: () => drop.classList.remove("over"),
    ondrop: (event) => { event.preventDefault(); drop.classList.remove("over"); take([...event.dataTransfer.files]); }},
    make("p", {}, "Drop log files here as their program wrote them: trainer_state.json, TensorBoard events, CSV, JSON lines, console logs."), make("label", {for: "files"}, "or choose them: "), picker);
  const here = location.origin;
  // A server with a token wants it from every job, too.
  const token = hasToken();
  const secret = (name) => (token ? ` ${name}=$ISOLOSS_TOKEN` : "");
  const bearer = token ? " -H \"Authorization: Bearer $ISOLOSS_TOKEN\"" : "";
  const snippet = (name, about, text) => make("section", {}, make("h2", {}, name), make("p", {class: "faint"}, about),
    make("div", {class: "snippet"}, make("pre", {tabindex: 0}, text), copyButton("Copy", text)));
  place.append(make("h1", {}, "Put logs in"), make("div", {class: "bar"}, field("Study", study, false, "Runs of one study help each other's forecasts.")), drop, answers,
    snippet("From what logs to MLflow already", "Trainer(report_to=\"mlflow\"), Lightning's MLFlowLogger and mlflow itself send here with this in their environment.",
      `export MLFLOW_TRACKING_URI=${here}${secret("MLFLOW_TRACKING_TOKEN")}`),
    snippet("From trackio", "Trainer(report_to=\"trackio\") likewise.", `export TRACKIO_SERVER_URL=${here} TRACKIO_WRITE_TOKEN=${token ? "$ISOLOSS_TOKEN" : "none"}`),
    snippet("From your own Python", "One file that needs nothing else; it never waits for the network.",
      `# curl -O ${here}/isoloss.py\nimport isoloss\nrun = isoloss.init("${here}", name="my-run", study="mine", schedule="warmup:300@3e-3,cosine:3700@3e-4")\nrun.log({"loss": 3.7, "lr": 3e-3}, step=300)`),
    snippet("A file, from a terminal", "The same files as above, or whole folders; --follow goes on as they grow.", `isoloss import my-log.csv --study mine --server ${here}`),
    snippet("From any job, by curl", "Register the run once, then post points as they come. Both are safe to repeat.",
      `curl -X PUT ${here}/v1/runs/my-run${bearer} -H 'Content-Type: application/json' \\\n  -d '{"study":"mine","schedule":"warmup:300@3e-3,cosine:3700@3e-4"}'\ncurl ${here}/v1/runs/my-run/points${bearer} -H 'Content-Type: application/json' \\\n  -d '{"points":[{"step":300,"loss":3.7,"learning_rate":3e-3}]}'`));

  async function take(files) {
    for (const file of files) {
      const line = make("div", {}, make("p", {class: "faint"}, `Reading ${file.name} …`));
      answers.prepend(line);
      try {
        const name = file.name.replace(/\.[^.]*$/, "").replace(/[^A-Za-z0-9._-]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 128) || "log";
        const answer = await call(`/v1/imports${query({study: study.value, run: name})}`, {method: "POST", body: file, type: "application/octet-stream"});
        line.replaceChildren(...report(file.name, answer));
      } catch (refusal) {
        line.replaceChildren(make("h2", {}, file.name), problem(refusal));
      }
    }
  }

  function report(name, answer) {
    return (answer.files ?? []).flatMap((file) => [
      make("h2", {}, `${name}: ${file.format}`),
      table("Runs found", ["run", "series", "points", "first", "last"], file.runs.flatMap((run) => (run.series?.length ? run.series : [{}]).map((series) => [
        make("a", {href: address({view: "curves", runs: run.id})}, run.name ?? run.id), series.name ? `${series.name}${series.unit ? ` (${series.unit})` : ""}` : "–", series.points ?? null,
        series.first ? `${number(series.first.loss)} at ${number(series.first.step)}` : "–", series.last ? `${number(series.last.loss)} at ${number(series.last.step)}` : "–"]))),
      file.skipped?.length ? table("Left out", ["count", "reason", "first line"], file.skipped.map((one) => [one.count, one.reason, one.first_line])) : null,
    ]).concat([warnings(answer.notes)]).filter(Boolean);
  }
  return null;
}
