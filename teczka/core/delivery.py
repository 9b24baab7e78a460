"""What a submission server's answer to a message means, for the message and for each of its recipients; no I/O."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from teczka.core.errors import Problem, Trouble


class Verdict(StrEnum):
    """What is known of a message after one try."""

    UNSENT = "unsent"  # surely no server has it: the end of its text was never said
    ACCEPTED = "accepted"  # for at least one recipient
    REFUSED = "refused"  # for good
    LATER = "later"  # for now: it may be tried again
    UNKNOWN = "unknown"  # something of the end was said, and no answer was understood: never again without being asked


class Stage(StrEnum):
    SENDER = "sender"  # MAIL
    RECIPIENT = "recipient"  # RCPT
    CONTENT = "content"  # DATA, and the text


@dataclass(frozen=True, slots=True)
class Answer:
    """One reply. `enhanced`: RFC 3463, "" where the server gave none; `said`: its words, on one line."""

    code: int
    enhanced: str = ""
    said: str = ""

    @property
    def verdict(self) -> Verdict:
        """RFC 5321 §4.2.1. Raises ValueError for what answers no command: 1yz and 3yz."""
        try:
            return {2: Verdict.ACCEPTED, 4: Verdict.LATER, 5: Verdict.REFUSED}[self.code // 100]
        except KeyError:
            raise ValueError(f"{self.code} is no answer") from None

    @property
    def shown(self) -> str:
        """ "550 5.1.1"."""
        return f"{self.code} {self.enhanced}".strip()


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of one try. `answers`: by address, of those whom the server was asked about; `problem`: why the whole was not accepted."""

    verdict: Verdict
    answers: Mapping[str, Answer] = field(default_factory=dict)
    problem: Problem | None = None
    receipt: bool = False  # the server took on to tell of the delivery (RFC 3461)


_ENHANCED = re.compile(r"([245])\.(\d{1,3})\.(\d{1,3})\b")


def enhanced_in(code: int, said: str) -> str:
    """RFC 2034 §4: at the beginning of the text, and of the reply's own class; else "" ."""
    found = _ENHANCED.match(said)
    return found[0] if found and int(found[1]) == code // 100 else ""


# By subject and detail, RFC 3463 §3 and the registry that RFC 5248 began; whatever the class.
_DETAILS = {
    "1.0": Trouble.RECIPIENT_UNKNOWN,
    "1.1": Trouble.RECIPIENT_UNKNOWN,
    "1.2": Trouble.RECIPIENT_DOMAIN,
    "1.3": Trouble.RECIPIENT_SPELLING,
    "1.4": Trouble.RECIPIENT_SPELLING,
    "1.6": Trouble.RECIPIENT_UNKNOWN,
    "1.7": Trouble.SENDING_SENDER,
    "1.8": Trouble.SENDING_SENDER,
    "1.10": Trouble.RECIPIENT_DOMAIN,
    "2.1": Trouble.RECIPIENT_UNKNOWN,
    "2.2": Trouble.RECIPIENT_FULL,
    "2.3": Trouble.MESSAGE_SIZE,
    "3.4": Trouble.MESSAGE_SIZE,
    "4.4": Trouble.RECIPIENT_DOMAIN,
    "4.5": Trouble.SENDING_LIMIT,
    "5.3": Trouble.SENDING_LIMIT,
    "6.7": Trouble.SENDING_UTF8,
    "7.26": Trouble.SENDING_SENDER,
}

# Texts of Postfix, Exim, Exchange, Gmail, Yahoo and Polish providers, where the code says nothing, or says too little.
_WORDS = [
    (
        Trouble.SENDING_LIMIT,
        r"(daily|hourly|sending|message|rate|recipients?)[- ](user )?(sending )?(limit|quota)|too many (recipients|messages)",
    ),
    (Trouble.SENDING_LIMIT, r"limit (wiadomo|wysy)|przekroczon\w+ limit"),
    (Trouble.MESSAGE_SIZE, r"(message|size|mail)\b.*\b(too (big|large)|exceeds)|size limit"),
    (
        Trouble.SENDING_SENDER,
        r"sender (address )?(rejected|refused|denied|verify failed)|not owned by user|send ?as ?denied|not allowed to send as",
    ),
    (Trouble.RECIPIENT_FULL, r"(mailbox|quota|user|inbox)\b.*\b(full|exceeded|over ?quota)|over ?quota"),
    (
        Trouble.RECIPIENT_UNKNOWN,
        r"(user|recipient|mailbox|account|address)\b.*\b(unknown|not found|unavailable|does(n't| not) exist|no such|disabled)",
    ),
    (Trouble.RECIPIENT_UNKNOWN, r"(no such|unknown) (user|recipient|mailbox|local|account)"),
    (Trouble.RECIPIENT_DOMAIN, r"(domain|host)( name)? not found|no such domain|unroutable|nxdomain"),
    (Trouble.MESSAGE_SPAM, r"\bspam\b|blacklist|blocklist|reputation|virus|malware|phishing|unsolicited|suspicious"),
]
_PATTERNS = [(trouble, re.compile(words, re.IGNORECASE)) for trouble, words in _WORDS]

# What each stage may mean at all: a server's word on a recipient says nothing of the text.
_RECIPIENT = {
    Trouble.RECIPIENT_UNKNOWN,
    Trouble.RECIPIENT_DOMAIN,
    Trouble.RECIPIENT_SPELLING,
    Trouble.RECIPIENT_FULL,
}
_OTHERWISE = {
    (Stage.SENDER, True): Trouble.MESSAGE_LATER,
    (Stage.SENDER, False): Trouble.SENDING_SENDER,
    (Stage.RECIPIENT, True): Trouble.RECIPIENT_LATER,
    (Stage.RECIPIENT, False): Trouble.RECIPIENT_REFUSED,
    (Stage.CONTENT, True): Trouble.MESSAGE_LATER,
    (Stage.CONTENT, False): Trouble.MESSAGE_REFUSED,
}


def meaning(stage: Stage, answer: Answer) -> Trouble:
    """Of a refusal, for good or for now. The code before the words; either only where it can be meant at this stage."""
    detail = answer.enhanced.partition(".")[2]
    told = _DETAILS.get(detail) or next((trouble for trouble, words in _PATTERNS if words.search(answer.said)), None)
    if told is None or (told in _RECIPIENT and stage is not Stage.RECIPIENT):
        return _OTHERWISE[stage, answer.verdict is Verdict.LATER]
    return told


def in_words(stage: Stage, answer: Answer, host: str, address: str) -> Problem:
    """`address`: of the recipient, or of the sender."""
    return Problem(meaning(stage, answer), host=host, address=address, code=answer.shown, detail=answer.said)
