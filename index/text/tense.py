"""The tense of a sentence beside a day: whether it is past or to come.

"Talks will begin on April 14" is of the April to come, "talks began on April 14" of the last one.
The verb nearest before the day tells, else the first after it. Limits: English; a list of verb
forms, no parser; of the plain present only verbs of what has a schedule ("it begins Monday") tell.
"""

from __future__ import annotations

import re

SENTENCE_END = re.compile(
    r"""
    (?<= [a-z\d)%] )                                             # not "U.S. Steel"
    (?<! \bMr ) (?<! \bDr ) (?<! \bMs ) (?<! \bMrs ) (?<! \bGen ) (?<! \bSen ) (?<! \bGov )
    [.!?] ["”’']* \s+
    (?= [A-Z"“‘`] | $ )                                          # not "Nov. 8"
    """,
    re.VERBOSE,
)
CLAUSE = 100  # characters of a sentence, before and after, in which a verb is looked for
_IRREGULAR = "|".join(
    "ate beat became began blew bought broke brought built came caught chose cut dealt drew drove "
    "fed fell felt fled flew fought found gave got grew heard held hit hurt kept knew lay led left "
    "lost made meant met paid put quit ran rang rode rose said sang sank sat saw sent set shook "
    "shot shut sold sought spent spoke stole stood struck swept swore taught threw told took tore "
    "went withdrew woke won wore wrote born".split()
)
_SCHEDULED = (
    r"(?:(?:open|re-?open|start|begin|close|end|meet|convene|expire|resume|launche|premiere|debut)s"
    r"|kicks?\ off|gets\ under\ ?way|runs\ (?:from|through|until)"
    r"|(?:takes|goes\ into|comes\ into)\ (?:effect|force))"
)
_VERB = re.compile(
    rf"""
    (?P<future>
        \b(?: will | shall | won['’]t | going\ to                # will meet
            | (?:is|are|was|were)\ to                            # is to be held
            | to\ be                                             # expected to be held
            | (?:expect|plan|schedul|intend|hope|aim|slat)       # plans to meet
              (?:e?s|e?d|ned|ing|ning)?\ (?:to|for|on|in)
            | (?:set|ready|poised)\ (?:to|for)                   # set for December
            | due | scheduled | upcoming | payable | effective   # payable December 7
            | (?:would|should)(?:n['’]t)?                        # would resume
            | (?:could|can|might|(?-i:may))
              (?!\ (?:not|have|be\ (?:reached|located|contacted))\b)      # could vote
            | (?:is|are)\ (?:\w+ly\ )?\w+ing                   # is holding a vote
            | (?:is|are)(?=\s$)                                # the vote is Tuesday
            | as\ soon\ as | no\ later\ than | deadline          # as soon as Tuesday
            | {_SCHEDULED}                                       # opens on Friday
        )\b
        (?:\ (?:not|also|soon|then|to|have|been))*               # will also be held
        (?:\ be\b)? (?:\ \w+)?
      | ['’]ll\b                                                 # they'll meet
    )
  | (?P<past>
        \b(?: (?:was|were|had|did)n['’]t                        # did not say
            | was | were | had(?:\ been\ \w+)? | did             # had been due
            | {_IRREGULAR}                                       # said
            | (?<! \ba\ ) (?<! \ban\ ) (?<! \bthe\ ) (?<! \bstill\ )            # not in a fixed day
              (?!need|feed|speed|breed|indeed|exceed|proceed|succeed)\w\w+ed    # ended
        )\b
    )
  | (?P<open>                                                    # agreed to end it
        \bto\ (?!(?:the|an?|his|her|its|their|our|this|that|be)\b) (?-i:[a-z]+)\b
    )
    """,
    re.IGNORECASE | re.VERBOSE,
)


def tense(before: str, after: str) -> str | None:
    """Return "past" or "future" for a place between two parts of a text.

    Only its own sentence counts. "Agreed to end it" leaves open when it will end. Returns None if
    no verb tells.
    """
    verb = None
    sentence = SENTENCE_END.split(before[-CLAUSE:])[-1]
    for found in _VERB.finditer(sentence):
        verb = found
    if verb is None:
        verb = _VERB.search(SENTENCE_END.split(after[:CLAUSE], maxsplit=1)[0])
    if verb is None or verb.lastgroup == "open":
        return None
    return verb.lastgroup


def is_past(sentence: str) -> bool:
    """Whether a sentence has a verb in the past, and none of what is planned."""
    kinds = {found.lastgroup for found in _VERB.finditer(sentence)}
    return "past" in kinds and "future" not in kinds
