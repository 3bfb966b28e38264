"""The editor: articles that the page adds or removes, and the rebuild in the background that follows.

What is added lies in the folder `added` of the first corpus folder, one file an article or upload (a fetched page below
its host's name, where index/corpus/fetching.py puts it), so that `dateline build` finds it there too. What is removed is moved to `.removed` beside it, which no build reads: nothing is deleted.
One thread does one change after another: the file first, then `index.build`, whose lock keeps other builders out;
where that fails the file is put back, and the live generation was never touched. Files that cannot be read are named
with the reason and not kept. Limits: one record of a file with several (.jsonl) cannot be removed; an index whose
articles are not all in the corpus folders is not rebuilt, since that would lose them.
"""

from __future__ import annotations

import datetime as dt
import queue
import re
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from index.corpus.fetching import Resolve, fetch, resolved
from index.corpus.loading import load_articles
from index.stores.local.generations import open_index
from index.types import Article, DatelineError, Skipped, Store, Summary
from qa.rendering.text import counted
from qa.web.article_files import free_path, safe_name, was_named, write_article

ADDED, REMOVED = "added", ".removed"
LARGEST_PASTE = 2_000_000  # characters
MOST_FILES = 100  # of one upload
_PAGES_OF_A_FEED = 10
_WAITS_FOR_A_BUILDER = 60.0  # seconds
_Undo = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Work:
    """What the editor does, or did last. `notes`: a line for each file or failure; `done` of `total` (0: not known)."""

    busy: bool = False
    what: str = ""
    done: int = 0
    total: int = 0
    notes: tuple[str, ...] = field(default=())
    failed: bool = False


@dataclass(frozen=True, slots=True)
class _Change:
    """A change of the corpus: what it is called, and what makes it. `make` gives (notes, how to undo it)."""

    name: str
    make: Callable[[], tuple[list[str], _Undo]]


