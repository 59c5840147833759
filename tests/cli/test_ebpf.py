# SPDX-License-Identifier: BSD-2-Clause
"""explain --pcap says of each of 100,000 random frames what the transmit program
does with it: tests/bpf runs them through eBPF and writes frames and answers down."""

import json
import os
import subprocess

import pytest
from conftest import environment, portchannel

FRAMES = 100000


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    """The capture, and for each policy the hash of each frame."""
    if os.geteuid() != 0:
        pytest.skip("running eBPF programs needs root")
    folder = tmp_path_factory.mktemp("ebpf")
    subprocess.run([os.environ["TEST_FLOW_HASH_BPF"], "--count", str(FRAMES), "--pcap", folder / "frames.pcap",
                    "--answers", folder / "answers"], check=True, timeout=120, env=environment(),
                   stdout=subprocess.DEVNULL)
    rows = [[int(n) for n in line.split()] for line in (folder / "answers").read_text().splitlines()]
    assert [row[0] for row in rows] == list(range(1, FRAMES + 1))
    return folder / "frames.pcap", {"layer2": [row[1] for row in rows], "layer3+4": [row[2] for row in rows],
                                    "layer2+3": [row[3] for row in rows]}


@pytest.mark.parametrize("policy,members", [("layer2", 2), ("layer2+3", 3), ("layer3+4", 7)])
def test_all_frames(answers, policy, members):
    capture, hashes = answers
    result = portchannel("explain", "--pcap", str(capture), "--policy", policy, "--members", str(members),
                         "--json")
    assert result.returncode == 0
    assert json.loads(result.stdout) == [
        {"number": i + 1, "hash": h, "bucket": h % 840, "member": h % members}
        for i, h in enumerate(hashes[policy])]
