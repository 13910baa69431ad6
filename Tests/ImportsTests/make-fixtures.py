#!/usr/bin/env python3
"""Writes the binary fixtures with the programs whose formats they are; run once, by hand.

    pip install tensorboardX==2.6.5 wandb==0.31.0 numpy
    python make-fixtures.py

The losses are 2 + 8 / sqrt(1 + step), so that a test can tell a right value from a wrong one.
"""
import gzip
import os
import pathlib
import shutil
import tempfile
import zlib

os.environ["WANDB_MODE"] = "offline"
os.environ["WANDB_SILENT"] = "true"
os.environ["WANDB_DISABLE_CODE"] = "true"

import numpy
import wandb
from tensorboardX import SummaryWriter

target = pathlib.Path(__file__).parent / "fixtures"


def loss(step):
    return 2 + 8 / (1 + step) ** 0.5


def without_machine(data):
    """A .wandb file without the records that describe the machine, and its last record cut off."""
    records, place, begun = [], 7, b""
    while place + 7 <= len(data):
        room = 32768 - place % 32768
        if room < 7:
            place += room
            continue
        length, kind = int.from_bytes(data[place + 4:place + 6], "little"), data[place + 6]
        begun += data[place + 7:place + 7 + length]
        place += 7 + length
        if kind in (1, 4):
            records.append(begun)
            begun = b""
    # Tags of a record's number, history, config and run; a run's own record holds the host's name.
    kept = [r for r in records if set(fields(r)) & {2, 5} and b"python" not in r.lower()]
    packed = bytearray(data[:7])
    for record in kept:
        rest, first = record, True
        while first or rest:
            room = 32768 - len(packed) % 32768
            if room < 7:
                packed += bytes(room)
                continue
            piece, rest = rest[:room - 7], rest[room - 7:]
            kind = 1 if first and not rest else 2 if first else 3 if rest else 4
            crc = zlib.crc32(piece, zlib.crc32(bytes([kind])))
            packed += crc.to_bytes(4, "little") + len(piece).to_bytes(2, "little")
            packed += bytes([kind]) + piece
            first = False
    return bytes(packed[:-20])


def fields(message):
    """Field numbers of a protocol buffer message."""
    place = 0
    while place < len(message):
        tag, place = varint(message, place)
        yield tag >> 3
        if tag & 7 == 2:
            length, place = varint(message, place)
            place += length
        elif tag & 7 == 0:
            _, place = varint(message, place)
        else:
            place += 8 if tag & 7 == 1 else 4


def varint(message, place):
    value = shift = 0
    while True:
        byte = message[place]
        value |= (byte & 127) << shift
        place, shift = place + 1, shift + 7
        if byte < 128:
            return value, place


with tempfile.TemporaryDirectory() as folder:
    writer = SummaryWriter(folder + "/tb")
    for step in range(0, 50, 5):
        writer.add_scalar("train/loss", loss(step), step)
        writer.add_scalar("lr", 1e-3, step)
        if step % 10 == 0:
            writer.add_scalar("val/loss", loss(step) + 0.1, step)
    writer.add_histogram("h", numpy.arange(10.0), 5)
    writer.add_pr_curve("pr", numpy.array([0, 1, 1, 0]), numpy.array([0.1, 0.8, 0.7, 0.2]), 5)
    writer.add_text("t", "x", 5)
    writer.close()
    event_file = next(pathlib.Path(folder, "tb").glob("events*"))
    shutil.copy(event_file, target / "events.out.tfevents.1796037688.host")

    run = wandb.init(
        project="p", name="tiny", dir=folder,
        config={"n_params": 1000, "optimizer": "adam", "nest": {"lr": 1}})
    for step in range(500):
        run.log(
            {"train/loss": loss(step), "lr": 1e-3, "nested": {"a": 1.5, "loss": loss(step)}},
            step=step)
    run.finish()
    wandb_file = next(pathlib.Path(folder).glob("wandb/offline-run-*/*.wandb"))
    with gzip.open(target / "run-offline.wandb.gz", "wb") as packed:
        packed.write(without_machine(wandb_file.read_bytes()))
