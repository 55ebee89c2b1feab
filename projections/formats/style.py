"""How the statement's page looks: light and dark, wide and narrow, and on A4."""

from typing import Final

STYLE: Final = """
:root{color-scheme:light dark;--ground:#f4f3ef;--paper:#fff;--ink:#1d2228;--soft:#5b6470;--rule:#dfe2e6;--fill:#f1f4f3;
--accent:#0a6b57;--minus:#a3291f;--warn:#7a4b00;--warn-fill:#fdf0d8;--pale:#7fb3a7;--used:#b4690e}
@media (prefers-color-scheme:dark){:root{--ground:#121518;--paper:#1b1f24;--ink:#e7eaee;--soft:#9aa4b0;--rule:#30363d;
--fill:#232a2f;--accent:#4fc3a1;--minus:#ff9a8d;--warn:#f2c879;--warn-fill:#3a2e17;--pale:#2d7563;--used:#d9964a}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.45 "PT Sans","Segoe UI",Roboto,"Helvetica Neue",
"Noto Sans","Liberation Sans",Arial,sans-serif;font-variant-numeric:tabular-nums lining-nums}
main{display:flex;flex-direction:column;max-width:1040px;margin:32px auto;padding:40px 48px 28px;
background:var(--paper);border:1px solid var(--rule);border-radius:10px}
h1,h2,p,dl,dd,ul,figure{margin:0;padding:0}
h1{font-size:30px;line-height:1.15;letter-spacing:-.01em}
h2{font-size:19px;line-height:1.3;margin-bottom:12px}
header{display:flex;flex-wrap:wrap;gap:8px 24px;justify-content:space-between;align-items:flex-start}
header p{margin-top:6px;color:var(--soft)}
header b{color:var(--ink);font-weight:600;white-space:nowrap}
.state{align-self:center;margin:0;padding:5px 13px;border-radius:99px;background:var(--fill);color:var(--accent);
font-size:14px}
.state.open{background:var(--warn-fill);color:var(--warn)}
.sums{display:grid;grid-template-columns:repeat(4,1fr);gap:1px;margin:28px 0 0;
background:var(--rule);border:1px solid var(--rule);border-radius:8px;overflow:hidden}
.sums div{padding:13px 18px;background:var(--paper);box-shadow:0 0 0 1px var(--rule)}
.sums dt{color:var(--soft);font-size:14px}
.sums dd{font-size:21px;font-weight:600;line-height:1.3;white-space:nowrap}
.sums small{display:block;color:var(--soft);font-size:13px;font-weight:400;white-space:normal}
section,figure{margin-top:34px}
.curve path{vector-effect:non-scaling-stroke}
figure svg{display:block;width:100%;height:auto;overflow:visible}
.curve-level{stroke:var(--rule)}
.curve-note{fill:var(--soft)}
.curve-zero{stroke:var(--soft)}
.curve-line,.curve-open{stroke:var(--accent)}
.curve-area,.curve-dot{fill:var(--accent)}
.curve-mark{fill:var(--ink);stroke:var(--paper);stroke-width:4;paint-order:stroke;stroke-linejoin:round}
.months-fees{fill:var(--accent);background:var(--accent)}
.months-options{fill:var(--pale);background:var(--pale)}
.months-usage{fill:var(--used);background:var(--used)}
.months-topped_up{fill:var(--rule);stroke:var(--soft);background:var(--rule);border:1px solid var(--soft)}
.months-other{stroke:var(--soft);border:1px dashed var(--soft)}
.legend{display:flex;flex-wrap:wrap;gap:2px 18px;margin-bottom:6px;color:var(--soft);font-size:14px}
.legend i{display:inline-block;width:12px;height:12px;margin-right:7px;border-radius:2px;vertical-align:-1px}
details{margin-top:10px;font-size:14px}
summary{color:var(--accent);cursor:pointer}
.bars ul{margin-top:6px;padding-left:18px;color:var(--soft)}
.left{display:grid;grid-template-columns:repeat(auto-fill,minmax(270px,1fr));gap:14px 28px;list-style:none}
.left li{display:grid;grid-template-columns:1fr auto;column-gap:12px;break-inside:avoid}
.left small{color:var(--soft);font-size:14px}
.left small+small,.left b+small{text-align:right}
.left b{font-weight:600;text-align:right;white-space:nowrap}
.bar{grid-column:1/-1;height:6px;margin:5px 0 4px;border-radius:3px;background:var(--rule);overflow:hidden}
.bar i{display:block;height:100%;background:var(--accent)}
.none{color:var(--soft)}
.kinds{order:1}
.money{order:2}
.calls{order:3}
footer{order:4}
.wide{overflow-x:auto}
table{border-collapse:collapse;border:0;text-align:left}
td,th{padding:0;vertical-align:top}
.ledger,.kind{width:100%;font-size:15px}
.ledger th,.kind th,.billed th{color:var(--soft);font-size:14px;font-weight:400}
.ledger td,.ledger th,.kind td,.kind th{padding:8px 14px 8px 0;border-bottom:1px solid var(--rule)}
.ledger td:nth-child(-n+2){white-space:nowrap;color:var(--soft)}
.ledger td:nth-child(3){overflow-wrap:anywhere;min-width:13em}
.ledger td:nth-child(n+4),.ledger th:nth-child(n+4),.kind td:nth-child(n+5),.kind th:nth-child(n+5){padding-right:0;
padding-left:14px;text-align:right;white-space:nowrap}
.kind td:nth-child(1){overflow-wrap:anywhere;min-width:11em}
.kind td:nth-child(2),.kind th:nth-child(2),.kind td:nth-child(3),.kind th:nth-child(3){text-align:right;
white-space:nowrap}
.kind td:nth-child(4){overflow-wrap:anywhere}
.kind small{display:block;font-size:14px}
.kinds .none{margin-top:10px;font-size:14px}
.billed{width:100%;margin-top:8px;font-size:13px}
.billed td,.billed th{padding:4px 14px 4px 0;border-bottom:1px solid var(--rule);white-space:nowrap}
.billed td:nth-child(-n+2){color:var(--soft)}
.billed td:nth-child(n+4),.billed th:nth-child(n+4){padding-right:0;padding-left:14px;text-align:right}
.ledger .edge td,.kind .edge td{font-weight:600;color:var(--ink)}
.ledger .edge:last-child td,.kind .edge td{border-bottom:0}
.minus{color:var(--minus)}
.plus{color:var(--accent)}
.operator{width:100%;font-size:14px}
.operator .usage{border:0}
.operator br{display:none}
.operator table{width:100%}
.operator-title{display:none}
.operator-range,.operator-number{color:var(--soft)}
.operator-number{padding-bottom:10px}
.operator-sim{display:none}
.usage{font-size:13px;line-height:1.35}
.usage th{padding:7px 8px;border:0 solid var(--soft);border-bottom-width:1px;color:var(--soft);font-size:12px;
font-weight:400;
text-align:left}
.usage td{padding:4px 8px;border:0 solid var(--rule);border-bottom-width:1px;white-space:nowrap}
.usage td:nth-child(5){white-space:normal;overflow-wrap:anywhere;min-width:15em}
.usage td:nth-child(6),.usage td:nth-child(7){white-space:normal;overflow-wrap:anywhere;min-width:5.5em}
.usage td:nth-child(n+10),.usage th:nth-child(n+10){text-align:right}
.usage td:nth-child(4){color:var(--soft)}
.usage th:nth-child(1),.usage td:nth-child(1),.usage th:nth-child(9),.usage td:nth-child(9),.usage th:nth-child(12),
.usage td:nth-child(12){padding-left:0;padding-right:0}
.usage .FirstInBlock td,.usage .InBlock td{border-bottom-color:transparent}
.usage .FirstTdInBlock{border-left:3px solid var(--accent)}
.usage tfoot td{padding-top:9px;border:0;font-size:14px}
.operator>tr>td,.operator>tbody>tr>td{padding-bottom:4px}
.operator-gap{display:none}
p.unrated{margin-top:14px;font-size:14px}
ul.unrated{margin-top:4px;padding-left:18px;color:var(--soft);font-size:13px}
.operator-name{padding-top:6px;color:var(--soft);font-size:12px}
footer{margin-top:30px;padding-top:14px;border-top:1px solid var(--rule);color:var(--soft);font-size:13px;
overflow-wrap:anywhere}
@media (max-width:820px){.sums{grid-template-columns:1fr 1fr}}
@media (max-width:640px){main{margin:0;padding:24px 18px;border:0;border-radius:0}h1{font-size:26px}
.sums{margin-top:20px}.sums div{padding:11px 13px}.sums dd{font-size:17px}
.curve text{font-size:22px}.usage{min-width:820px}section,figure{margin-top:28px}
.months .curve-mark{display:none}.billed{min-width:600px}
.ledger,.ledger tbody,.kind,.kind tbody{display:block}.ledger thead,.kind thead{display:none}
.ledger tr,.kind tr{display:grid;grid-template-columns:auto 1fr auto;padding:9px 0;border-bottom:1px solid var(--rule)}
.ledger tr:last-child,.kind tr:last-child{border:0}.ledger tr td,.kind tr td{padding:0 0 0 14px;border:0}
.ledger td:nth-child(-n+2){font-size:14px}.ledger td:nth-child(1){grid-area:1/1;padding-left:0}
.ledger td:nth-child(1):empty+td{padding-left:0}
.ledger td:nth-child(2){grid-area:1/2;padding-left:10px}
.ledger td:nth-child(3){grid-area:2/1/3/3;min-width:0;padding-left:0}
.ledger td:nth-child(4){grid-area:1/3}.ledger td:nth-child(5){grid-area:2/3}
.kind tr{grid-template-columns:1fr auto}.kind td:nth-child(1){grid-area:1/1;min-width:0;padding-left:0}
.kind td:nth-child(6){grid-area:1/2}.kind td:nth-child(2){display:none}
.kind td:nth-child(3){grid-area:2/1;padding-left:0;text-align:left;color:var(--soft);font-size:14px}
.kind td:nth-child(4){grid-area:3/1/4/3;padding-left:0;color:var(--soft)}
.kind td:nth-child(5){grid-area:4/1/5/3;padding-left:0;text-align:left;color:var(--soft);font-size:14px}
.kind td:nth-child(5):not(:empty)::before{content:attr(data-name) ": "}}
@page{size:A4;margin:14mm 13mm 16mm;
@bottom-right{content:counter(page) " / " counter(pages);font:8pt sans-serif;color:#666}}
@media print{:root{color-scheme:light;--ground:#fff;--paper:#fff;--ink:#000;--soft:#4a5058;--rule:#c9cdd2;
--fill:#eef1f0;--accent:#0a6b57;--minus:#8c1d14;--warn:#7a4b00;--warn-fill:#fdf0d8;--pale:#7fb3a7;--used:#b4690e}
body{font-size:10.5pt;print-color-adjust:exact;-webkit-print-color-adjust:exact}
main{max-width:none;margin:0;padding:0;border:0;border-radius:0}h1{font-size:20pt}h2{font-size:13pt;break-after:avoid}
section,figure{margin-top:16pt}figure,.sums,header{break-inside:avoid}
.usage tr,.ledger tr,.kind tr{break-inside:avoid}.wide{overflow:visible}
.sums{grid-template-columns:repeat(4,1fr);margin-top:14pt}.sums dd{font-size:12.5pt}.sums div{padding:8px 10px}
.sums dt,.sums small{font-size:8.5pt}.left{grid-template-columns:repeat(3,1fr)}.left li,.left small{font-size:9pt}
.ledger,.kind{font-size:9.5pt}.ledger th,.kind th,.kind small,.legend{font-size:8.5pt}
details:not([open]){display:none}.ledger td,.ledger th,.kind td,.kind th{padding-top:4px;padding-bottom:4px}
.usage tfoot{display:table-row-group}
.operator>tbody>tr:nth-child(-n+2){break-after:avoid}
.usage td:nth-child(5){min-width:11em}.usage td:nth-child(7){min-width:8em}
.usage{font-size:8pt}.usage th{font-size:7.5pt}.usage td{padding-top:2px;padding-bottom:2px}footer{font-size:8pt}}
"""
