"""Run the notebooks of examples/, and compare what they show with what they print.

    .venv/bin/python .ci/notebooks.py            (a test runs this; it ends with 1 if they differ)
    .venv/bin/python .ci/notebooks.py --write    (puts what they print into the notebooks)

Each runs in the folder examples/ beside var/index, cell by cell, as `jupyter nbconvert --execute`
would, which is not needed for it. A cell shows what it prints and the value of its last line.
"""

import ast
import contextlib
import io
import json
import os
import re
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = ROOT / "examples"


def outputs_of(source: str, space: dict[str, object], number: int) -> list[dict[str, Any]]:
    """Run a cell and return its outputs in the form of a notebook."""
    *most, last = ast.parse(source).body
    out, value = io.StringIO(), None
    with contextlib.redirect_stdout(out):
        exec(compile(ast.Module(most, []), "cell", "exec"), space)
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), "cell", "eval"), space)
        else:
            exec(compile(ast.Module([last], []), "cell", "exec"), space)
    outputs: list[dict[str, Any]] = []
    if out.getvalue():
        outputs.append({"name": "stdout", "output_type": "stream", "text": lines(out.getvalue())})
    if value is not None:
        data = {"text/plain": lines(repr(value))}
        if hasattr(value, "_repr_html_"):
            data = {"text/html": lines(value._repr_html_()), **data}
        outputs.append(
            {
                "data": data,
                "execution_count": number,
                "metadata": {},
                "output_type": "execute_result",
            }
        )
    return outputs


def lines(text: str) -> list[str]:
    """Return text as a notebook keeps it."""
    return text.splitlines(keepends=True)


def run(notebook: dict[str, Any]) -> None:
    """Put what the cells print into a notebook."""
    space: dict[str, object] = {"__name__": "__main__"}
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    for number, cell in enumerate(cells, 1):
        cell["execution_count"] = number
        cell["outputs"] = outputs_of("".join(cell["source"]), space, number)


def alike(text: str) -> str:
    """Return a notebook without what may differ between machines: shares and seconds."""
    return re.sub(r"\d+%|\d+\.\d+", "0", text)


def main(write: bool) -> int:
    """Run every notebook; return 1 if one of them shows something else than it prints."""
    sys.path.insert(0, str(ROOT))
    import index

    os.environ.pop("DATELINE_INDEX", None)
    differing = []
    with tempfile.TemporaryDirectory() as folder:
        index.build(ROOT / "corpus", Path(folder) / "var" / "index")
        shutil.copytree(EXAMPLES, Path(folder) / "examples")
        os.chdir(Path(folder) / "examples")
        for file in sorted(EXAMPLES.glob("*.ipynb")):
            shown = file.read_text(encoding="utf-8")
            notebook = json.loads(shown)
            run(notebook)
            found = json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"
            if write:
                file.write_text(found, encoding="utf-8")
            elif alike(found) != alike(shown):
                differing.append(file.name)
        os.chdir(ROOT)
    for name in differing:
        print(f"{name} shows something else; run: .venv/bin/python .ci/notebooks.py --write")
    return int(bool(differing))


if __name__ == "__main__":
    sys.exit(main("--write" in sys.argv[1:]))
