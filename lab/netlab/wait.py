# SPDX-License-Identifier: BSD-2-Clause
"""Waiting for what can be seen, never for a time to pass."""
import time


def wait_for(predicate, timeout_s=10.0, what=None, every_s=0.01):
    """Returns predicate()'s first true answer; TimeoutError says what was waited for.

    what may be text or a function, which then tells how things stood at the end.
    """
    deadline = time.monotonic() + timeout_s
    while True:
        answer = predicate()
        if answer:
            return answer
        if time.monotonic() >= deadline:
            text = what() if callable(what) else what
            raise TimeoutError(f"not so after {timeout_s:g} s: {text or predicate}")
        time.sleep(every_s)
