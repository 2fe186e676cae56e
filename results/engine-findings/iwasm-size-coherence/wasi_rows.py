# SPDX-License-Identifier: Apache-2.0
"""harness/engines/drivers/wasi_rows.py: run a WASI program that holds a litmus test (wasi_litmus.wat)
or the probe (wasi_probe.wat), and say what it wrote as lines of JSON.

usage: python3 wasi_rows.py JOB.json COMMAND…
"""
import collections
import json
import struct
import subprocess
import sys

PAGE = 65536
WORDS = {-272: "none", -271: "ok", -270: "trap", -269: "fail", -268: "stuck"}
WHATS = ["grow", "size", "load", "atomic"]


def say(value):
    print(json.dumps(value), flush=True)


def numbers(job, command):
    """What the program writes, in tuples as long as one round's."""
    count = (len(job["columns"]) + 1) * (len(job["threads"]) + 1)
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        while len(data := process.stdout.read(8 * count)) == 8 * count:
            yield struct.unpack(f"<{count}q", data)
    if process.returncode:
        say({"error": f"the program ended with status {process.returncode}"})
        sys.exit(1)


def cell(job, index, column, values, before):
    slots = len(job["columns"]) + 1
    final = column.get("final")
    value = values[slots * len(job["threads"]) + index if final else slots * column["thread"] + column["slot"]]
    if value in WORDS:
        return WORDS[value]
    if final == "size" or (column.get("relative") and value != -1):
        value -= before
    return str(value)


def test(job, command):
    every, done = numbers(job, command), 0
    for batch in job["batches"]:
        counts = collections.Counter()
        for number in range(done, done + batch["rounds"]):
            values = next(every, None)
            if values is None:
                return
            before = number * job["stride"] + job["lead"]
            counts[tuple(cell(job, i, c, values, before) for i, c in enumerate(job["columns"]))] += 1
        done += batch["rounds"]
        say({**batch, "rows": [{"row": row, "count": count} for row, count in counts.items()]})
    for _ in every:
        pass
    say({"done": True})


def probe(job, command):
    settings = job["probe"]
    for number, point in enumerate(settings["points"]):
        arguments = [WHATS.index(point["what"]), point["instances"], int(point["reader"]), int(point["cold"])]
        end = subprocess.run(command + [str(a) for a in arguments], stdout=subprocess.PIPE, check=False)
        singles = settings["singles"] + 1 if point["what"] == "grow" and not point["cold"] else 0
        size = len(end.stdout) // 8 - singles
        if end.returncode or size < 1:
            say({"error": f"the program ended with status {end.returncode}"})
            sys.exit(1)
        count = settings["grows" if point["what"] == "grow" else "turns"]
        goes = sorted(struct.unpack_from(f"<{size}q", end.stdout))
        answer = {"point": number, "ns": goes[size // 2] / count}
        if singles:
            answer["step"], *answer["single"] = struct.unpack_from(f"<{singles}d", end.stdout, 8 * size)
        say(answer)
    say({"done": True})


with open(sys.argv[1]) as file:
    JOB = json.load(file)
(probe if JOB["probe"] else test)(JOB, sys.argv[2:])
