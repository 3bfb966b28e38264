"""Print the hash of each artifact that .ci/install.py installs on this kind of machine: of all that Dateline's `dev` needs, as constraints.txt pins it.

    .venv/bin/python .ci/lock.py > hashes.txt        (make lock)

Builds of torch that hashes.txt knew are kept while their version is the pinned one. Needs the registry; takes a minute or two.
"""

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from install import OPEN, ROOT, kind, parts


def plain(name: str) -> str:
    """A package's name as all its spellings have it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


pinned = {
    plain(name): version
    for name, version in re.findall(
        r"^([\w.-]+)==(\S+)$", (ROOT / "constraints.txt").read_text(), re.MULTILINE
    )
}
with tempfile.TemporaryDirectory() as folder:
    report = Path(folder) / "report.json"
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--dry-run",
        "--ignore-installed",
        "--only-binary",
        ":all:",
    ]
    subprocess.run(
        [
            *command,
            "--report",
            str(report),
            "--constraint",
            "constraints.txt",
            "--editable",
            ".[dev]",
        ],
        cwd=ROOT,
        check=True,
        stdout=sys.stderr,
    )
    found = json.loads(report.read_text())["install"]
lines = {
    f"{item['metadata']['name']}=={item['metadata']['version']} --hash=sha256:{item['download_info']['archive_info']['hashes']['sha256']}"
    for item in found
    if plain(item["metadata"]["name"])
    in pinned  # not Dateline itself, nor what a CUDA build of torch brings beside
}
known = parts((ROOT / "hashes.txt").read_text())[2] if (ROOT / "hashes.txt").exists() else []
lines |= {
    line
    for line in known
    if line.split(" ")[0].partition("==")[2].partition("+")[0] == pinned[OPEN]
}
print(f"# {kind()}; hashes of what constraints.txt pins. Renew: make lock")
print("\n".join(sorted(lines, key=str.lower)))
