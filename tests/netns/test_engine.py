# SPDX-License-Identifier: BSD-2-Clause
"""The engine by itself, without the daemon: see engine_tool.c."""
