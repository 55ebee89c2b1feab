"""Markup: where in a file a piece of XML or HTML stands."""

import re
from typing import cast

from lxml import etree


def line_of(element: etree._Element) -> int:
    """The line on which an element begins."""
    return cast(int | None, element.sourceline) or 0


def line_at(text: str, offset: int) -> int:
    """The line of a character, the first being 1."""
    return text.count("\n", 0, offset) + 1


def describe(error: etree.XMLSyntaxError) -> str:
    """What is wrong, without the parser's advice and its own count of lines."""
    return re.split(r",\s+(?:use|try|line)\s", error.msg or "nobody knows what")[0]
