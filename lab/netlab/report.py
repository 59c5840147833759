# SPDX-License-Identifier: BSD-2-Clause
"""Rows of what was seen: name, value, unit, bound, ok. A table and a JSON file.

A bound is text such as ">= 0.95", or None where nothing is demanded.
"""
import json
import operator
import os

OPERATORS = {"<=": operator.le, ">=": operator.ge, "=": operator.eq}


class Report:
    def __init__(self):
        self.rows = []

    def add(self, name, value, unit="", bound=None):
        """Notes a figure; returns whether it keeps its bound."""
        ok = True
        if bound is not None:
            sign, limit = bound.split()
            ok = OPERATORS[sign](value, float(limit))
        self.rows.append({"name": name, "value": value, "unit": unit, "bound": bound, "ok": ok})
        return ok

    def fail(self, name, why):
        """Notes that something did not come about at all."""
        self.rows.append({"name": name, "value": why, "unit": "", "bound": None, "ok": False})

    def missed(self):
        return [row for row in self.rows if not row["ok"]]

    def write(self, path):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as handle:
            json.dump(self.rows, handle, indent=1)
            handle.write("\n")

    def print_table(self):
        width = max(len(row["name"]) for row in self.rows)
        for row in self.rows:
            value = row["value"]
            text = f"{value:.2f}" if isinstance(value, float) else str(value)
            unit = f" {row['unit']}" if row["unit"] else ""
            bound = f"wanted {row['bound']}" if row["bound"] else ""
            print(f"  {row['name']:<{width}}  {text + unit:>16}  {bound:<18}"
                  f"{'ok' if row['ok'] else 'NOT SO'}".rstrip())
