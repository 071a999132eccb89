#!/usr/bin/env python3
"""Compares `mdbook-measured fit` with scipy's bounded curve_fit on records of runs and on other training logs.

    scripts/compare-with-scipy.py results/runs/*/*.json
    scripts/compare-with-scipy.py --step iteration --loss loss log.csv [more.csv ...]
    scripts/compare-with-scipy.py --step step --by source,network,hardware book/published/loss_curves.csv

A record gives a point for each epoch; a run with fewer than four is passed over. Of a run for a loss
curve whose learning rate dropped, the stages and the first ten epochs are compared, too.

Both minimise the squared error of l(k) = 1/(b0 k + b1) + b2 over b >= 0 (Peng et al. 2018, Eq. 1).
Exits with 1 where a b differs by more than 1e-3 relative although the optimum is unique, or where
scipy finds a smaller error. Needs numpy and scipy, and a release build of mdbook-measured.
"""

import argparse
import csv
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np
from scipy.optimize import curve_fit

TOLERANCE = 1e-3  # relative difference of each b
MOST_CONDITION = 1e6  # of the scaled Jacobian; above it the error is flat in some direction
FEWEST_POINTS = 4
BEGINNING = 10  # epochs
REPEATS = 11  # of each timing; medians are printed
STARTS = [(10.0, 1.0, 0.1), (1000.0, 1.0, 0.01), (0.1, 1.0, 0.5), (1.0, 0.1, 0.0)]  # scaled


def loss(k, b0, b1, b2):
    return 1 / (b0 * k + b1) + b2


def read(path, step, column):
    """The (step, loss) points of a log, rows without a loss left out, as `fit` reads them."""
    with open(path, newline="", encoding="utf-8-sig") as log:
        rows = [{k.strip(): v.strip() for k, v in row.items()} for row in csv.DictReader(log)]
    points = [(float(row[step]), float(row[column])) for row in rows if row[column]]
    return np.array(points).T


def fit_with_scipy(k, l):
    """The best of several starts, in steps and nats, with the condition of its scaled Jacobian."""
    last, largest = k[-1], l.max()
    x, y = k / last, l / largest
    found = []
    for start in STARTS:
        try:
            b, _ = curve_fit(loss, x, y, p0=start, bounds=(0, np.inf),
                             ftol=1e-14, xtol=1e-14, gtol=1e-14, max_nfev=10_000)
        except RuntimeError:  # no convergence from this start
            continue
        found.append((np.sum((y - loss(x, *b)) ** 2), b))
    error, b = min(found, key=lambda candidate: candidate[0])
    u = 1 / (b[0] * x + b[1])
    jacobian = np.column_stack([-x * u * u, -u * u, np.ones_like(x)])
    jacobian /= np.linalg.norm(jacobian, axis=0)
    unscaled = b / [last * largest, largest, 1 / largest]
    return unscaled, error * largest**2, np.linalg.cond(jacobian)


def logs_of(record, folder):
    """The epochs of a record as logs with the columns of the arguments' defaults, each with the steps
    after which the learning rate dropped: all epochs, and where it dropped the first of them."""
    content = json.loads(record.read_text())
    epochs = content.get("epochs", [])
    if len(epochs) < FEWEST_POINTS:
        return []
    milestones = content["configuration"]["training"]["learning_rate"]["milestones"]
    is_staged = content["experiment"] == "loss_curve"
    drops = [epoch["steps"] for epoch in epochs[:-1] if is_staged and epoch["epoch"] in milestones]
    logs = [(write_log(folder / f"{record.stem}.csv", epochs), drops)]
    if drops:
        beginning = folder / f"{record.stem}-beginning.csv"
        logs.append((write_log(beginning, epochs[:BEGINNING]), []))
    return logs


def write_log(path, epochs):
    rows = [f"{epoch['steps']},{epoch['train_loss']!r}" for epoch in epochs]
    path.write_text("\n".join(["steps,train_loss", *rows]) + "\n")
    return path


def split(table, columns, folder):
    """The logs in a table, which differ in these columns, each in a file of its own."""
    with open(table, newline="", encoding="utf-8-sig") as rows:
        head, *rows = csv.reader(rows)
    places = [head.index(column) for column in columns]
    logs = {}
    for row in rows:
        logs.setdefault(" ".join(row[place] for place in places), []).append(row)
    for name, of_log in logs.items():
        path = folder / f"{name}.csv"
        with open(path, "w", newline="", encoding="utf-8") as log:
            csv.writer(log).writerows([head, *of_log])
        yield path, []


