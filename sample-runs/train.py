"""Trains a small language model under a learning-rate schedule, and logs it.

    python train.py --size 96x3 --schedule warmup:300@3e-3,cosine:2200@3e-4 --output cosine.csv
    python train.py --size 64x2 --tokens 2e6 --peak 3e-3 --output small.csv
    python train.py --study
    python train.py --study small

The first form trains what the schedule says, the second a cosine schedule that is as long as the
tokens last. `--study` trains every run of a folder's runs.json (this folder's unless one is named) that
has no curve file yet, with the settings written there, and records what each took.

A row at step s is written after update s (0-based): `learning_rate` is that update's rate, `loss`
the mean training loss of the updates since the row before, `loss/validation` the loss of the
weights after update s on the same held-out windows every time. Losses are nats per token.
"""

import argparse
import csv
import json
import math
import platform
import random
import re
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, as_completed
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

VOCABULARY = 256  # characters, then merged pairs: more would make the text too few tokens
HOLD_OUT_EVERY = 20  # every 20th chapter is validation text
WARMUP_STEPS = 300  # of the schedule that `--tokens` or `--steps` alone stand for
FINAL_FRACTION = 0.1  # likewise
BETAS = (0.9, 0.95)
CLIP_NORM = 1.0

SHAPES = {
    "warmup": lambda a, b, u: a + (b - a) * u,
    "linear": lambda a, b, u: a + (b - a) * u,
    "cosine": lambda a, b, u: b + (a - b) * (1 + math.cos(math.pi * u)) / 2,
    "exp": lambda a, b, u: a ** (1 - u) * b**u,
    "sqrt": lambda a, b, u: a + (b - a) * math.sqrt(u),
}


def learning_rates(specification):
    """The rate of every update of a schedule such as `warmup:200@3e-3,hold:800,linear:500@0`."""
    rates, rate = [], 0.0
    for segment in specification.split(","):
        match = re.fullmatch(r"(\w+)(?::(\d+))?(?:@([0-9.eE-]+))?", segment.strip())
        shape, steps, target = match.groups() if match else (None, None, None)
        if shape == "step" and steps is None and target is not None:
            rate = float(target)
        elif shape == "hold" and steps is not None and target is None:
            rates += [rate] * int(steps)
        elif shape in SHAPES and steps is not None and target is not None:
            end, count = float(target), int(steps)
            if shape == "exp" and not (rate > 0 and end > 0):
                raise ValueError(f"segment {segment!r} needs rates above 0 at both ends")
            rates += [SHAPES[shape](rate, end, j / count) for j in range(count)]
            rate = end
        else:
            known = ", ".join(f"{name}:n@b" for name in SHAPES)
            raise ValueError(f"segment {segment!r} is none of hold:n, step@b, {known}")
    return rates


def read_text():
    """The King James text as (training, validation) token arrays, split by chapter.

    Chapters, not one block at the end: the books differ, and a block would measure that.
    """
    command = ["bible", "-f", "gen1:1-rev22:21"]
    try:
        verses = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    except FileNotFoundError:
        sys.exit("the program `bible` is missing: install Debian's package bible-kjv")
    chapters = {}
    for line in verses.splitlines():
        reference, verse = line.split(" ", 1)
        chapters.setdefault(reference.split(":")[0], []).append(verse)
    parts = ([], [])
    for number, chapter in enumerate(chapters.values(), start=1):
        parts[number % HOLD_OUT_EVERY == 0].append("\n".join(chapter) + "\n\n")
    return tokenized(*("".join(part) for part in parts))


def tokenized(training, validation):
    """Both texts as arrays of tokens, from byte-pair merges learned on the training text.

    Merges stay within a word and the space before it; ties go to the pair that sorts last, so the
    vocabulary is the same on every machine.
    """
    words = [re.findall(r" ?\w+|\W", text) for text in (training, validation)]
    counts = Counter(words[0])
    vocabulary = sorted(set(training + validation))
    spelling = {word: tuple(word) for part in words for word in part}
    while len(vocabulary) < VOCABULARY:
        pairs = Counter()
        for word, count in counts.items():
            for pair in pairwise(spelling[word]):
                pairs[pair] += count
        best = max(pairs, key=lambda pair: (pairs[pair], pair))
        vocabulary.append("".join(best))
        for word in spelling:
            if vocabulary[-1] in word:
                spelling[word] = merged(spelling[word], best)
    number = {token: index for index, token in enumerate(vocabulary)}
    return tuple(
        np.array([number[token] for word in part for token in spelling[word]], np.int64)
        for part in words
    )


