"""What a sentence's grammar says of a span: phrase, measure, stance, speaker.

All is read from the parse of the sentence (parsing.py). It gives the bounds of the span's phrase,
what a number counts, and who says so. It also shows whether the sentence denies the span or calls
it possible.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from qa.answering.parsing import Place, lemma_of, parse
from qa.types import Claim

if TYPE_CHECKING:
    from spacy.tokens import Token

_LONGEST_VALUE = 14  # words
_NOUNS = frozenset("NOUN PROPN NUM SYM".split())
_INSIDE = frozenset(  # relations within a noun phrase
    "nummod quantmod compound amod nmod poss det predet advmod npadvmod appos case punct".split()
)
_BEFORE_NOUN = frozenset("nummod quantmod compound amod nmod".split())
_UNITS = frozenset("PERCENT MONEY QUANTITY".split())
_TO_VERB = frozenset("pobj prep conj appos attr dobj npadvmod acomp".split())
_SAYING = frozenset(
    """accuse acknowledge add admit advise allege announce answer argue assert believe call caution
    charge cite claim complain comment conclude concede condemn confirm contend declare describe
    disclose emphasize estimate explain expect find hear hint indicate inform insist joke learn
    maintain mention note observe opine point predict promise propose put quip reaffirm recall
    recount reiterate remark reply report respond reveal say show state stress suggest tell testify
    think tout tweet urge vow warn write""".split()
)
_JUDGING = frozenset(
    """apologise apologize blame congratulate criticise criticize defend denounce hail laud mock
    oppose praise reject scold slam thank threaten welcome""".split()
)
_FORECASTING = frozenset(  # a poll shows that she would win
    "show suggest indicate predict expect find hint think believe".split()
)
_DENYING = frozenset("deny dispute refute rebut disavow".split())
_DISMISSING = frozenset("dismiss reject deny dispute refute".split())
_REPORTS = frozenset(
    """report rumour rumor claim allegation accusation suggestion speculation story""".split()
)
_RUMOURS = frozenset("rumour rumor speculation gossip hoax".split())
_PRESUPPOSED = frozenset("relcl acl advcl parataxis".split())  # clauses that a "not" does not reach
_BELIEVING = frozenset("hold vow know learn".split())
_FAILING = frozenset("fail refuse decline avoid forget stop prevent forgo reject".split())
_PLANNING = frozenset(
    """plan propose hope expect want threaten seek consider aim intend offer ask demand urge call
    wish vow promise agree prepare try""".split()
)
_PUTTING = frozenset("put estimate".split())  # "police put the number at 2,500"
_ONLY = frozenset("only just merely simply".split())  # what follows a "not" that adds
_REACHING = frozenset("reach hit exceed top total surpass pass".split())
_DOUBT = frozenset("would could might may should".split())


def claim_of(sentence: str, start: int, end: int) -> Claim:
    """Return what the grammar of a sentence says of sentence[start:end].

    All places are characters of the sentence. A span beyond what is parsed has an empty claim.
    """
    (doc,) = parse([sentence])
    tokens = [token for token in doc if token.idx < end and token.idx + len(token) > start]
    if not tokens:
        return Claim()
    root = _root(tokens)
    noun = _measured(root)
    verb = _predicate(noun)
    return Claim(
        phrase=_phrase(tokens, root),
        noun=lemma_of(noun),
        limits=frozenset(_limits(root)) | frozenset(_limits(noun)),
        predicate=_predicate_words(noun, verb),
        verb=lemma_of(verb),
        role=_role(noun),
        denied=_is_denied(root),
        unreal=_is_unreal(root),
        speaker=_speaker(root, (start, end)),
    )


def speaks(sentence: str, place: Place) -> bool:
    """Whether the words at a place are the subject of a verb of saying.

    Those after "according to" are too.
    """
    (doc,) = parse([sentence])
    words = [token for token in doc if place[0] <= token.idx < place[1]]
    if not words:
        return False
    root = _root(words)
    while root.dep_ in ("appos", "conj", "compound") and root.head in words:
        root = root.head
    if root.dep_ == "pobj":
        return root.head.lower_ in ("to", "of") or root.head.dep_ == "agent"
    if root.dep_ != "nsubj" or root.pos_ not in ("NOUN", "PROPN", "PRON"):
        return False
    return lemma_of(root.head) in _SAYING | _DENYING | _BELIEVING


def tells_speech(sentence: str) -> bool:
    """Whether a sentence has a verb of saying, or of judging aloud."""
    (doc,) = parse([sentence])
    saying = (_SAYING | _DENYING | _JUDGING) - _FORECASTING
    return any(token.pos_ == "VERB" and lemma_of(token) in saying for token in doc)


def affirms(sentence: str, verbs: frozenset[str]) -> bool | None:
    """Whether a sentence says that what verbs name was so, or, False, that it was not.

    `verbs` are lemmas. Returns None if it says neither, as of what might be or was to be.
    """
    (doc,) = parse([sentence])
    for token in doc:
        if token.pos_ != "VERB" or lemma_of(token) not in verbs or _is_unreal(token):
            continue
        if any(child.dep_ == "neg" for child in token.children):
            return False
        return not (token.dep_ == "xcomp" and lemma_of(token.head) in _FAILING)
    return None


def _root(tokens: Sequence[Token]) -> Token:
    """Return the word of a span whose head is outside it: the first noun of several."""
    inside = {token.i for token in tokens}
    roots = [token for token in tokens if token.head.i not in inside or token.head == token]
    nouns = [token for token in roots if token.pos_ in _NOUNS]
    return (nouns or roots)[0]


def _phrase(tokens: Sequence[Token], root: Token) -> Place | None:
    """Return the bounds of the value that a span is, or None if it is none.

    A value is a name, a noun phrase, a number with its unit, or a date.
    """
    first, last = tokens[0], tokens[-1]
    while first.i < last.i and _is_left_edge(first, root):
        bound = first.lower_ == "at" and first.nbor().lower_ in ("least", "most")
        first = first.nbor(2 if bound and first.i + 1 < last.i else 1)
    while last.i > first.i and _is_right_edge(last, root):
        last = last.nbor(-1)
    words = root.doc[first.i : last.i + 1]
    if len(words) > _LONGEST_VALUE or not _is_nominal(root) or root not in words:
        return None
    if any(
        token.pos_ in ("VERB", "AUX") and token.dep_ not in _INSIDE and _governs(token, root)
        for token in words
    ):
        return None
    first, last = _whole_name(first, last)
    return first.idx, last.idx + len(last)


def _governs(verb: Token, root: Token) -> bool:
    """Whether a verb stands above the root, so that the span is a clause."""
    return verb.is_ancestor(root) or verb.dep_ == "ROOT"


def _is_nominal(root: Token) -> bool:
    if root.pos_ in _NOUNS:
        return True
    if root.i and root.text[:1].isupper() and root.dep_ in ("pobj", "dobj", "nsubj"):
        return True  # a name that the tagger takes for another word
    return root.ent_type_ in ("DATE", "TIME", "NORP", "GPE", "PERSON", "ORG")


def _is_left_edge(token: Token, root: Token) -> bool:
    if token == root or (token.ent_iob_ in "BI" and token.pos_ in _NOUNS):
        return False
    if token.dep_ in ("amod", "compound"):  # a dredging company
        return False
    if token.i and token.pos_ == "ADP" and token.is_title and token.nbor().is_title:
        return False  # a name that begins with a preposition: Beyond Meat
    return token.pos_ in ("ADP", "CCONJ", "SCONJ", "AUX", "PART", "VERB") or token.tag_ == "PRP$"


def _is_right_edge(token: Token, root: Token) -> bool:
    if token == root:
        return False
    return token.pos_ in ("ADP", "CCONJ", "SCONJ", "AUX") or token.tag_ == "POS"


def _whole_name(first: Token, last: Token) -> tuple[Token, Token]:
    """Return the edges moved out to the end of a name or number that they cut."""
    if first.like_num and first.ent_type_ == "DATE":  # "In September 286 people died"
        return first, last
    while first.i and first.ent_iob_ == "I" and first.nbor(-1).pos_ in ("PROPN", "NUM", "SYM"):
        first = first.nbor(-1)
    following = last.i + 1 < len(last.doc)
    while following and last.nbor().ent_iob_ == "I" and last.nbor().pos_ in ("PROPN", "NUM"):
        last = last.nbor()
        following = last.i + 1 < len(last.doc)
    while following and not last.whitespace_ and last.nbor().is_alpha:  # £1.84|m
        last = last.nbor()
        following = last.i + 1 < len(last.doc)
    return first, last


def _measured(root: Token) -> Token:
    """Return the noun that a number counts, or the span's own noun.

    In "200 Armenian soldiers" it is the soldiers; in "the toll rose to 16" the toll; in "the price
    was 90 million crowns" the price.
    """
    token = _head_of_phrase(root)
    if token.dep_ == "pobj" and token.head.lower_ == "of" and token.ent_type_ in _UNITS:
        return token.head.head  # a turnout of 58.9 percent
    is_number = token.pos_ in ("NUM", "SYM") or token.like_num or token.tag_ in ("CD", "$")
    if not is_number and token.dep_ != "attr":
        return token
    if is_number:
        of_which = _part_of(token)
        if of_which is not None:
            return of_which
    if token.dep_ == "dobj" and lemma_of(token.head) not in _REACHING:
        return token
    wanted: tuple[str, ...] = ("nsubj", "nsubjpass")
    verb = _above(token)
    if lemma_of(verb) in _PUTTING:
        wanted = ("dobj",)
    for child in verb.children:
        if child.dep_ in wanted and child != root and child.pos_ in _NOUNS:
            return child
    return token


def _head_of_phrase(root: Token) -> Token:
    """Return the noun that a number or an adjective stands before."""
    token = root
    while token.dep_ in _BEFORE_NOUN and token.head.pos_ != "VERB":
        token = token.head
    return token


def _part_of(number: Token) -> Token | None:
    """Return what a number is a part of: the seats of "34 of the 120 seats"."""
    for child in number.children:
        if child.dep_ == "prep" and child.lower_ == "of":
            return next((inner for inner in child.children if inner.dep_ == "pobj"), None)
    return None


def _above(number: Token) -> Token:
    """Return the verb that a number belongs to, or the last word on the way to it."""
    token = number
    while token != token.head and token.dep_ in _TO_VERB:
        token = token.head
        if token.pos_ in ("VERB", "AUX"):
            break
    return token


def _predicate(noun: Token) -> Token:
    """Return the verb that governs a noun, or the uppermost noun if there is none."""
    token = noun
    for _ in range(12):
        if token.pos_ in ("VERB", "AUX") or token.head == token:
            return token
        token = token.head
    return token


def _predicate_words(noun: Token, verb: Token) -> frozenset[str]:
    """Return the lemmas of a noun's verb, and of what stands beside both."""
    words = {lemma_of(verb)}
    for child in verb.children:
        joined = child.dep_ == "conj" and not _has_own_words(child)  # were injured or killed
        if joined or child.dep_ in ("acomp", "oprd", "xcomp", "prt", "attr", "dobj"):
            words.add(lemma_of(child))
        if child.dep_ == "nsubjpass" and child != noun:  # Feldstein was replaced by her
            words.add(lemma_of(child))
    counted = [noun]
    for child in noun.children:
        if child.dep_ == "prep" and child.lower_ == "of":  # the number of people injured
            counted += [inner for inner in child.children if inner.dep_ == "pobj"]
    for word in counted:
        words |= {
            lemma_of(child) for child in word.children if child.dep_ in ("amod", "compound", "acl")
        }
    return frozenset(words)


