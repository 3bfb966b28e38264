"""Run a command on a machine that nobody can leave, and write down whom it tries to reach.

    unshare --net --mount python tests/without_network.py FOLDER COMMAND ...

The namespaces come from unshare(1). They hold for native code and for every child process, which
a hook into Python's sockets does not. Only loopback is up, and there is no route. FOLDER gets

- `names`: each name that was looked up, one per line. The C library asks a name server here, which
  knows no name. The files that could answer instead (hosts, nscd's socket) are hidden.
- `unrouted`: how many connections and datagrams had nowhere to go, as the kernel counts them.
- `addresses`: the calls that name an address, if strace is there and may trace.

The status is the command's.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
from pathlib import Path

_MS_BIND = 0x1000
_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 0x1
_CALLS = "trace=connect,sendto,sendmsg,sendmmsg"
_ETC = {
    "resolv.conf": "nameserver 127.0.0.1\n",
    "nsswitch.conf": "hosts: files dns\n",  # without modules that ask other services
    "hosts": "127.0.0.1 localhost\n::1 localhost\n",
}


def main(folder: Path, command: list[str]) -> int:
    """Run `command`, watched; returns its status."""
    _raise_loopback()
    for name, text in _ETC.items():
        (folder / name).write_text(text)
        _bind(folder / name, Path("/etc", name))
    if (nscd := Path("/run/nscd")).is_dir():
        (folder / "nscd").mkdir()
        _bind(folder / "nscd", nscd)
    server = _start_name_server(folder / "names")
    try:
        before = _unrouted()
        status = subprocess.call([*_tracer(folder / "addresses"), *command])
        (folder / "unrouted").write_text(str(_unrouted() - before))
    finally:
        os.kill(server, signal.SIGKILL)
    return status


def _raise_loopback() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("16sH14x", b"lo", 0)
        _, flags = struct.unpack("16sH14x", fcntl.ioctl(any_socket, _SIOCGIFFLAGS, request))
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", flags | _IFF_UP))


def _bind(source: Path, target: Path) -> None:
    """Mount `source` over `target` for this process and its children; no such target is no harm."""
    if not target.exists():
        return
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mount(os.fsencode(source), os.fsencode(target.resolve()), None, _MS_BIND, None):
        raise OSError(ctypes.get_errno(), f"expected to mount over {target}, found it refused")


def _start_name_server(log: Path) -> int:
    """Answer every question on port 53 with "no such name"; returns the process."""
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 53))
    log.touch()
    process = os.fork()
    while not process:
        question, asker = server.recvfrom(512)
        labels, at = [], 12  # after the header; a length before each label, 0 at the end
        while length := question[at]:
            labels.append(question[at + 1 : at + 1 + length].decode(errors="replace"))
            at += 1 + length
        with log.open("a") as file:
            file.write(".".join(labels) + "\n")
        header = question[:2] + struct.pack("!HHHHH", 0x8183, 1, 0, 0, 0)  # 3: no such name
        server.sendto(header + question[12 : at + 5], asker)
    server.close()
    return process


def _unrouted() -> int:
    """Return the kernel's count of what had no route out of this namespace."""
    four = Path("/proc/net/snmp").read_text().splitlines()
    names, values = (line.split() for line in four if line.startswith("Ip:"))
    six = dict(line.split() for line in Path("/proc/net/snmp6").read_text().splitlines())
    return int(values[names.index("OutNoRoutes")]) + int(six["Ip6OutNoRoutes"])


def _tracer(log: Path) -> list[str]:
    """Return the command before the command; empty without strace or the right to use it."""
    strace = ["strace", "-f", "-qq", "--seccomp-bpf", "-s", "0", "-e", _CALLS, "-o", str(log)]
    if shutil.which("strace") is None:
        return []
    return strace if not subprocess.run([*strace, "true"], capture_output=True).returncode else []


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