def merged(tokens, pair):
    """`tokens` with every occurrence of `pair`, from the left, made one token."""
    result = []
    for token in tokens:
        if result and (result[-1], token) == pair:
            result[-1] += token
        else:
            result.append(token)
    return tuple(result)


class Batches:
    """Training windows in an order that depends on the seed alone, never on the run's length.

    Every epoch cuts the text at a new offset into windows and visits each once.
    """

    def __init__(self, text, batch, context, seed):
        self.text, self.batch, self.context = text, batch, context
        self.generator = np.random.default_rng(seed)
        self.starts = np.empty(0, np.int64)

    def next(self):
        if len(self.starts) < self.batch:
            offset = self.generator.integers(self.context)
            starts = np.arange(offset, len(self.text) - self.context - 1, self.context)
            self.starts = self.generator.permutation(starts)
        taken, self.starts = self.starts[: self.batch], self.starts[self.batch :]
        return windows(self.text, taken, self.context)


def windows(text, starts, context):
    """Tokens and the tokens that follow them, two (starts, context) tensors."""
    rows = torch.from_numpy(text[starts[:, None] + np.arange(context + 1)])
    return rows[:, :-1], rows[:, 1:]


class Block(nn.Module):
    """Pre-norm attention and a 4× GELU layer, without biases: 12·width² weights.

    Half of attention's input is the token before's. Without this shift a model this small first
    spends a thousand steps near the bigram loss, a plateau that no power law describes.
    """

    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.attention_norm = nn.LayerNorm(width, bias=False)
        self.attention_in = nn.Linear(width, 3 * width, bias=False)
        self.attention_out = nn.Linear(width, width, bias=False)
        self.feed_norm = nn.LayerNorm(width, bias=False)
        self.feed_in = nn.Linear(width, 4 * width, bias=False)
        self.feed_out = nn.Linear(4 * width, width, bias=False)

    def forward(self, x):
        batch, context, width = x.shape
        normed = self.attention_norm(x)
        half = width // 2
        shifted = torch.cat((normed[..., :half], F.pad(normed[..., half:], (0, 0, 1, -1))), -1)
        heads = self.attention_in(shifted).view(batch, context, 3, self.heads, -1)
        query, key, value = heads.permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(query, key, value, is_causal=True)
        x = x + self.attention_out(mixed.transpose(1, 2).reshape(batch, context, width))
        return x + self.feed_out(F.gelu(self.feed_in(self.feed_norm(x))))


class Transformer(nn.Module):
    """A decoder with learned positions whose embedding is also its output layer."""

    def __init__(self, width, layers, context):
        super().__init__()
        self.tokens = nn.Embedding(VOCABULARY, width)
        self.positions = nn.Embedding(context, width)
        self.blocks = nn.ModuleList(Block(width, width // 32) for _ in range(layers))
        self.norm = nn.LayerNorm(width, bias=False)
        for name, weight in self.named_parameters():
            if weight.ndim == 2:
                residual = name.endswith("_out.weight")
                nn.init.normal_(weight, std=0.02 / math.sqrt(2 * layers) if residual else 0.02)

    def forward(self, x):
        x = self.tokens(x) + self.positions.weight
        for block in self.blocks:
            x = block(x)
        return F.linear(self.norm(x), self.tokens.weight)

    def parameter_counts(self):
        """All weights, and those without the two embedding tables."""
        total = sum(weight.numel() for weight in self.parameters())
        return total, total - self.tokens.weight.numel() - self.positions.weight.numel()


def mean_loss(model, batch):
    inputs, targets = batch
    return F.cross_entropy(model(inputs).flatten(0, 1), targets.flatten())


def train(settings, rates, text, output):
    """Trains one model, writes its curve to `output`, and returns the run's metadata."""
    random.seed(settings.seed)
    torch.manual_seed(settings.seed)
    torch.set_num_threads(settings.threads)
    width, layers = (int(part) for part in settings.size.split("x"))
    model = Transformer(width, layers, settings.context)
    optimizer = torch.optim.AdamW(model.parameters(), betas=BETAS, weight_decay=0.0, fused=True)
    batches = Batches(text[0], settings.batch, settings.context, settings.seed)
    spaced = np.linspace(0, len(text[1]) - settings.context - 1, settings.validation_windows)
    validation = windows(text[1], spaced.astype(np.int64), settings.context)

    rows, losses, start = [], [], time.perf_counter()
    for step, rate in enumerate(rates):
        for group in optimizer.param_groups:
            group["lr"] = rate
        loss = mean_loss(model, batches.next())
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), CLIP_NORM)
        optimizer.step()
        losses.append(loss.item())
        if (step + 1) % settings.every == 0 or step + 1 == len(rates):
            with torch.no_grad():
                held_out = mean_loss(model, validation).item()
            rows.append((step, f"{rate:.6g}", f"{np.mean(losses):.5f}", f"{held_out:.5f}"))
            losses = []
            if len(rows) % 10 == 0:
                elapsed = time.perf_counter() - start
                print(f"{output.stem} {' '.join(map(str, rows[-1]))} {elapsed:.0f}s", flush=True)

    with output.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("step", "learning_rate", "loss", "loss/validation"))
        writer.writerows(rows)
    total, inner = model.parameter_counts()
    batch_tokens = settings.batch * settings.context
    return {
        "parameter_count": inner,
        "total_parameter_count": total,
        "batch_tokens": batch_tokens,
        "step_count": len(rates),
        "token_count": batch_tokens * len(rates),
        "unique_token_count": min(len(text[0]), batch_tokens * len(rates)),
        "tags": {"duration_seconds": round(time.perf_counter() - start, 1)},
    }