def _has_own_words(verb: Token) -> bool:
    """Whether a verb has a subject or an object of its own."""
    return any(child.dep_ in ("nsubj", "nsubjpass", "dobj") for child in verb.children)


def _role(noun: Token) -> str:
    """Return whether a noun is its verb's subject, object or else."""
    token = noun
    while token.dep_ in ("conj", "appos", "compound") and token.head != token:
        if _follows_agent(token):
            return "subject"
        token = token.head
    if token.dep_ == "pobj" and token.head.dep_ == "agent":  # raised by a guard
        return "subject"
    return {"nsubj": "subject", "nsubjpass": "object", "dobj": "object"}.get(token.dep_, "other")


def _follows_agent(name: Token) -> bool:
    """Whether a name stands beside who acts: "was raised by a guard, [Iris Haldane]".

    The parser often takes it for a name of what was raised.
    """
    verb = name.head.head
    return name.dep_ == "appos" and any(
        child.dep_ == "agent" and verb.i < child.i < name.i for child in verb.children
    )


def _limits(noun: Token) -> Iterator[str]:
    """Yield the names that limit a noun: "Armenian" soldiers, patients "in Voss"."""
    for child in noun.children:
        if child.dep_ in ("amod", "compound", "nmod", "poss"):
            if child.ent_type_ in ("NORP", "GPE", "ORG"):
                yield child.text.casefold()
        elif child.dep_ == "prep" and child.lower_ in ("from", "of"):
            yield from (
                inner.text.casefold()
                for inner in child.children
                if inner.ent_type_ in ("NORP", "GPE", "ORG")
            )


