#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Runs pytest on the files given, for `meson test`. Ends with 77, which Meson counts
as skipped, if every test was skipped; pytest's summary says why."""
import sys

import pytest


class Outcomes:
    def __init__(self):
        self.ran = self.skipped = 0

    def pytest_runtest_logreport(self, report):
        if report.skipped:
            self.skipped += 1
        elif report.when == "call" or report.failed:
            self.ran += 1


def main():
    outcomes = Outcomes()
    sys.dont_write_bytecode = True
    code = pytest.main(["-q", "-rs", "-p", "no:cacheprovider", "--durations=5",
                        *sys.argv[1:]], plugins=[outcomes])
    return 77 if code == 0 and outcomes.skipped and not outcomes.ran else code


if __name__ == "__main__":
    sys.exit(main())
