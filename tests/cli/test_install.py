# SPDX-License-Identifier: BSD-2-Clause
"""make install and make uninstall, below a DESTDIR; and the unit, by systemd."""

import os
import pathlib
import re
import shutil
import subprocess

import pytest

SOURCE = pathlib.Path(os.environ["SOURCE"])
BUILD = pathlib.Path(os.environ["BUILD"])
LOG = BUILD / "meson-logs" / "install-log.txt"


def run(*command, **variables):
    return subprocess.run(command, capture_output=True, text=True, timeout=150, check=True,
                          env=dict(os.environ, **variables))


@pytest.fixture(autouse=True)
def log_kept(folder):
    """An install of somebody else is not forgotten."""
    if LOG.exists():
        shutil.copy(LOG, folder / "log")
    yield
    if (folder / "log").exists():
        shutil.copy(folder / "log", LOG)


def install(destdir):
    run("meson", "install", "-C", str(BUILD), "--no-rebuild", DESTDIR=str(destdir))


def uninstall(destdir):
    return run(str(SOURCE / "tools" / "uninstall"), str(BUILD), DESTDIR=str(destdir))


def prefix():
    options = run("meson", "introspect", str(BUILD), "--buildoptions").stdout
    return re.search(r'"name": "prefix", "value": "([^"]*)"', options).group(1)


EXPECTED = {
    "bin/portchannel", "sbin/portchanneld", "sbin/portchannel-console",
    "share/man/man8/portchannel-console.8", "lib/systemd/system/portchannel-console.service",
    "share/man/man8/portchannel.8", "share/man/man8/portchanneld.8",
    "lib/systemd/system/portchannel.service", "lib/sysusers.d/portchannel.conf",
    "share/bash-completion/completions/portchannel",
    "share/doc/portchannel/README.md", "share/doc/portchannel/LICENSE", "share/doc/portchannel/api.md",
    "share/doc/portchannel/openapi.yaml",
    "share/doc/portchannel/examples/ifcfg-bond0", "share/doc/portchannel/examples/ifcfg-bond0.652",
    "share/doc/portchannel/examples/ifcfg-ens1f0", "share/doc/portchannel/examples/ifcfg-ens1f1",
}


EXPECTED |= {f"share/{where}/{name}" for where in ("portchannel/console", "cockpit/portchannel")
             for name in {path.name for path in (SOURCE / "console/static").glob("*.*")
                          if path.suffix in (".js", ".css", ".html", ".svg")}
             | {"uPlot.esm.js", "uPlot.min.css", "LICENSE.uPlot"}}
EXPECTED.add("share/cockpit/portchannel/manifest.json")


def files_below(path):
    return {str(p.relative_to(path)) for p in path.rglob("*") if not p.is_dir()}


def test_all_is_there_and_gone_again(folder):
    destdir = folder / "root"
    install(destdir)
    top = pathlib.Path(f"{destdir}{prefix()}")
    # Nothing is outside of the prefix, nothing else is inside.
    assert {str(top.relative_to(destdir) / name) for name in EXPECTED} == files_below(destdir)
    for name in ["bin/portchannel", "sbin/portchanneld"]:
        assert os.access(top / name, os.X_OK)
        assert run(str(top / name), "--version").stdout.split()[0] == pathlib.Path(name).name
    unit = (top / "lib/systemd/system/portchannel.service").read_text()
    assert f"ExecStart={prefix()}/sbin/portchanneld " in unit
    # A second install forgets which folders the first one made.
    install(destdir)
    uninstall(destdir)
    assert not destdir.exists() or not list(destdir.rglob("*"))


def test_what_others_put_there_stays(folder):
    destdir = folder / "root"
    install(destdir)
    other = pathlib.Path(f"{destdir}{prefix()}") / "bin" / "other"
    other.write_text("")
    uninstall(destdir)
    assert files_below(destdir) == {str(other.relative_to(destdir))}
    # Uninstalling what isn't there is no failure.
    assert "0 files removed" in uninstall(destdir).stdout


def test_groups(folder):
    """The two groups that the daemon looks for are made by systemd, or as the note says."""
    groups = {"portchannel", "portchannel-operator"}
    help_text = run(str(BUILD / "daemon" / "portchanneld"), "--help").stdout
    assert all(re.search(rf"\b{group}\b", help_text) for group in groups)
    notes = run(str(SOURCE / "tools" / "install-notes"), str(BUILD), DESTDIR="").stdout
    assert "systemd-sysusers" in notes and all(f"groupadd --system {group}\n" in notes for group in groups)
    assert run(str(SOURCE / "tools" / "install-notes"), str(BUILD), DESTDIR=str(folder)).stdout == ""
    if not shutil.which("systemd-sysusers"):
        pytest.skip("there is no systemd-sysusers")
    (folder / "etc").mkdir()
    run("systemd-sysusers", f"--root={folder}", str(SOURCE / "packaging" / "portchannel.sysusers"))
    made = {line.split(":")[0] for line in (folder / "etc" / "group").read_text().splitlines()}
    assert groups <= made


def test_unit(folder):
    if not shutil.which("systemd-analyze"):
        pytest.skip("there is no systemd-analyze")
    unit = folder / "portchannel.service"
    text = (BUILD / "packaging" / "portchannel.service").read_text()
    # It need not be installed for this.
    unit.write_text(re.sub(r"^ExecStart=\S+", f"ExecStart={BUILD}/daemon/portchanneld", text, flags=re.M))
    result = subprocess.run(["systemd-analyze", "verify", "--man=no", str(unit)], capture_output=True,
                            text=True, timeout=150, check=False)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    # Of 0 (nothing is allowed) to 10 (everything is).
    result = subprocess.run(["systemd-analyze", "security", "--offline=true", "--threshold=50", str(unit)],
                            capture_output=True, text=True, timeout=150, check=False)
    assert result.returncode == 0, result.stdout


def test_unit_asks_for_no_capability_that_the_manual_does_not_explain():
    unit = (BUILD / "packaging" / "portchannel.service").read_text()
    page = (SOURCE / "man" / "portchanneld.8").read_text()
    granted = set(re.search(r"^CapabilityBoundingSet=(.*)$", unit, re.M).group(1).split())
    assert granted == {"CAP_NET_ADMIN", "CAP_NET_RAW", "CAP_BPF", "CAP_PERFMON", "CAP_SYS_ADMIN"}
    assert granted == set(re.findall(r"CAP_[A-Z_]+", page.split(".Bl -tag -width CAP_NET_ADMIN")[1]))