def _ancestry(token: Token) -> Iterator[tuple[Token, Token]]:
    """Yield (word, its head) from a word up to the root of its sentence."""
    while token.head != token:
        yield token, token.head
        token = token.head


def _is_denied(root: Token) -> bool:
    """Whether the sentence denies what it says with the span."""
    if _is_negated(root):
        return True
    for token, head in _ancestry(root):
        word = lemma_of(head)
        if token.dep_ in _PRESUPPOSED and word not in _REPORTS:
            return False
        if _is_clause(head) and _is_negated(head):
            return token.dep_ != "ccomp" or word not in _SAYING
        if _is_rumoured(token, head):
            return True
        if word in _DENYING and token.dep_ in ("ccomp", "xcomp", "dobj", "pcomp"):
            return True
        if word in _FAILING and token.dep_ in ("xcomp", "pcomp"):
            return True
    return False


def _is_negated(token: Token) -> bool:
    """Whether a word has a "not" that denies it; "not only" denies nothing."""
    return any(
        child.dep_ == "neg" and child.i + 1 < len(child.doc) and child.nbor().lower_ not in _ONLY
        for child in token.children
    )


def denies_event(sentence: str, verbs: frozenset[str]) -> bool:
    """Whether a sentence denies what one of the verbs says, given as lemmas.

    "The board denies that its head has resigned" denies the resigning, whatever is asked of it.
    """
    (doc,) = parse([sentence])
    found = [token for token in doc if token.pos_ == "VERB" and lemma_of(token) in verbs]
    return bool(found) and all(_is_denied(token) for token in found)


