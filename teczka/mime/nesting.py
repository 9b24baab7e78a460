"""Is this HTML safe to parse? HTML5 tree building takes quadratic time on deep nesting and multiplies unclosed formatting.

Parsers give no limit of their own (20,000 open <div> cost a second, 50,000 five), so a linear look comes first. It errs on the side of
"too deep": an end tag counts only where it closes the innermost element, so whatever a browser's tree does, it is not deeper than ours.
"""

import re
from typing import Final

_HARMLESS_LENGTH: Final = 16_384
_HARMLESS_TAGS: Final = 800
_DEEPEST: Final = 400  # browsers cut at 512
_ATTRIBUTES: Final = 400
_COPIES: Final = 400_000  # open formatting elements × tags: what a tree could grow to
_HEAVY: Final = 200  # characters of a formatting tag that count as one more: each copy has all its attributes

# The tokenizer of HTML §13.2.5, for tags and comments only. An attribute value may hold anything between its quotes.
_TOKEN: Final = re.compile(
    r"<!--(?:>|->|.*?(?:--!?>|\Z))"
    r"|<(?P<end>/?)(?P<name>[a-zA-Z][^\s/>]*+)"
    r"(?P<rest>(?:[\s/]++|[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s>\"'][^\s>]*+)?)?+)*+)>?",
    re.DOTALL,
)
_SPACE: Final = re.compile(r"[\s/]+")
_VOID: Final = frozenset("area base br col embed hr img input link meta param source track wbr".split())
_CLOSED_BY_THEMSELVES: Final = frozenset("p li dt dd tr td th tbody thead tfoot colgroup option html head body".split())
_FORMATTING: Final = frozenset("a b big code em font i nobr s small strike strong tt u".split())


def too_deep(html: str, before: int = 0) -> bool:
    """True where parsing could take more than a small multiple of linear time. Milliseconds for a large newsletter.

    `before`: tags in the pages of the same message that were parsed already. Together they may grow as one page may.
    """
    tags = before + html.count("<")
    if len(html) < _HARMLESS_LENGTH and tags < _HARMLESS_TAGS:
        return False
    if "<![CDATA[" in html:  # hides tags in some contexts and not in others
        return True
    stack: list[tuple[str, int]] = []
    formatting = 0
    for token in _TOKEN.finditer(html):
        name = token["name"]
        if name is None:
            continue
        name = name.lower()
        if token["end"]:
            if stack and stack[-1][0] == name:
                formatting -= stack.pop()[1]
            continue
        rest = token["rest"]
        if len(rest) > _ATTRIBUTES and len(_SPACE.findall(rest)) > _ATTRIBUTES and _attributes(rest) > _ATTRIBUTES:
            return True
        if name not in _VOID and name not in _CLOSED_BY_THEMSELVES:
            weight = 1 + len(rest) // _HEAVY if name in _FORMATTING else 0
            stack.append((name, weight))
            formatting += weight
            if len(stack) > _DEEPEST or formatting * tags > _COPIES:
                return True
    return False


def _attributes(rest: str) -> int:
    return len(_SPACE.findall(re.sub(r"\"[^\"]*+\"|'[^']*+'", "", rest)))
