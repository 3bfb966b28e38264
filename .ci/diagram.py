"""Draw the packages in CONTRIBUTING.md from the layers that lint-imports checks.

.venv/bin/python .ci/diagram.py            write the diagram
.venv/bin/python .ci/diagram.py --check    fail if CONTRIBUTING.md has another one
"""

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "CONTRIBUTING.md"
BLOCK = re.compile(r"```mermaid\n.*?```", re.DOTALL)
BOXES = ("qa", "index")  # packages whose layers are drawn; their contracts have these ids


def layers() -> dict[str, list[list[str]]]:
    """Return the layers of each contract by its id: the modules of each, the highest first."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    found = {}
    for contract in settings["tool"]["importlinter"]["contracts"]:
        rows = [re.findall(r"\w+", layer) for layer in contract.get("layers", [])]
        found[contract["id"]] = [row for row in rows if row != ["__main__"]]
    return found


def stack(package: str, rows: list[list[str]]) -> list[str]:
    """Return one node for each layer, and a line of arrows from the highest to the lowest."""
    names, nodes = [], []
    for modules in rows:
        if modules[0] in BOXES:
            names.append(modules[0])
        else:
            names.append(f"{package}_{modules[0]}")
            nodes.append(f'{names[-1]}["{", ".join(modules)}"]')
    return [*nodes, " --> ".join(names)]


def diagram() -> str:
    """Return the Mermaid text: a box for each package, its layers from top to bottom in it."""
    found = layers()
    lines = ["flowchart TD"]
    for package in BOXES:
        inner = [f"        {line}" for line in stack(package, found[package])]
        lines += [f"    subgraph {package}", *inner, "    end"]
    lines += [f"    {line}" for line in stack("root", found["packages"])]
    return "\n".join(lines)


def main(check: bool) -> int:
    """Write the diagram into CONTRIBUTING.md, or compare it with the one there."""
    page = PAGE.read_text(encoding="utf-8")
    if not BLOCK.search(page):
        print("expected a block ```mermaid in CONTRIBUTING.md, found none", file=sys.stderr)
        return 1
    block = f"```mermaid\n{diagram()}\n```"
    renewed = BLOCK.sub(lambda _: block, page)
    if not check:
        PAGE.write_text(renewed, encoding="utf-8")
    elif renewed != page:
        print(
            "expected the layers of pyproject.toml in CONTRIBUTING.md's diagram, found others; "
            "run: python .ci/diagram.py",
            file=sys.stderr,
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
