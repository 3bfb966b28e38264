"""A conversation with an archive: a question may lean on the ones before it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from qa.answering.follow_ups import completed, told_after
from qa.answering.turns import Turn, Understood
from qa.answering.understanding import is_courtesy
from qa.types import Hit, Reply

if TYPE_CHECKING:
    from qa.archive import Archive

_TURNS_KEPT = 30


class Conversation:
    """Questions to one archive, each completed from those before it.

    `turns` are those asked so far, oldest first. `understood` tells how the last question was
    asked, and how else it may be meant.
    """

    def __init__(self, archive: Archive, **limits: Any) -> None:
        """Begin a conversation with the limits of `Archive.ask` for each question."""
        self._archive, self._limits = archive, limits
        self.turns: list[Turn] = []
        self.understood: Understood | None = None

    def ask(self, question: str) -> Reply:
        """Answer a question as it is understood after the ones before it.

        The reply's `question` is the completed one. Raises as `Archive.ask` does.
        """
        understood = completed(question, self.turns, self._retrieve)
        understood, reply = answered(
            understood, self.turns, lambda text: self._archive.ask(text, **self._limits)
        )
        self.understood = understood
        if not is_courtesy(question):
            self.turns = [*self.turns, Turn.of(understood, reply)][-_TURNS_KEPT:]
        return reply

    def _retrieve(self, question: str, k: int) -> list[Hit]:
        limits = {name: value for name, value in self._limits.items() if name != "k"}
        return self._archive.retrieve(question, k, **limits)


def answered(
    understood: Understood, turns: Sequence[Turn], ask: Callable[[str], Reply]
) -> tuple[Understood, Reply]:
    """Return the reply to a question, and the question as it was asked.

    A question that names nothing and finds no answer is asked once more, after the one before it.
    If that only finds the last answer again, there is none.
    """
    reply = ask(understood.text)
    after = None if reply.answers else told_after(understood, turns)
    if after is None:
        return understood, reply
    again = ask(after.text)
    if not again.answers or again.answers[0].text == turns[-1].answer:
        return understood, reply
    return after, again
