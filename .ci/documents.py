"""Run the documents as they are read, and compare what they show with what is printed.

    .venv/bin/python .ci/documents.py            (a test runs this; it ends with 1 if they differ)
    .venv/bin/python .ci/documents.py --write    (puts what is printed into the pages)

The pages are read in order, in one folder with the sample articles and their index, as somebody
would who follows them. A block of `console` holds commands after "$ " and, below each, its output.
A block of `python` is run, and the block of `text` after it is its output. Shares and seconds may
differ, since the models differ a little between processors.
"""

import contextlib
import difflib
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGES = ("README.md", "docs/tutorial.md", "docs/tools.md")
BLOCK = re.compile(r"^```(console|python|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
VARYING = ((r"\d+%", "0%"), (r"\d+\.\d+ s\b", "0 s"), (r"\b0\.\d+", "0.0"))
OTHER_ARTICLES = {
    "my-articles/ferry.txt": "The ferry to Norvik sails every twenty minutes, the port said.\n",
    "my-articles/harbour.txt": "The harbour of Norvik froze in January, the port said.\n",
}


def printed_by_command(line: str) -> str:
    """Return what a command prints. Raises ValueError if it fails."""
    if not line.startswith("dateline ") or re.search(r"[|>]", line):
        done = subprocess.run(
            ["sh", "-c", line], capture_output=True, text=True, encoding="utf-8", check=False
        )
        if done.returncode:
            raise ValueError(f"{line}: {done.stderr}")
        return done.stdout
    from qa.cli import main

    out, errors = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(errors):
        status = main(shlex.split(line, comments=True)[1:])
    if status:
        raise ValueError(f"{line}: {errors.getvalue()}")
    return out.getvalue()


def printed_by_script(text: str, space: dict[str, object]) -> str:
    """Return what a script prints. The scripts of a page share their names."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(text, "block", "exec"), space)
    return out.getvalue()


def run_page(text: str) -> str:
    """Return a page with what its blocks print."""
    space: dict[str, object] = {"__name__": "__main__"}
    printed = ""

    def run(block: re.Match[str]) -> str:
        nonlocal printed
        language, content = block.groups()
        if language == "python":
            printed = printed_by_script(content, space)
            return block.group()
        if language == "text":
            return f"```text\n{printed}```"
        commands = re.findall(r"^\$ (.*)$", content, re.MULTILINE)
        shown = [f"$ {command}\n{printed_by_command(command)}" for command in commands]
        return f"```console\n{''.join(shown)}```"

    return BLOCK.sub(run, text)


def alike(text: str) -> list[str]:
    """Return the lines of a page without what may differ between machines."""
    for pattern, same in VARYING:
        text = re.sub(pattern, same, text)
    return text.splitlines()


def main(write: bool) -> int:
    """Run every page; return 1 if one of them shows something else than is printed."""
    sys.path.insert(0, str(ROOT))
    import index

    os.environ.pop("DATELINE_INDEX", None)
    os.environ["PYTHONPATH"] = str(ROOT)
    os.environ["PATH"] = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    differing = 0
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        shutil.copytree(ROOT / "corpus", "corpus")
        for name, text in OTHER_ARTICLES.items():
            Path(name).parent.mkdir(exist_ok=True)
            Path(name).write_text(text, encoding="utf-8")
        index.build("corpus", "var/index")
        for name in PAGES:
            shown = (ROOT / name).read_text(encoding="utf-8")
            found = run_page(shown)
            if write:
                (ROOT / name).write_text(found, encoding="utf-8")
            lines = list(difflib.unified_diff(alike(shown), alike(found), name, "what is printed"))
            differing += bool(lines)
            print("\n".join(lines))
        os.chdir(ROOT)
    if differing and not write:
        print("renew them: .venv/bin/python .ci/documents.py --write", file=sys.stderr)
    return int(bool(differing) and not write)


if __name__ == "__main__":
    sys.exit(main("--write" in sys.argv[1:]))