def fit_with_binary(arguments, path, drops=()):
    """The b of the whole run and of each stage, in steps since the stage began."""
    command = [arguments.binary, "fit", path, "--step", arguments.step, "--loss", arguments.loss,
               "--refits", "0", "--json", *(word for drop in drops for word in ("--drop", str(drop)))]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    report = json.loads(printed)
    fits = [report["whole_run"], *report.get("stages", [])]
    return [np.array([fit[b] for b in ("beta0", "beta1", "beta2")]) for fit in fits]


def parts_of(k, l, drops):
    """The whole run and each stage, with names."""
    parts = [("whole run", k, l)]
    ends = [*drops, np.inf]
    for start, end in zip([0, *drops], ends if drops else []):
        inside = (k > start) & (k <= end)
        parts.append((f"stage from step {start}", k[inside] - start, l[inside]))
    return parts


def median_seconds(call):
    seconds = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def compare(arguments, path, drops):
    """Prints a line for each part of one log and returns whether the fits agree."""
    k, l = read(path, arguments.step, arguments.loss)
    fits = fit_with_binary(arguments, path, drops)
    parts = parts_of(k, l, drops)
    agree = [compare_part(f"{path.name}, {part}", *points, ours) for (part, *points), ours in zip(parts, fits, strict=True)]
    return all(agree)


def print_times(arguments, path):
    k, l = read(path, arguments.step, arguments.loss)
    scaled = (k / k[-1], l / l.max())
    scipy_seconds = median_seconds(lambda: curve_fit(loss, *scaled, p0=STARTS[0], bounds=(0, np.inf)))
    program_seconds = median_seconds(lambda: fit_with_binary(arguments, path))
    print(f"{path.name}: scipy's fit alone {scipy_seconds * 1e3:.2f} ms, our whole program, start and "
          f"reading included, {program_seconds * 1e3:.2f} ms")


def compare_part(name, k, l, ours):
    theirs, their_error, condition = fit_with_scipy(k, l)
    our_error = np.sum((l - loss(k, *ours)) ** 2)
    # A b at its bound is 0 for one and nearly 0 for the other: below 1e-9 of its scale, both are 0.
    scale = np.array([1 / (k[-1] * l.max()), 1 / l.max(), l.max()])
    both_zero = np.maximum(ours, theirs) < 1e-9 * scale
    difference = np.where(both_zero, 0, np.abs(ours - theirs) / np.maximum(theirs, 1e-9 * scale)).max()
    unique = condition < MOST_CONDITION
    agree = our_error <= their_error * (1 + 1e-6) + 1e-15 * l.max() ** 2
    agree = agree and (difference <= TOLERANCE or not unique)
    print(f"{name}: {len(k)} points, largest difference {difference:.1e}"
          f"{'' if unique else ' (optimum not unique)'}, squared error ours/scipy "
          f"{our_error / their_error if their_error else 1:.9f}: {'agree' if agree else 'DIFFER'}")
    return agree


def logs_in(arguments, path, folder):
    if path.suffix == ".json":
        return logs_of(path, folder)
    if arguments.by:
        return list(split(path, arguments.by.split(","), folder))
    return [(path, [])]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("logs", nargs="+", type=pathlib.Path, metavar="LOG", help="a record (.json), or a log (.csv)")
    parser.add_argument("--step", default="steps", help="column of steps")
    parser.add_argument("--loss", default="train_loss", help="column of losses in nats")
    parser.add_argument("--by", help="columns, with commas, in which the logs of one .csv differ")
    parser.add_argument("--binary", default="target/release/mdbook-measured")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        logs = [logs_in(arguments, path, pathlib.Path(folder)) for path in arguments.logs]
        results = [compare(arguments, *log) for of_path in logs for log in of_path]
        for (whole, _), *_ in filter(None, logs):
            print_times(arguments, whole)
    if not results:
        sys.exit("compare-with-scipy.py: no log has enough points; expected at least 4")
    sys.exit(0 if all(results) else 1)


if __name__ == "__main__":
    main()
