"""Install what constraints.txt pins, and Dateline itself, into the environment that runs this.

    .venv/bin/python .ci/install.py             (make setup)
    .venv/bin/python .ci/install.py --strict    (make locked)

hashes.txt is for one kind of machine, which its first line names. There every artifact is held to
its hash, and an artifact with another hash ends the installation. Another kind needs other wheels:
there only versions are pinned, and a line says so.

torch has several builds of one version. A known build is held to its hash, too. If none of these
can be had, only its version is pinned and a line says so; with --strict the installation ends.
What a CUDA build brings beside is not held.
"""

import platform
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
OPEN = "torch"  # the package with several builds


def kind() -> str:
    """Return the kind of machine, as far as it decides which wheels pip takes."""
    version = ".".join(map(str, sys.version_info[:2]))
    python = f"{platform.python_implementation()} {version}"
    libc = " ".join(platform.libc_ver())
    return f"{python} on {sys.platform} {platform.machine()}, {libc}".rstrip(", ")


def parts(hashes: str) -> tuple[str, list[str], list[str]]:
    """Return the kind of machine, the lines of all packages but torch, and those of torch.

    torch has a line for each known build, the large one of PyPI last.
    """
    first, *lines = hashes.splitlines()
    wanted = first.removeprefix("# ").partition(";")[0]
    builds = [line for line in lines if line.startswith(f"{OPEN}==")]
    others = [line for line in lines if line not in builds]
    return wanted, others, sorted(builds, key=lambda line: "+" not in line)


def pip(*arguments: str, quietly: bool = False) -> bool:
    """Run pip; return whether it succeeded."""
    command = [sys.executable, "-m", "pip", *arguments, "--quiet", "--disable-pip-version-check"]
    return subprocess.run(command, cwd=ROOT, check=False, capture_output=quietly).returncode == 0


def held(lines: list[str], quietly: bool = False) -> bool:
    """Install exactly the artifacts of these lines; return False if one is missing or differs."""
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
    """Install everything; return the exit status."""
    wanted, lines, builds = parts((ROOT / "hashes.txt").read_text())
    if wanted != kind():
        print(
            f"notice: hashes.txt is for {wanted}, this is {kind()}: "
            "versions are pinned, hashes are not checked",
            file=sys.stderr,
        )
        return int(
            strict or not pip("install", "--constraint", "constraints.txt", "--editable", ".[dev]")
        )
    if not held(lines):
        return 1
    if not any(held([line], quietly=True) for line in builds):
        print(
            f"notice: no build of {OPEN} that hashes.txt knows can be had here: "
            "its version is pinned, its hash is not checked",
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
