# SPDX-License-Identifier: BSD-2-Clause
"""The rows that a bench run gives: what is noted, judged, printed and written.

A row is name, value, unit, bound, ok. The bound is text such as ">= 0.95", or
null where nothing is asked for; ok says whether the value keeps it.
"""

import json
import math
import statistics

COMPARE = {
    ">=": lambda value, limit: value >= limit,
    "<=": lambda value, limit: value <= limit,
    "==": lambda value, limit: value == limit,
}


def percentile(values, percent):
    """The smallest of the values that at least percent of them don't exceed."""
    ordered = sorted(values)
    rank = math.ceil(len(ordered) * percent / 100)
    return ordered[max(rank, 1) - 1]


def paired_ratio(values, references):
    """The median of the ratios of pairs that were measured side by side."""
    return statistics.median(v / r for v, r in zip(values, references))


class Report:
    """Collects rows and prints each as it comes."""

    def __init__(self, judge=True):
        self.rows = []
        self.judge = judge

    def section(self, title):
        print(f"\n{title}", flush=True)

    def add(self, name, value, unit, bound=None):
        """One figure. bound: "OP LIMIT"; None, or a run that isn't judged: ok."""
        ok = True
        if not self.judge:
            bound = None
        if bound is not None:
            operator, limit = bound.split()
            ok = COMPARE[operator](value, float(limit))
        row = {"name": name, "value": value, "unit": unit, "bound": bound, "ok": ok}
        self.rows.append(row)
        print(format_row(row), flush=True)

    def note(self, text):
        """What a reader of the table must know and is no figure."""
        print(f"  note: {text}", flush=True)

    def failed(self, name, message):
        """A group that could not be measured: a row without a value."""
        lines = message.split("\n")
        last_line = next((line for line in reversed(lines) if line.strip()), "no reason given")
        self.rows.append({"name": f"{name}: {last_line}", "value": None, "unit": "",
                          "bound": None, "ok": False})
        print(f"  {name}: NOT MEASURED: {message}", flush=True)

    def write(self, path):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(self.rows, indent=1) + "\n")

    def print_end(self):
        """What the rows above come to."""
        missed = [row for row in self.rows if not row["ok"]]
        bounded = [row for row in self.rows if row["bound"] is not None]
        print(f"\n{len(self.rows)} rows, {len(bounded)} with a bound, {len(missed)} not ok"
              + (":" if missed else ""))
        for row in missed:
            print(format_row(row))

    def all_ok(self):
        return all(row["ok"] for row in self.rows)

    def all_measured(self):
        return all(row["value"] is not None for row in self.rows)


def format_value(value, unit):
    if value is None:
        return "-"
    if unit == "ratio":
        return f"{value:.3f}"
    if isinstance(value, int):
        return f"{value}"
    if abs(value) >= 100:
        return f"{value:.0f}"
    return f"{value:.3g}" if abs(value) < 0.1 else f"{value:.2f}"


def format_row(row):
    verdict = "" if row["bound"] is None else ("ok" if row["ok"] else "MISSED")
    if row["value"] is None:
        verdict = "FAILED"
    return (f"  {row['name']:<62} {format_value(row['value'], row['unit']):>9} {row['unit']:<8} "
            f"{row['bound'] or '':<10} {verdict}").rstrip()
