# SPDX-License-Identifier: BSD-2-Clause
"""Tests against other programs. lab/netlab/ makes what they run on."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "lab"))

from netlab.fixtures import *  # noqa: E402,F401,F403
