"""The editor of the archive: adds and removes articles, rebuilds the index.

It rebuilds in the background. One thread makes one change after another: the files first, then
`index.build`, whose lock keeps other builders out. If the rebuild fails the files are put back,
and the live generation was never touched. Files that cannot be read are named with the reason and
not kept.

Limits: one record of a file with several (.jsonl) cannot be removed. An index whose articles are
not all in the corpus folders is not rebuilt, since that would lose them.
"""

from __future__ import annotations

import queue
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.corpus.connections import Resolve, resolved
from index.corpus.fetching import fetch
from index.corpus.files import corpus_files
from index.stores.places import current, open_index
from index.types import DatelineError, Place, Skipped, Store, Summary
from qa.rendering.wording import counted
from qa.web.article_files import free_path, pasted_article, safe_name, write_article
from qa.web.corpus_files import (
    ADDED,
    Change,
    both,
    find_file,
    lies_in,
    lost_paths,
    missing_paths,
    set_aside,
    take_in,
)
from qa.web.corrections import changed_fields, correct, forget

MOST_FILES = 100  # in one upload
_PAGES_OF_A_FEED = 10
_WAITS_FOR_A_BUILDER = 60.0  # seconds


@dataclass(frozen=True, slots=True)
class EditorStatus:
    """What the editor does, or did last.

    `notes` has a line for each file or failure. `total` is 0 if it is not known.
    """

    busy: bool = False
    task: str = ""
    done: int = 0
    total: int = 0
    notes: tuple[str, ...] = ()
    failed: bool = False
    undoable: bool = False  # an article was removed and can be put back


@dataclass(frozen=True, slots=True)
class _Task:
    """A change that waits for its turn: what it is called, and what makes it."""

    name: str
    make: Callable[[], Change]
    removes: bool = False