class CorpusEditor:
    """Adds and removes articles of `corpora`, and rebuilds the index in `folder`. `build` is `index.build`, or one like it."""

    def __init__(
        self,
        corpora: Sequence[Path],
        folder: Path,
        *,
        private: bool = False,
        build: Callable[..., Summary] | None = None,
        resolve: Resolve = resolved,
    ) -> None:
        """`private`: whether an address of this machine's own network may be fetched; `resolve` finds the addresses of a host."""
        self.corpora, self.folder = tuple(corpora), folder
        self._private, self._build, self._resolve = private, build, resolve
        self._work = Work()
        self._changes: queue.Queue[_Change] = queue.Queue()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    @property
    def work(self) -> Work:
        return self._work

    def why_not(self, store: Store) -> str | None:
        """Why the articles of `store` cannot be changed from here; None where they can."""
        first = self.corpora[0] if self.corpora else Path("corpus")
        if not first.is_dir():
            return f"expected a folder of articles at {first}, found none; start with --corpus and the folder that the index was built from"
        missing = [article.path for article in store.articles() if self._file(article) is None]
        if missing:
            return (
                f"expected every article of the index in {', '.join(map(str, self.corpora))}, found {counted(len(missing), 'article')} elsewhere "
                f"(the first: {missing[0][:80]}); start with --corpus and each folder that the index was built from"
            )
        return None

    def add_files(self, files: Sequence[Path]) -> None:
        """Add uploaded files; those that cannot be read are named in the notes. Raises DatelineError for more than MOST_FILES."""
        if len(files) > MOST_FILES:
            raise DatelineError(
                f"expected at most {MOST_FILES} files at once, found {len(files)}; add some, then the others"
            )
        kept = Path(tempfile.mkdtemp(prefix="dateline-upload-"))
        for file in files:
            shutil.copyfile(file, free_path(kept / ADDED, safe_name(file.name)))
        self._do(f"adding {counted(len(files), 'file')}", lambda: self._keep(kept))

    def add_text(
        self, text: str, title: str = "", source: str = "", published: str = "", url: str = ""
    ) -> None:
        """Add pasted text. Raises DatelineError for no text, a bad day, an address that is none of the web."""
        if not text.strip():
            raise DatelineError("expected the text of an article, found none")
        if len(text) > LARGEST_PASTE:
            raise DatelineError(
                f"expected at most {LARGEST_PASTE:,} characters, found {len(text):,}; upload it as a file"
            )
        if url.strip() and not re.match(r"https?://[^\s]+$", url.strip()):
            raise DatelineError(
                f"expected an address that begins with http:// or https://, found {url.strip()[:80]!r}"
            )
        try:
            day = dt.date.fromisoformat(published.strip()) if published.strip() else None
        except ValueError:
            raise DatelineError(
                f"expected a day as YYYY-MM-DD, found {published.strip()[:40]!r}"
            ) from None
        article = Article(
            "", text, title.strip() or None, source.strip() or None, day, url.strip() or None
        )
        kept = Path(tempfile.mkdtemp(prefix="dateline-paste-"))
        write_article(kept / ADDED, article)
        self._do("adding the pasted article", lambda: self._keep(kept))

    def add_url(self, url: str) -> None:
        """Add the article at an address, or the newest pages of a feed; what keeps them from coming is told in the notes."""
        if not url.strip():
            raise DatelineError("expected the address of an article, found none")

        def fetched() -> tuple[list[str], _Undo]:
            kept = Path(tempfile.mkdtemp(prefix="dateline-fetch-"))
            found = list(
                fetch(
                    [url], kept, most=_PAGES_OF_A_FEED, private=self._private, resolve=self._resolve
                )
            )
            refused = [
                f"{one.path[:120]}: {one.reason}" for one in found if isinstance(one, Skipped)
            ]
            return self._keep(kept, refused, replacing=True)

        self._do("fetching the article", fetched)

    def remove(self, id: str, store: Store) -> None:
        """Take an article out. Raises DatelineError where it is not there, or shares its file with others."""
        article = store.article(id)
        file = self._file(article) if article is not None else None
        if article is None or file is None:
            raise DatelineError(
                f"expected an article {id[:80]!r} in the corpus, found none; it may have been removed already"
            )
        sharing = sum(
            other.path == article.path and self._file(other) == file for other in store.articles()
        )
        if sharing > 1:
            raise DatelineError(
                f"expected a file of one article, found {article.path} with {sharing:,}; take it out of that file, then build again"
            )

        def moved() -> tuple[list[str], _Undo]:
            corpus = next(
                corpus for corpus in self.corpora if file.is_relative_to(corpus) and corpus.is_dir()
            )
            place = free_path(corpus / REMOVED, file.name)
            file.rename(place)

            def put_back() -> None:
                file.parent.mkdir(parents=True, exist_ok=True)
                place.rename(file)

            return [
                f"{article.path}: removed; it lies in {place.relative_to(corpus).as_posix()} of the corpus folder"
            ], put_back

        self._do("removing an article", moved)

    def wait(self, seconds: float = 120) -> Work:
        """The work when it is done, or after so many seconds."""
        until = time.monotonic() + seconds
        while self._work.busy and time.monotonic() < until:
            time.sleep(0.05)
        return self._work

    def _file(self, article: Article) -> Path | None:
        """The file of an article, within one of the corpora."""
        found = []
        for corpus in self.corpora:
            file = (
                corpus
                if corpus.is_file() and corpus.name == article.path
                else corpus / article.path
            )
            if file.is_file() and (
                file == corpus or file.resolve().is_relative_to(corpus.resolve())
            ):
                found.append((article.id == f"{corpus.name}/{article.path}", file))
        return max(found, key=lambda pair: pair[0])[1] if found else None

    def _do(self, name: str, make: Callable[[], tuple[list[str], _Undo]]) -> None:
        with self._starting:
            self._changes.put(_Change(name, make))
            if not self._work.busy:
                self._work = Work(True, name)
                self._thread = threading.Thread(target=self._run, name="editor", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        notes: list[str] = []
        failed = False
        while True:
            with self._starting:
                if self._changes.empty():
                    self._work = Work(False, "done", notes=tuple(notes), failed=failed)
                    return
                change = self._changes.get()
            self._work = Work(True, change.name, notes=tuple(notes))
            try:
                said, undo = change.make()
                notes += said
                try:
                    notes += self._rebuild(tuple(notes))
                except BaseException:
                    undo()
                    raise
            except DatelineError as error:
                failed = True
                notes.append(str(error))
            except Exception as error:  # a thread that dies in silence would look busy for ever
                failed = True
                notes.append(
                    f"expected to change the corpus, found: {error}; the index is as it was"
                )

    def _rebuild(self, notes: tuple[str, ...]) -> list[str]:
        if self._build is None:
            from index.pipeline import build

            self._build = build
        if problem := self.why_not_rebuild():
            raise DatelineError(problem)

        def progress(what: str, done: int, total: int) -> None:
            self._work = Work(True, what, done, total, notes)

        until = time.monotonic() + _WAITS_FOR_A_BUILDER
        while True:
            try:
                summary = self._build(list(self.corpora), self.folder, progress=progress)
                break
            except DatelineError as error:
                if "only builder" not in str(error) or time.monotonic() > until:
                    raise
                self._work = Work(True, "waiting for another builder to end", notes=notes)
                time.sleep(0.5)
        refused = [
            f"{skipped.path}: {skipped.reason}"
            for skipped in summary.skipped
            if skipped.path.startswith(f"{ADDED}/")
        ]
        done = f"{counted(summary.articles, 'article')} in the archive ({summary.added} added, {summary.changed} changed, {summary.removed} removed)"
        return [*refused, done]

    def why_not_rebuild(self) -> str | None:
        """Why a rebuild would lose articles; None where it would not. An article just removed is not lost."""
        store = open_index(self.folder)
        missing = [article.path for article in store.articles() if self._file(article) is None]
        removed = {
            path.name
            for corpus in self.corpora
            if corpus.is_dir()
            for path in (corpus / REMOVED).glob("*")
        }
        lost = [
            path
            for path in missing
            if not any(was_named(Path(path).name, name) for name in removed)
        ]
        return (
            f"expected every article of the index in {', '.join(map(str, self.corpora))}, found {len(lost)} elsewhere; run dateline build yourself"
            if lost
            else None
        )

    def _keep(
        self, staged: Path, refused: Sequence[str] = (), replacing: bool = False
    ) -> tuple[list[str], _Undo]:
        """Move what can be read of a staged folder into the corpus, to the same place in it.

        A file of that name which is there already is replaced, or else the new one gets a name of its own. Raises
        DatelineError, naming each file and what was `refused` before, where nothing can be read.
        """
        undos: list[_Undo] = []
        try:
            items = list(load_articles([staged]))
            readable = {item.path for item in items if isinstance(item, Article)}
            notes = [
                *refused,
                *(
                    f"{item.path.removeprefix(f'{ADDED}/')}: {item.reason}"
                    for item in items
                    if isinstance(item, Skipped)
                ),
            ]
            corpus = self.corpora[0]
            known = {file.read_bytes() for file in (corpus / ADDED).rglob("*") if file.is_file()}
            for file in sorted(staged.rglob("*")):
                path = file.relative_to(staged)
                if path.as_posix() not in readable:
                    continue
                if file.read_bytes() in known:
                    notes.append(f"{file.name}: it is in the archive already")
                    continue
                place = corpus / path
                if not (replacing and place.is_file()):
                    place = free_path(place.parent, place.name)
                undos.append(_restorer(place))
                shutil.move(file, place)
                notes.append(f"{place.name}: added")
            if not undos:
                raise DatelineError("; ".join(notes) or "expected a file, found none")
        finally:
            shutil.rmtree(staged, ignore_errors=True)

        def undo() -> None:
            for restore in undos:
                restore()

        return notes, undo


def _restorer(place: Path) -> _Undo:
    """What makes a file what it is now."""
    if not place.is_file():
        return lambda: place.unlink(missing_ok=True)
    data = place.read_bytes()

    def restore() -> None:
        place.write_bytes(data)

    return restore
