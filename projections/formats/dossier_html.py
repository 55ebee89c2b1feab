"""The dossier of a claim as a page for the subscriber, in the design of the statement's."""

from collections.abc import Iterator
from typing import Final

from projections.dossier import Dossier
from projections.formats.dossier import Document, Part, document
from projections.formats.html import bound, opening, plain
from projections.formats.style import STYLE
from projections.words.contracts import contract_name
from projections.words.language import Language
from projections.words.phrasebook import Phrasebook

_STYLE: Final = """
.about{display:grid;grid-template-columns:auto 1fr;gap:4px 18px;margin-top:16px}
.about dt{color:var(--soft)}
.about dd,.facts td,.list td{overflow-wrap:anywhere}
.facts,.list{width:100%;font-size:15px}
.facts td,.list td,.list th{padding:6px 14px 6px 0;border-bottom:1px solid var(--rule)}
.facts td:first-child{width:34%;color:var(--soft)}
.list th{color:var(--soft);font-size:14px;font-weight:400}
.list .text{width:60%;min-width:14em}
.list .figure,.list .short{white-space:nowrap;overflow-wrap:normal}
.list .figure{text-align:right}
.list td:last-child,.list th:last-child{padding-right:0}
@media (max-width:640px){.about{grid-template-columns:1fr}.about dd{margin-bottom:6px}.facts td:first-child{width:44%}
.list .short{white-space:normal}.list .text{min-width:9em}}
@media print{.about,.facts,.list{font-size:9.5pt}.facts tr,.list tr{break-inside:avoid}
.facts td,.list td,.list th{padding-top:3px;padding-bottom:3px}}
"""


def render(made: Dossier, lang: Language = "ru", *, verify_with: str = "") -> str:
    """The whole page: one file without a script or anything to load, HTML that is XML too."""
    told = document(made, lang, verify_with=verify_with)
    contract = contract_name(Phrasebook(lang), made.dispute.contract)
    return "".join(
        (
            opening(plain(f"{told.title}, {contract}"), STYLE + _STYLE, lang),
            *_header(told),
            *(_part(part) for part in told.parts),
            f"<footer><p>{plain(told.foot)}</p></footer></main></body></html>\n",
        )
    )


def _header(told: Document) -> Iterator[str]:
    state = "state" if told.settled else "state open"
    yield f'<header><h1>{plain(told.title)}</h1><p class="{state}">{plain(told.state)}</p></header>\n<dl class="about">'
    yield from (f"<dt>{plain(name)}</dt><dd>{plain(value)}</dd>" for name, value in told.about)
    yield '</dl>\n<dl class="sums">'
    for name, value, note in told.sums:
        yield f"<div><dt>{plain(name)}</dt><dd>{plain(bound(value))}<small>{plain(note)}</small></dd></div>"
    yield "</dl>\n"


def _part(part: Part) -> str:
    if not part.rows:
        body = f'<p class="none">{plain(part.empty)}</p>'
    else:
        kinds = [_kind(part, column) for column in range(len(part.rows[0]))]
        head = "".join(f'<th class="{kind}">{plain(name)}</th>' for kind, name in zip(kinds, part.head, strict=False))
        rows = "".join(
            f"<tr>{''.join(_cell(kind, cell) for kind, cell in zip(kinds, row, strict=True))}</tr>" for row in part.rows
        )
        table = f'<table class="{"list" if part.head else "facts"}">'
        thead = f"<thead><tr>{head}</tr></thead>" if head else ""
        body = f'<div class="wide">{table}{thead}{rows}</table></div>'
    return f"<section><h2>{plain(part.title)}</h2>{body}</section>\n"


def _kind(part: Part, column: int) -> str:
    if column == part.wide:
        return "text"
    return "figure" if column in part.right else "short"


def _cell(kind: str, cell: str) -> str:
    return f'<td class="{kind}">{plain(bound(cell) if kind == "figure" else cell)}</td>'