class CorpusEditor:
    """Adds and removes articles of `corpora`, and rebuilds the index at `place`.

    `private` says whether addresses in this machine's own network may be fetched. `build` is
    `index.build`, or one like it. `resolve` finds the addresses of a host.
    """

    def __init__(
        self,
        corpora: Sequence[Path],
        place: Path | Place,
        *,
        private: bool = False,
        build: Callable[..., Summary] | None = None,
        resolve: Resolve = resolved,
    ) -> None:
        self.corpora, self._place = tuple(corpora), place
        self._private = private
        self._build = _build_index if build is None else build
        self._resolve = resolve
        self._status = EditorStatus()
        self._tasks: queue.Queue[_Task] = queue.Queue()
        self._starting = threading.Lock()
        self._removal: Change | None = None  # the last change, if it can be undone

    @property
    def status(self) -> EditorStatus:
        return self._status

    def begin_empty(self) -> bool:
        """Return whether neither the corpus nor the index has anything yet.

        If so, the folder for articles is made.
        """
        if self._is_built() or not self.corpora:
            return False
        if any(any(corpus_files(corpus)) for corpus in self.corpora if corpus.exists()):
            return False
        self.corpora[0].mkdir(parents=True, exist_ok=True)
        return True

    def why_not(self, store: Store) -> str | None:
        """Return why the articles of `store` cannot be changed from here.

        Returns None if they can.
        """
        first = self.corpora[0] if self.corpora else Path("corpus")
        if not first.is_dir():
            return (
                f"expected a folder of articles at {first}, found none; "
                "serve the page with the folder that the index was built from"
            )
        missing = missing_paths(store, self.corpora)
        if not missing:
            return None
        return (
            f"expected every article of the index in {self._folders()}, "
            f"found {counted(len(missing), 'article')} elsewhere "
            f"(the first: {missing[0][:80]}); "
            "serve the page with each folder that the index was built from"
        )

    def add_files(self, files: Sequence[Path]) -> None:
        """Add uploaded files; the notes name those that cannot be read.

        Raises DatelineError for more than MOST_FILES.
        """
        if len(files) > MOST_FILES:
            raise DatelineError(
                f"expected at most {MOST_FILES} files at once, found {len(files)}; "
                "add some, then the others"
            )
        staged = Path(tempfile.mkdtemp(prefix="dateline-upload-"))
        for file in files:
            shutil.copyfile(file, free_path(staged / ADDED, safe_name(file.name)))
        self._start(
            f"adding {counted(len(files), 'file')}", lambda: take_in(staged, self.corpora[0])
        )

    def add_text(
        self, text: str, title: str = "", source: str = "", published: str = "", url: str = ""
    ) -> None:
        """Add pasted text. Raises DatelineError as `pasted_article` does."""
        article = pasted_article(text, title, source, published, url)
        staged = Path(tempfile.mkdtemp(prefix="dateline-paste-"))
        write_article(staged / ADDED, article)
        self._start("adding the pasted article", lambda: take_in(staged, self.corpora[0]))

    def add_url(self, url: str) -> None:
        """Add the article at an address, or the newest pages of a feed.

        The notes say why a page could not be fetched. Raises DatelineError for no address.
        """
        if not url.strip():
            raise DatelineError("expected the address of an article, found none")
        self._start("fetching the article", lambda: self._fetch(url))

    def remove(self, id: str, store: Store) -> None:
        """Remove an article of `store`.

        Raises DatelineError if it is not there, or shares its file with others.
        """
        article = store.article(id)
        file = None if article is None else find_file(article, self.corpora)
        if article is None or file is None:
            raise _missing(id)
        near = [other for other in store.articles() if lies_in(other.path, article.path)]
        if file.name != article.path.rpartition("/")[2]:  # it is packed
            near = [other for other in store.articles() if f"{file.name}/" in other.path]
        sharing = sum(find_file(other, self.corpora) == file for other in near)
        if sharing > 1:
            raise DatelineError(
                f"expected a file of one article, found {file.name} with {sharing:,}; "
                "take it out of that file, then build again"
            )

        def take_out() -> Change:
            return both(set_aside(file, article.path, self.corpora), forget(article, self.corpora))

        self._start("removing an article", take_out, removes=True)

    def correct(self, id: str, store: Store, title: str, source: str, published: str) -> None:
        """Correct what is known of an article of `store`; an empty field is not known.

        Raises DatelineError if it is not there, for a bad day, and for no change.
        """
        article = store.article(id)
        if article is None or find_file(article, self.corpora) is None:
            raise _missing(id)
        fields = changed_fields(article, title, source, published)
        self._start("correcting an article", lambda: correct(article, fields, self.corpora))

    def undo(self) -> None:
        """Put back the article that was removed last. Raises DatelineError if none was."""
        removal = self._removal
        if removal is None:
            raise DatelineError("expected an article that was just removed, found none")
        self._removal = None

        def put_back() -> Change:
            removal.undo()
            return Change(("the article was put back",), lambda: None)

        self._start("putting the article back", put_back)

    def wait(self, seconds: float = 120) -> EditorStatus:
        """Return the status when all is done, or after so many seconds."""
        until = time.monotonic() + seconds
        while self._status.busy and time.monotonic() < until:
            time.sleep(0.05)
        return self._status

    def _fetch(self, url: str) -> Change:
        staged = Path(tempfile.mkdtemp(prefix="dateline-fetch-"))
        found = fetch(
            [url], staged, most=_PAGES_OF_A_FEED, private=self._private, resolve=self._resolve
        )
        refused = [f"{one.path[:120]}: {one.reason}" for one in found if isinstance(one, Skipped)]
        return take_in(staged, self.corpora[0], refused, replacing=True)

    def _start(self, name: str, make: Callable[[], Change], removes: bool = False) -> None:
        """Queue a change, and start the thread that makes changes unless it runs."""
        with self._starting:
            self._tasks.put(_Task(name, make, removes))
            if not self._status.busy:
                self._status = EditorStatus(True, name)
                threading.Thread(target=self._run, name="editor", daemon=True).start()

    def _run(self) -> None:
        """Make every change that waits.

        A failed one does not keep the others from being made.
        """
        notes: list[str] = []
        failed = False
        while True:
            with self._starting:
                if self._tasks.empty():
                    self._status = EditorStatus(
                        task="done",
                        notes=tuple(notes),
                        failed=failed,
                        undoable=self._removal is not None,
                    )
                    return
                task = self._tasks.get()
            self._status = EditorStatus(True, task.name, notes=tuple(notes))
            try:
                self._carry_out(task, notes)
            except DatelineError as error:
                failed = True
                notes.append(str(error))
            except Exception as error:  # a thread that dies in silence would look busy for ever
                failed = True
                notes.append(
                    f"expected to change the corpus, found: {error}; the index is as it was"
                )

    def _carry_out(self, task: _Task, notes: list[str]) -> None:
        """Change the files and rebuild; take the change back if the rebuild fails."""
        self._removal = None
        change = task.make()
        notes += change.notes
        try:
            notes += self._rebuild(tuple(notes))
        except BaseException:
            change.undo()
            raise
        if task.removes:
            self._removal = change

    def _rebuild(self, notes: tuple[str, ...]) -> list[str]:
        """Rebuild the index and return what the build says of added files, then of all."""
        lost = []
        if self._is_built():
            lost = lost_paths(open_index(self._place), self.corpora)
        if lost:
            raise DatelineError(
                f"expected every article of the index in {self._folders()}, "
                f"found {len(lost)} elsewhere; build the index from its own folders instead"
            )
        summary = self._build_when_free(notes)
        refused = [
            f"{skipped.path}: {skipped.reason}"
            for skipped in summary.skipped
            if skipped.path.startswith(f"{ADDED}/")
        ]
        done = (
            f"{counted(summary.articles, 'article')} in the archive ({summary.added} added, "
            f"{summary.changed} changed, {summary.removed} removed)"
        )
        return [*refused, done]

    def _build_when_free(self, notes: tuple[str, ...]) -> Summary:
        """Build; wait up to a minute for another builder to end."""

        def progress(what: str, done: int, total: int) -> None:
            self._status = EditorStatus(True, what, done, total, notes)

        until = time.monotonic() + _WAITS_FOR_A_BUILDER
        while True:
            try:
                return self._build(list(self.corpora), self._place, progress=progress)
            except DatelineError as error:
                if "only builder" not in str(error) or time.monotonic() > until:
                    raise
            waiting = "waiting for another builder to end"
            self._status = EditorStatus(True, waiting, notes=notes)
            time.sleep(0.5)

    def _is_built(self) -> bool:
        try:
            current(self._place)
        except DatelineError:
            return False
        return True

    def _folders(self) -> str:
        return ", ".join(map(str, self.corpora))


def _missing(id: str) -> DatelineError:
    return DatelineError(
        f"expected an article {id[:80]!r} in the corpus, found none; "
        "it may have been removed already"
    )


def _build_index(corpora: Sequence[Path], place: Path | Place, **options: Any) -> Summary:
    """Build as `index.build` does.

    `index.build` is imported late, so that the page starts sooner.
    """
    from index.pipeline import build

    return build(corpora, place, **options)
