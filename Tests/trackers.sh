#!/usr/bin/env bash
# The stock clients of MLflow and trackio against the real server: Hugging Face Trainer, Lightning, fluent
# and asynchronous calls, a server killed and started again. Compares every point with what was sent,
# prints a table, and fails on a miss.
#
#   Tests/trackers.sh                    makes a virtual environment in .build/trackers (2 GB), builds, runs
#   Tests/trackers.sh --speed            also measures imports beside pandas and TensorBoard, and points
#                                        per second beside `mlflow server`; --only none measures alone
#   PYTHON=…/bin/python Tests/trackers.sh    takes an environment that has the packages already
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

packages=(mlflow-skinny trackio transformers torch lightning accelerate)
case " $* " in *" --speed "*) packages+=(mlflow pandas tensorboard numpy) ;; esac
if [ -z "${PYTHON:-}" ]; then
    environment=.build/trackers
    [ -x "$environment/bin/python" ] || python3 -m venv "$environment"
    "$environment/bin/pip" install --quiet --extra-index-url https://download.pytorch.org/whl/cpu \
        "${packages[@]}"
    PYTHON=$environment/bin/python
fi
if [ -z "${ISOLOSS:-}" ]; then
    source Tests/packages.sh
    swift build -c release --product isoloss
    ISOLOSS=.build/release/isoloss
fi
exec "$PYTHON" Tests/Trackers/clients.py --isoloss "$ISOLOSS" "$@"
