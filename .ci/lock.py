"""Print the hash of each artifact that .ci/install.py installs on this kind of machine.

    .venv/bin/python .ci/lock.py > hashes.txt        (make lock)

These are all that Dateline's `dev` needs, as constraints.txt pins it. Builds of torch that
hashes.txt knew are kept while their version is the pinned one. Needs the registry; takes a minute
or two.
"""

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from install import OPEN, ROOT, kind, parts


def plain(name: str) -> str:
    """Return a package's name as all its spellings have it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pins() -> dict[str, str]:
    """Return the pinned version of each package by its plain name."""
    text = (ROOT / "constraints.txt").read_text()
    found = re.findall(r"^([\w.-]+)==(\S+)$", text, re.MULTILINE)
    return {plain(name): version for name, version in found}


def resolved() -> list[dict[str, Any]]:
    """Return pip's report of what it would install, one item for each package."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--dry-run"]
        command += ["--ignore-installed", "--only-binary", ":all:", "--report", str(report)]
        command += ["--constraint", "constraints.txt", "--editable", ".[dev]"]
        subprocess.run(command, cwd=ROOT, check=True, stdout=sys.stderr)
        items: list[dict[str, Any]] = json.loads(report.read_text())["install"]
        return items


def line(item: dict[str, Any]) -> str:
    """Return the line of hashes.txt for one item of pip's report."""
    sha256 = item["download_info"]["archive_info"]["hashes"]["sha256"]
    return f"{item['metadata']['name']}=={item['metadata']['version']} --hash=sha256:{sha256}"


def main() -> None:
    """Print hashes.txt: its kind of machine, then its lines, sorted."""
    pinned = pins()
    # Left out: Dateline itself, and what a CUDA build of torch brings beside.
    lines = {line(item) for item in resolved() if plain(item["metadata"]["name"]) in pinned}
    hashes = ROOT / "hashes.txt"
    known = parts(hashes.read_text())[2] if hashes.exists() else []
    for build in known:
        version = build.split(" ")[0].partition("==")[2].partition("+")[0]
        if version == pinned[OPEN]:
            lines.add(build)
    print(f"# {kind()}; hashes of what constraints.txt pins. Renew: make lock")
    print("\n".join(sorted(lines, key=str.lower)))


if __name__ == "__main__":
    main()
