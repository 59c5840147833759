# SPDX-License-Identifier: BSD-2-Clause
"""Where the built programs are, and whether this machine can run a lab."""
import os
import shutil

REPOSITORY = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
NEEDED = ("ip", "nsenter", "ping")


class Tools:
    """Paths of what the build has made."""

    def __init__(self, build=None):
        self.build = os.path.abspath(build or os.environ.get("PORTCHANNEL_BUILD")
                                     or os.path.join(REPOSITORY, "build"))
        self.portchanneld = os.path.join(self.build, "daemon", "portchanneld")
        self.portchannel = os.path.join(self.build, "cli", "portchannel")
        self.traffic = os.path.join(self.build, "lab", "traffic")

    def missing(self):
        return [path for path in (self.portchanneld, self.portchannel, self.traffic)
                if not os.access(path, os.X_OK)]


def why_not(*programs):
    """Why no lab can run here, in words; None if one can."""
    if os.geteuid() != 0:
        return "only root may make network namespaces"
    for program in NEEDED + programs:
        if shutil.which(program) is None:
            return f"there is no program '{program}' (tools/packages lists what to install)"
    if not os.path.exists("/proc/self/ns/net"):
        return "the kernel has no network namespaces"
    if not os.path.exists("/proc/sys/net/core/bpf_jit_enable"):
        return "the kernel has no BPF"
    return None
