#!/usr/bin/env python3
"""Runs programs in turns, and prints the median of each and its ratio to the first.

    python3 benches/workload/race.py --rounds 7 --own theirs 'ours=target/release/changegate -C benches/workload check …' 'theirs=…'

Each round starts with another program, so that none has the machine in a better state than the others. Output goes to the null device, and status
1 is an answer. A program that measures itself (`--own`) prints a line of JSON with `min_s`, and that counts, without its start and what it checks
after.
"""

import argparse
import json
import os
import shlex
import statistics
import subprocess
import time


def run(command, is_own):
    """Seconds, seconds of all processors, and MB of memory at most, of one run."""
    began = time.perf_counter()
    # Whoever reads a pipe would be in the race, too.
    printed = subprocess.PIPE if is_own else subprocess.DEVNULL
    process = subprocess.Popen(shlex.split(command), stdout=printed, stderr=subprocess.PIPE)
    figures = process.stdout.read().splitlines() if is_own else []
    said = process.stderr.read().decode(errors="replace")
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - began
    if process.returncode not in (0, 1):
        raise SystemExit(f"`{command}` ended with {process.returncode}: {said[-500:]}")
    if is_own:
        seconds = next(json.loads(line)["min_s"] for line in figures if line.startswith(b"{") and b'"min_s"' in line)
    return seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--own", action="append", default=[], metavar="NAME", help="this program measures itself")
    arguments.add_argument("programs", nargs="+", metavar="NAME=COMMAND")
    given = arguments.parse_args()
    programs = dict(program.split("=", 1) for program in given.programs)
    names = list(programs)
    runs = {name: [] for name in names}
    print("load before: %.1f %.1f %.1f" % os.getloadavg())
    for number in range(given.rounds):
        first = number % len(names)
        for name in names[first:] + names[:first]:
            runs[name].append(run(programs[name], name in given.own))
    print("load after: %.1f %.1f %.1f, medians of %d rounds" % (*os.getloadavg(), given.rounds))
    print(f"| {'program':<24} | seconds | all processors | MB | {names[0]} to this |\n|---|---|---|---|---|")
    for name in names:
        seconds, processors, memory = (statistics.median(column) for column in zip(*runs[name]))
        # Of each round the ratio, and of these the median: what slows the machine down slows both.
        ratio = statistics.median(ours[0] / theirs[0] for ours, theirs in zip(runs[names[0]], runs[name]))
        print(f"| {name:<24} | {seconds:.4f} | {processors:.3f} | {memory:.0f} | {ratio:.4f} |")


if __name__ == "__main__":
    main()
