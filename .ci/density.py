"""Check that index/ and qa/ stay easy to read: `make lint` runs this.

It counts what ruff does not: conditional expressions (`a if b else c`), comprehensions inside
comprehensions, branches of a function with those inside expressions, the length of a docstring's
first line, and the words of its sentences. Prints one line for each place that is over its limit.
With arguments it checks these folders instead.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = ["index", "qa"]
BRANCHES = 20  # of a function, with `and`, `or`, conditionals and comprehensions
SUMMARY = 80  # characters of a docstring's first line
WORDS = 30  # of a sentence of a docstring
# Where a sentence of a docstring ends: with its mark, or before a blank, listed or indented line.
SENTENCE_END = re.compile(
    r"(?<=[.!?:])[”\")\]]*\s+(?=[“\"(`]?[A-Z0-9`])|\n(?=\s*\n|\s*[-|] |\s{4})"
)

Function = ast.FunctionDef | ast.AsyncFunctionDef
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
BLOCKS = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try, ast.Match)
BRANCHING = (
    *(ast.If, ast.For, ast.AsyncFor, ast.While, ast.ExceptHandler, ast.match_case),
    *(ast.IfExp, ast.comprehension),
)


def count(node: ast.AST, kinds: tuple[type, ...]) -> int:
    """Return how many nodes of these kinds are in `node`, itself included."""
    return sum(isinstance(inner, kinds) for inner in ast.walk(node))


def branches(function: ast.AST) -> int:
    """Return the number of branches of a function, those inside its expressions included."""
    total = count(function, BRANCHING)
    for node in ast.walk(function):
        if isinstance(node, ast.BoolOp):
            total += len(node.values) - 1
        if isinstance(node, ast.comprehension):
            total += len(node.ifs)
    return total


def is_simple_statement(node: ast.AST) -> bool:
    """Whether `node` is a statement without statements of its own."""
    return isinstance(node, ast.stmt) and not isinstance(node, (*BLOCKS, Function, ast.ClassDef))


def docstring(node: ast.AST) -> str:
    """Return the node's docstring, "" if it has none."""
    if not isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
        return ""
    return ast.get_docstring(node) or ""


def words(text: str) -> int:
    """Return how many words a text has; signs alone do not count."""
    return len(re.findall(r"\S*\w\S*", text))


def places_over(path: Path, tree: ast.Module) -> Iterator[str]:
    """Yield what is over a limit at one place of a file: "index/types.py:12: ..."."""
    for node in ast.walk(tree):
        place = f"{path}:{getattr(node, 'lineno', 1)}"
        if is_simple_statement(node) and count(node, (ast.IfExp,)) > 1:
            yield f"{place}: two conditional expressions in one statement"
        if isinstance(node, Function) and branches(node) > BRANCHES:
            yield f"{place}: {node.name} has {branches(node)} branches, expected {BRANCHES} at most"
        if len(docstring(node).partition("\n")[0]) > SUMMARY:
            yield f"{place}: first line of a docstring over {SUMMARY} characters"
        longest = max(map(words, SENTENCE_END.split(docstring(node))))
        if longest > WORDS:
            yield f"{place}: {longest} words in a sentence of a docstring, expected {WORDS} at most"


def shown(path: Path) -> Path:
    """Return the path of a file as it is printed: relative to the repository if it is in it."""
    return path.relative_to(ROOT) if path.is_relative_to(ROOT) else path


def conditionals(tree: ast.Module) -> list[int]:
    """Return the lines of the conditional expressions."""
    return [node.lineno for node in ast.walk(tree) if isinstance(node, ast.IfExp)]


def nested_comprehensions(tree: ast.Module) -> list[int]:
    """Return the lines of the comprehensions that hold another."""
    found = [node for node in ast.walk(tree) if isinstance(node, COMPREHENSIONS)]
    return [node.lineno for node in found if count(node, COMPREHENSIONS) > 1]


RATES = (
    ("conditional expressions", 20.0, conditionals),  # at most so many per 1,000 lines
    ("nested comprehensions", 1.0, nested_comprehensions),
)


def main(packages: list[str]) -> int:
    """Print what is over its limit in the packages; return 1 if anything is."""
    files = [path for package in packages for path in sorted((ROOT / package).rglob("*.py"))]
    texts = {path: path.read_text(encoding="utf-8") for path in files}
    trees = {path: ast.parse(text) for path, text in texts.items()}
    thousands = sum(text.count("\n") for text in texts.values()) / 1000
    problems: list[str] = []
    for path, tree in trees.items():
        problems += places_over(shown(path), tree)
    for what, limit, find in RATES:
        found = {path: find(tree) for path, tree in trees.items()}
        rate = sum(map(len, found.values())) / thousands
        if rate > limit:
            problems += [
                f"{shown(path)}:{','.join(map(str, sorted(lines)))}: {what}"
                for path, lines in found.items()
                if lines
            ]
            problems.append(f"{rate:.1f} {what} per 1,000 lines, expected {limit:.0f} at most")
    print("\n".join(problems or ["No place over its limit."]))
    return int(bool(problems))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or PACKAGES))
