# SPDX-License-Identifier: BSD-2-Clause
"""What tcx has at an interface, which neither tc nor an older bpftool shows."""
import ctypes
import os
import struct

SYS_BPF = {"x86_64": 321, "aarch64": 280}[os.uname().machine]
BPF_PROG_QUERY = 16
# enum bpf_attach_type of linux/bpf.h
BPF_TCX = {"ingress": 46, "egress": 47}
PROGRAMS_MAX = 8


def _query(ifindex, direction):
    """The ids at that interface of the caller's namespace; [] also where there is no tcx."""
    ids = (ctypes.c_uint32 * PROGRAMS_MAX)()
    # struct of BPF_PROG_QUERY: ifindex, attach type, flags, flags, ids, count, ...
    query = struct.pack("IIIIQI44x", ifindex, BPF_TCX[direction], 0, 0,
                        ctypes.addressof(ids), len(ids))
    buffer = ctypes.create_string_buffer(query, len(query))
    if ctypes.CDLL(None).syscall(SYS_BPF, BPF_PROG_QUERY, buffer, len(query)):
        return []
    return [number for number in ids if number]


def tcx_count(ifindex, direction):
    """How many programs are there; to be called in the interface's namespace."""
    return len(_query(ifindex, direction))


def tcx_programs(namespace, name, direction):
    """The ids of the programs there, in their order; [] also where there is no tcx."""
    return namespace.call(_query, namespace.link(name)["ifindex"], direction)