def schedule_of(settings):
    """The schedule asked for, or a cosine over as many steps as the tokens or steps allow."""
    if settings.schedule:
        return settings.schedule
    batch_tokens = settings.batch * settings.context
    steps = settings.steps or int((settings.tokens or 0) // batch_tokens)
    if steps <= WARMUP_STEPS:
        sys.exit(f"give --schedule, or --tokens or --steps for more than {WARMUP_STEPS} steps")
    final = FINAL_FRACTION * settings.peak
    return f"warmup:{WARMUP_STEPS}@{settings.peak:g},cosine:{steps - WARMUP_STEPS}@{final:g}"


def train_study(settings, folder):
    """Trains the runs of `folder`/runs.json that have no curve yet, and completes that file."""
    path = folder / "runs.json"
    study = json.loads(path.read_text())
    vars(settings).update(study["settings"])
    study["versions"] = {
        "python": platform.python_version(),
        "torch": torch.__version__,
        "numpy": np.__version__,
    }
    text, training = read_text(), {}
    with ProcessPoolExecutor(settings.jobs, get_context("spawn")) as pool:
        for run in study["runs"]:
            output = folder / run["file"]
            if output.exists():
                print(f"{output.name} is there: skipped (delete it to train it again)")
                continue
            rates = learning_rates(run["schedule"])
            training[pool.submit(train, settings, rates, text, output)] = run
        for finished in as_completed(training):
            training[finished].update(finished.result())
            write_study(study, path)


def write_study(study, path):
    """Writes runs.json with a run per line, so that a shell script can read it too."""
    head = [f" {json.dumps(key)}: {json.dumps(study[key])}," for key in study if key != "runs"]
    runs = ",\n".join(f"  {json.dumps(run)}" for run in study["runs"])
    path.write_text("\n".join(["{", *head, ' "runs": [', runs, " ]", "}"]) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    here = Path(__file__).parent
    parser.add_argument(
        "--study", type=Path, nargs="?", const=here, help="train all of a folder's runs.json")
    parser.add_argument("--jobs", type=int, default=1, help="runs of a study trained at once")
    parser.add_argument("--size", default="96x3", help="width x layers, width a multiple of 32")
    parser.add_argument("--schedule", help="segments, e.g. warmup:200@3e-3,hold:800")
    parser.add_argument("--tokens", type=float, help="length of the default cosine, in tokens")
    parser.add_argument("--steps", type=int, help="length of the default cosine, in steps")
    parser.add_argument("--peak", type=float, default=3e-3, help="peak of the default cosine")
    parser.add_argument("--batch", type=int, default=16, help="windows per step")
    parser.add_argument("--context", type=int, default=64, help="tokens per window")
    parser.add_argument("--every", type=int, default=50, help="steps between rows")
    parser.add_argument("--validation-windows", type=int, default=192)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--output", type=Path, help="the CSV file to write")
    settings = parser.parse_args()
    if settings.study:
        train_study(settings, settings.study)
        return
    if settings.output is None:
        parser.error("--output is needed, or --study")
    schedule = schedule_of(settings)
    try:
        rates = learning_rates(schedule)
    except ValueError as error:
        parser.error(f"--schedule: {error}")
    run = {"id": settings.output.stem, "file": settings.output.name, "schedule": schedule}
    run.update(train(settings, rates, read_text(), settings.output))
    print(json.dumps(run, indent=1))


if __name__ == "__main__":
    main()
