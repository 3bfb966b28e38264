"""Install what constraints.txt pins, and Dateline itself, into the environment that runs this; each artifact held to its hash.

    .venv/bin/python .ci/install.py             (make setup)
    .venv/bin/python .ci/install.py --strict    (make locked)

hashes.txt is of one kind of machine, which its first line names: there every artifact is held to its hash, and one that is
another ends the installation. On another kind the wheels are others, so versions alone are pinned, and a line says so.
torch has several builds of one version. A known one is held to its hash, too; where none of these can be had, its version
alone is pinned and a line says so, but with --strict the installation ends. What a CUDA build brings beside is not held.
"""

import platform
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
OPEN = "torch"  # the package with several builds


def kind() -> str:
    """The kind of machine, as far as it decides which wheels pip takes."""
    version = ".".join(map(str, sys.version_info[:2]))
    return f"{platform.python_implementation()} {version} on {sys.platform} {platform.machine()}, {' '.join(platform.libc_ver())}".rstrip(
        ", "
    )


def parts(hashes: str) -> tuple[str, list[str], list[str]]:
    """(the kind of machine, the lines of all packages but torch, a line for each known build of torch, PyPI's large one last) of hashes.txt."""
    first, *lines = hashes.splitlines()
    return (
        first.removeprefix("# ").partition(";")[0],
        [line for line in lines if not line.startswith(f"{OPEN}==")],
        sorted(
            (line for line in lines if line.startswith(f"{OPEN}==")),
            key=lambda line: "+" not in line,
        ),
    )


def pip(*arguments: str, quietly: bool = False) -> bool:
    command = [sys.executable, "-m", "pip", *arguments, "--quiet", "--disable-pip-version-check"]
    return subprocess.run(command, cwd=ROOT, check=False, capture_output=quietly).returncode == 0


def held(lines: list[str], quietly: bool = False) -> bool:
    """Install the artifacts of these lines, and no others; False where one is missing or has another hash."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "hashes.txt").write_text("\n".join(lines) + "\n")
        return pip(
            "install",
            "--no-deps",
            "--require-hashes",
            "--only-binary",
            ":all:",
            "--requirement",
            f"{folder}/hashes.txt",
            quietly=quietly,
        )


def main(strict: bool) -> int:
    wanted, lines, builds = parts((ROOT / "hashes.txt").read_text())
    if wanted != kind():
        print(
            f"notice: hashes.txt is for {wanted}, this is {kind()}: versions are pinned, hashes are not checked",
            file=sys.stderr,
        )
        return int(
            strict or not pip("install", "--constraint", "constraints.txt", "--editable", ".[dev]")
        )
    if not held(lines):
        return 1
    if not any(held([line], quietly=True) for line in builds):
        print(
            f"notice: no build of {OPEN} that hashes.txt knows can be had here: its version is pinned, its hash is not checked",
            file=sys.stderr,
        )
        if strict:
            return 1
    installed = pip("install", "--constraint", "constraints.txt", OPEN) and pip(
        "install", "--no-deps", "--no-build-isolation", "--editable", "."
    )
    return int(not (installed and pip("check")))


if __name__ == "__main__":
    sys.exit(main("--strict" in sys.argv[1:]))
