"""Columns of spreadsheets: how a text begins that one of them would take for a formula."""

from typing import Final

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""How a text begins that some spreadsheet takes for a formula; the wide ones where Japanese is typed."""