def _is_rumoured(token: Token, head: Token) -> bool:
    """Whether a clause is what rumours say, or what somebody dismisses as a report."""
    if token.dep_ in ("ccomp", "acl") and any(
        child.dep_ == "nsubj" and lemma_of(child) in _RUMOURS for child in head.children
    ):
        return True
    return (
        lemma_of(head) in _DISMISSING
        and any(
            child.dep_ == "dobj" and lemma_of(child) in _REPORTS
            for child in head.children
            if child != token or token.dep_ == "dobj"
        )
        and token.dep_ not in ("nsubj", "nsubjpass")
    )


def _is_unreal(root: Token) -> bool:
    """Whether the sentence speaks of what would, might or was meant to be."""
    above = [root, *(head for _, head in _ancestry(root))]
    clauses = [token for token in above if _is_clause(token)]
    for token in clauses:
        for child in token.children:
            nearest = token == clauses[0] or clauses[0].dep_ == "xcomp"
            if child.dep_ == "aux" and child.lower_ in _DOUBT and nearest:
                return not (child.lower_ == "would" and _is_announced(token))
            if child.dep_ == "mark" and child.lower_ in ("if", "unless", "whether"):
                return True
            inverted = child.dep_ in ("aux", "auxpass") and child.lower_ in (
                "had",
                "should",
                "were",
            )
            if inverted and token.dep_ == "advcl" and child.i == token.left_edge.i:
                return True
        if token.dep_ == "xcomp" and lemma_of(token.head) in _PLANNING:
            return True
    return False


def _is_announced(clause: Token) -> bool:
    """Whether a clause says what will be, as in "said it would close"."""
    if any(child.dep_ == "aux" and lemma_of(child) == "have" for child in clause.children):
        return False
    while clause.dep_ == "conj" and _is_clause(clause.head):
        clause = clause.head
    return clause.dep_ == "ccomp" and lemma_of(clause.head) in _SAYING - _FORECASTING


def _is_clause(token: Token) -> bool:
    return token.pos_ in ("VERB", "AUX")


def _speaker(root: Token, span: Place) -> Place | None:
    """Return where the sentence names who says what the span is in.

    It is the subject of a verb of saying above the span, or what "according to" names. A pronoun
    is no speaker, nor is anything inside the span.
    """
    for token in [root, *(head for _, head in _ancestry(root))]:
        for child in token.children:
            if child.lower_ == "according":
                return _named_by_according(child, span)
        if _is_said(token) or lemma_of(token.head) in _PUTTING:
            for child in token.head.children:
                if child.dep_ == "nsubj" and child != token:
                    return _named(child, span)
    return None


def _named_by_according(token: Token, span: Place) -> Place | None:
    for inner in token.subtree:
        if inner.dep_ == "pobj" and inner.head.lower_ == "to":
            return _named(inner, span)
    return None


def _is_said(token: Token) -> bool:
    """Whether a word heads what its own head, a verb of saying, reports."""
    head = token.head
    if token.dep_ not in ("ccomp", "xcomp", "parataxis") or not _is_clause(head):
        return False
    return lemma_of(head) in _SAYING or lemma_of(head) in _DENYING


def _named(noun: Token, span: Place) -> Place | None:
    """Return the bounds of a speaker's noun phrase, without clauses that follow it."""
    if noun.pos_ not in ("PROPN", "NOUN"):
        return None
    first = noun.left_edge
    last = noun
    for child in noun.rights:
        if (child.dep_ == "prep" and child.lower_ in ("of", "for", "at", "from", "in")) or (
            child.dep_ in ("compound", "appos") and child.pos_ == "PROPN" and child.i == last.i + 1
        ):
            last = child.right_edge
        else:
            break
    start, end = first.idx, last.idx + len(last)
    if start < span[1] and span[0] < end:
        return None
    return start, end
