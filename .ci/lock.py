"""Print the hash of each artifact that pip would install here for constraints.txt, as `pip install --require-hashes` reads them.

    python .ci/lock.py > hashes.txt        (make lock)

The hashes are of one kind of machine: the wheels of compiled packages differ from one to another, and torch, whose
registries give builds of different names (CPU, CUDA), is left out. Needs the registry; takes a minute or two.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

LEFT_OUT = ("torch",)

with tempfile.TemporaryDirectory() as folder:
    report = Path(folder) / "report.json"
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed", "--no-deps"]
    subprocess.run([*command, "--report", str(report), "--requirement", "constraints.txt"], check=True, stdout=sys.stderr)
    found = json.loads(report.read_text())
where = found["environment"]
print(
    f"# Hashes of what constraints.txt names, for CPython {where['python_version']} on {where['sys_platform']} {where['platform_machine']}. Renew: make lock"
)
for item in sorted(found["install"], key=lambda item: item["metadata"]["name"].lower()):
    name, version = item["metadata"]["name"], item["metadata"]["version"]
    if name not in LEFT_OUT:
        print(f"{name}=={version} --hash=sha256:{item['download_info']['archive_info']['hashes']['sha256']}")
