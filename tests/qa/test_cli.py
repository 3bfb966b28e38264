"""The command line as other programs use it.

Its exit status, its one line on stderr, the JSON of the contract, and what it imports.
"""

from __future__ import annotations

import functools
import http.server
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

import pytest

import qa
from index.corpus.sites import agent
from qa.cli import main
from qa.commands.manual import manual
from qa.commands.options import commands_of
from qa.commands.parser import dateline_parser
from tests.command_server import run_command
from tests.conftest import ROOT, Write
from tests.index.corpus import samples

QUESTION = "who brokered the September truce?"


def dateline(
    *arguments: str | Path, stdin: str = "", cwd: Path = ROOT, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a command in a new process."""
    words = [str(argument) for argument in arguments]
    with tempfile.TemporaryDirectory() as folder:
        given, out, errors = (Path(folder, name) for name in ("in", "out", "errors"))
        given.write_text(stdin, encoding="utf-8")
        out.touch()
        errors.touch()
        status = run_command(
            words, cwd, {**os.environ, **environment}, (str(given), str(out), str(errors))
        )
        return subprocess.CompletedProcess(
            words, status, out.read_text(encoding="utf-8"), errors.read_text(encoding="utf-8")
        )


def refused(*arguments: str | Path, **options: Any) -> str:
    """Return the one line with which a command is refused, with status 1."""
    done = dateline(*arguments, **options)
    assert done.returncode == 1, done
    (line,) = done.stderr.splitlines()
    assert line.startswith("dateline: ")
    assert "Traceback" not in done.stderr
    return line


def test_ask_prints_the_answer_its_sentence_and_its_source(corpus_index: Path) -> None:
    done = dateline("ask", QUESTION, "--index", corpus_index)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("US  (")
    assert "truce brokered by the US" in done.stdout
    assert "after Expatica · 14 October 2022 · Kremlin shrugs off" in done.stdout
    assert "\x1b" not in done.stdout


def test_ask_json_is_the_contract(corpus_index: Path) -> None:
    reply = json.loads(dateline("--index", corpus_index, "ask", QUESTION, "--json").stdout)
    assert list(reply) == [
        "question",
        "answered",
        "disagreement",
        "index_generation",
        "took_ms",
        "time",
        "answers",
        "conflict",
        "over_time",
        "passages",
        "reason",
    ]
    assert (reply["question"], reply["answered"], reply["index_generation"], reply["reason"]) == (
        QUESTION,
        True,
        "000001",
        None,
    )
    answer = reply["answers"][0]
    assert list(answer) == ["kind", "text", "probability", "outlets", "origins", "citations"]
    assert (answer["kind"], reply["conflict"], reply["over_time"]) == ("value", None, [])
    assert set(reply["time"]) == {"text", "from", "to"}
    citation = answer["citations"][0]
    assert list(citation) == [
        "text",
        "start",
        "end",
        "sentence",
        "attribution",
        "stance",
        "score",
        "probability",
        "as_of",
        "link",
        "page",
        "article",
    ]
    assert list(citation["article"]) == [
        "id",
        "title",
        "source",
        "published",
        "url",
        "path",
        "sha256",
        "language",
    ]
    assert citation["article"]["path"] == "kremlin-shrugs-off-macron-critique.md"
    assert 0 <= answer["probability"] <= 1
    assert list(reply["passages"][0]) == ["text", "start", "end", "score", "article"]


def test_an_abstention_says_why_and_shows_the_nearest(corpus_index: Path) -> None:
    done = dateline("ask", "How many tanks did Armenia lose?", "--index", corpus_index)
    assert done.returncode == 0
    assert done.stdout.startswith("No clear answer found")
    assert "The nearest sentences:\n  “" in done.stdout
    assert done.stdout.endswith("\nTry: another word that the articles use.\n")
    reply = json.loads(
        dateline(
            "ask", "How many tanks did Armenia lose?", "--json", "--index", corpus_index
        ).stdout
    )
    assert (reply["answered"], reply["answers"]) == (False, [])
    assert reply["reason"].startswith("not-said: no clear answer found; the nearest are “")
    assert reply["passages"]


def test_many_questions_one_json_line_each(corpus_index: Path) -> None:
    done = dateline(
        "ask",
        "-",
        "--json",
        DATELINE_INDEX=str(corpus_index),
        stdin=f"{QUESTION}\n\n{'a' * 2000}\nWho is the prime minister of Armenia?\n",
    )
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line.get("answered") for line in lines] == [True, None, True]
    assert "at most 1000 characters" in lines[1]["error"]
    assert lines[2]["answers"][0]["text"] == "Nikol Pashinian"
    assert done.returncode == 1  # one of them was refused
    assert not done.stderr


def test_retrieve_gives_passages_only(corpus_index: Path) -> None:
    hits = json.loads(
        dateline(
            "retrieve",
            "EU mission",
            "-k",
            "3",
            "--json",
            "--source",
            "after RFE/RL",
            "--index",
            corpus_index,
        ).stdout
    )
    assert len(hits) == 3
    assert {hit["article"]["source"] for hit in hits} == {"after RFE/RL"}
    assert "mission" in hits[0]["text"]
    text = dateline("retrieve", "EU mission", "-k", "1", "--index", corpus_index).stdout
    assert text.startswith("1. after ")
    assert len(text.splitlines()) == 2


def test_asking_imports_neither_torch_nor_gradio_nor_transformers(corpus_index: Path) -> None:
    heavy = """torch gradio transformers sentence_transformers langchain_text_splitters pandas scipy
        sklearn trafilatura pypdfium2 openpyxl lxml httpx watchfiles pyarrow py3langid
        langchain_core llama_index ir_measures matplotlib rich"""
    program = (
        "import sys; from qa.cli import main; status = main(sys.argv[1:]); "
        f"print(sorted({set(heavy.split())} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "ask", QUESTION, "--index", str(corpus_index)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.slow
def test_asking_opens_no_connection(corpus_index: Path) -> None:
    program = (
        "import socket, sys\n"
        "def refuse(*a, **k): raise AssertionError('a connection was opened')\n"
        "socket.socket.connect = refuse; socket.getaddrinfo = refuse\n"
        "from qa.cli import main; sys.exit(main(sys.argv[1:]))"
    )
    subprocess.run(
        [sys.executable, "-c", program, "ask", QUESTION, "--index", str(corpus_index)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )


def test_info_and_verify(corpus_index: Path, tmp_path: Path) -> None:
    facts = json.loads(dateline("info", "--json", "--index", corpus_index).stdout)
    assert (facts["articles"], facts["generation"], facts["first_day"], facts["last_day"]) == (
        5,
        "000001",
        "2020-11-13",
        "2022-10-14",
    )
    assert facts["encoder"] == "sentence-transformers/all-MiniLM-L6-v2"
    assert facts["outlets"]["after RFE/RL"] == 2
    assert "generation 000001 is whole" in dateline("verify", "--index", corpus_index).stdout
    saved = tmp_path / "replies.jsonl"
    reply = dateline("ask", QUESTION, "--json", "--index", corpus_index).stdout
    saved.write_text(reply)
    citations = sum(len(answer["citations"]) for answer in json.loads(reply)["answers"])
    assert (
        f"{citations} of {citations} citations in 1 replies hold"
        in dateline("verify", saved, "--index", corpus_index).stdout
    )
    wrong = json.loads(reply)
    wrong["answers"][0]["citations"][0]["text"] = "Atlantis"
    other = json.loads(reply)
    other["answers"][0]["citations"][0] |= {
        "sentence": "It stood here once.",
        "article": other["answers"][0]["citations"][0]["article"] | {"sha256": "0" * 64},
    }
    moved = json.loads(reply)
    moved["answers"][0]["citations"][0]["article"]["sha256"] = "0" * 64
    gone = json.loads(reply)
    gone["answers"][0]["citations"][0]["article"]["id"] = "nowhere.md"
    saved.write_text("\n".join(map(json.dumps, (wrong, other, gone, {"no": "reply"}, moved))))
    done = dateline("verify", saved, "--index", corpus_index)
    assert done.returncode == 1
    for said in (
        ":1: 'Atlantis': never stood there",
        ": edited: ",
        ": gone: ",
        ":4: expected a reply",
        ": moved: ",
    ):
        assert said in done.stderr


def test_build_reports_what_it_did(corpus_index: Path, tmp_path: Path, write: Write) -> None:
    """The encoder is taken from the real index, so nothing is compiled."""
    index = tmp_path / "index"
    shutil.copytree(corpus_index, index)
    corpus = write(
        {"a.txt": "The lighthouse was repaired.", "b.txt": "Rain fell.", "photo.png": "x"}
    )
    summary = json.loads(dateline("build", corpus, "--index", index, "--json").stdout)
    assert (summary["added"], summary["removed"], summary["changed"], summary["unchanged"]) == (
        2,
        5,
        0,
        0,
    )
    (skipped,) = summary["skipped"]
    assert skipped["path"] == "photo.png"
    assert re.fullmatch(r"expected one of \.txt \.md .*, found \.png", skipped["reason"])
    (corpus / "b.txt").write_text("Snow fell.")
    done = dateline("build", corpus, "--index", index, "--profile")
    assert re.search(
        r"^loading articles +[\d.]+ ms.*^publishing +[\d.]+ ms",
        done.stderr,
        re.MULTILINE | re.DOTALL,
    )
    assert "(1 changed, 1 unchanged, 1 skipped; 1 vector reused)" in done.stdout
    assert "skipped photo.png: expected one of .txt" in done.stdout
    assert "generation 000002 is live again" in dateline("rollback", "--index", index).stdout
    assert json.loads(dateline("info", "--json", "--index", index).stdout)["generation"] == "000002"


def test_the_default_corpus_and_index_are_those_of_the_folder_it_runs_in(
    corpus_index: Path, tmp_path: Path
) -> None:
    shutil.copytree(corpus_index, tmp_path / "var" / "index")
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "a.txt").write_text("The lighthouse was repaired by Maria Olsen.")
    assert "1 article, 1 passage" in dateline("build", cwd=tmp_path).stdout
    assert dateline("ask", "Who repaired the lighthouse?", cwd=tmp_path).stdout.startswith(
        "Maria Olsen"
    )


def test_no_index_yet_says_the_command_that_makes_it(tmp_path: Path) -> None:
    for command in (
        ["ask", "x?"],
        ["ask", "-"],
        ["retrieve", "x?"],
        ["info"],
        ["verify"],
        ["rollback"],
        ["serve"],
    ):
        assert "found none; make one with: dateline build" in refused(
            *command, "--index", tmp_path / "none"
        )


def test_bad_input_is_one_clear_line(corpus_index: Path, tmp_path: Path) -> None:
    index = ("--index", corpus_index)
    assert "expected a question, found none" in refused("ask", "", *index)
    assert "at most 1000 characters, found 10000" in refused("ask", "a" * 10_000, *index)
    assert "expected k from 1 to 100 passages, found 0" in refused(
        "retrieve", "EU mission", "-k", "0", *index
    )
    for option in ("--from", "--to", "--as-of"):
        message = f"expected a day for {option} as YYYY-MM-DD, found 'June'"
        assert message in refused("ask", QUESTION, option, "June", *index)
    assert "a day for --to as YYYY-MM-DD, found '2022-13-01'" in refused(
        "serve", "--to", "2022-13-01", *index
    )
    (tmp_path / "empty").mkdir()
    assert "found none. The index is as it was" in refused("build", tmp_path / "empty", *index)
    assert "found nothing there" in refused("build", tmp_path / "nowhere", *index)
    assert "expected saved replies" in refused("verify", tmp_path / "nowhere.jsonl", *index)
    assert "expected questions in" in refused("evaluate", tmp_path / "nowhere.jsonl", *index)
    (tmp_path / "file").write_text("x")
    assert "expected to write the index in" in refused(
        "build", ROOT / "corpus", "--index", tmp_path / "file"
    )
    assert "USER:PASSWORD" in refused("serve", "--auth", tmp_path / "file", *index)
    assert "expected --auth FILE for a page that others can reach" in refused(
        "serve", "--host", "0.0.0.0", "--read-only", *index
    )
    assert "expected the name of a user" in refused("password", "a:b", stdin="secret")
    assert dateline("info", "--index", corpus_index).returncode == 0


@pytest.mark.parametrize(
    "arguments",
    [[], ["ask"], ["nonsense"], ["retrieve", "x", "-k", "many"], ["ask", "x", "--nonsense"]],
)
def test_wrong_usage_is_status_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
    assert "usage: dateline" in capsys.readouterr().err


def test_an_unknown_option_is_told_by_its_own_command_with_one_like_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["ask", "x", "--sorce", "CNN"])
    assert stopped.value.code == 2
    told = capsys.readouterr().err
    assert told.startswith("usage: dateline ask ")
    assert told.splitlines()[-1] == (
        "dateline ask: error: unrecognized arguments: --sorce CNN; did you mean --source?"
    )


@pytest.mark.slow
def test_a_server_without_an_index_is_refused_before_gradio_is_imported(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "a.txt").write_text("Rain fell.")
    program = (
        "import sys; from qa.cli import main; "
        f"status = main(['serve', '--index', {str(tmp_path / 'index')!r}, "
        f"'--corpus', {str(tmp_path / 'corpus')!r}]); print(status, 'gradio' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.stdout.split() == ["1", "False"]
    assert len(done.stderr.splitlines()) == 1


def test_without_a_command_the_commands_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([])
    shown = capsys.readouterr()
    assert "dateline build corpus/" in shown.err
    assert shown.out == ""


@pytest.mark.slow
def test_no_memory_left_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> None:
        raise MemoryError

    monkeypatch.setattr("qa.cli.dateline_parser", fail)
    assert main(["info"]) == 1
    assert capsys.readouterr().err.startswith("dateline: expected more memory")


def test_a_closed_pipe_is_no_error(corpus_index: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "qa", "ask", "-", "--index", str(corpus_index)],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdout.close()
    process.stdin.write(f"{QUESTION}\n" * 2)
    process.stdin.close()
    assert process.stderr is not None
    assert "Traceback" not in process.stderr.read()
    process.stderr.close()
    process.wait()


def test_the_page_of_the_command_line_is_the_parsers() -> None:
    assert (ROOT / "docs" / "cli.md").read_text(encoding="utf-8") == manual(), (
        "renew it: python -m qa.commands.manual > docs/cli.md"
    )
    assert set(re.findall(r"^## dateline (\w+)$", manual(), re.MULTILINE)) == set(
        commands_of(dateline_parser())
    )


def test_every_command_has_an_example_that_parses_and_json() -> None:
    for name, command in commands_of(dateline_parser()).items():
        example = re.search(r"example: (.*)", command.epilog or "")
        assert example is not None, name
        line = re.sub(r'eval "\$\((.*)\)"', r"\1", example[1]).partition(" >> ")[0]
        assert dateline_parser().parse_args(shlex.split(line)[1:]).run, name
        assert ("--json" in command.format_help()) == (
            name not in ("serve", "mcp", "password", "token", "completion", "demo")
        ), name
        assert [action.dest for action in command._actions if not action.help] == [], (
            name
        )  # none goes unexplained
    for line in re.findall(
        r"^  (dateline .+?)(?: {2,}|$)", dateline_parser().format_help(), re.MULTILINE
    ):
        assert dateline_parser().parse_args(shlex.split(re.sub(r"<.*", "", line))[1:]).run, line


def test_verify_and_rollback_speak_json_too(corpus_index: Path, tmp_path: Path) -> None:
    assert json.loads(dateline("verify", "--json", "--index", corpus_index).stdout) == {
        "report": "generation 000001 is whole",
        "problems": [],
    }
    (tmp_path / "no.jsonl").write_text("{}\n")
    done = dateline("verify", tmp_path / "no.jsonl", "--json", "--index", corpus_index)
    assert done.returncode == 1
    assert "expected a reply" in json.loads(done.stdout)["problems"][0]


def test_a_mapping_is_taken_and_the_columns_are_shown(
    corpus_index: Path, tmp_path: Path, write: Write
) -> None:
    shutil.copytree(corpus_index, tmp_path / "index")
    corpus = write(
        {"news.csv": "id,summary,story\nx,Short.,The lighthouse was repaired by Maria Olsen.\n"}
    )
    done = dateline("build", corpus, "--map", "text=summary", "--index", tmp_path / "index")
    assert "news.csv: columns: text from summary, id from id" in done.stdout
    message = refused("build", corpus, "--map", "summary", "--index", tmp_path / "index")
    assert "--map: expected " in message
    assert "FIELD=COLUMN" in message


@pytest.mark.slow
def test_add_fetches_and_indexes(corpus_index: Path, tmp_path: Path) -> None:
    (tmp_path / "index").mkdir()
    shutil.copytree(corpus_index / "encoders", tmp_path / "index" / "encoders")
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "own.txt").write_text("The lighthouse was repaired by Maria Olsen.")
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "bridge.html").write_text(samples.PAGE)
    handler = functools.partial(
        http.server.SimpleHTTPRequestHandler, directory=str(tmp_path / "site")
    )
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        place = ("--corpus", tmp_path / "corpus", "--index", tmp_path / "index")
        done = json.loads(
            dateline("add", f"{url}/bridge.html", f"{url}/none.html", "--json", *place).stdout
        )
        none = dateline("add", f"{url}/none.html", *place)
        elsewhere = dateline(
            "add",
            f"{url}/bridge.html",
            "--corpus",
            tmp_path / "other",
            "--index",
            tmp_path / "index",
        )
        server.shutdown()
    assert done["added"][0]["title"] == samples.TITLE
    assert [skipped["path"] for skipped in done["skipped"]] == [f"{url}/none.html"]
    assert (done["build"]["articles"], done["build"]["added"]) == (2, 2)
    assert none.returncode == 1
    assert "status 404" in none.stdout
    assert elsewhere.returncode == 1
    assert "found 1 elsewhere (own.txt)" in elsewhere.stderr
    assert list((tmp_path / "other").rglob("*.md"))
    assert (
        "Ingrid Dahl"
        in dateline("ask", "Who is the mayor of Norvik?", "--index", tmp_path / "index").stdout
    )


def test_the_version_has_one_place(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["--version"])
    assert stopped.value.code == 0
    assert capsys.readouterr().out == f"dateline {qa.__version__}\n"
    assert agent().startswith(f"dateline/{qa.__version__} ")
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\nversion: {qa.__version__}\n" in citation
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"\n## [{qa.__version__}]" in changes
