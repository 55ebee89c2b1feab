#!/usr/bin/env bash
# rich 15.0.0 breaks a line at U+00A0, the no-break space that French, Russian and ISO 31-0 typography put into amounts
# ("1 000,50") so that nobody breaks them there. A cell or a printed line that is too narrow shows half a sum at the end
# of one line and the other half at the beginning of the next; Python's own textwrap keeps it whole.
# Seen: 12 columns wide, "pays 1\u00a0000,50\u00a0RUB now" comes out as "pays 1" / "000,50 RUB" / "now".
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check rich==15.0.0
"$folder/env/bin/python" - <<'PY'
import io
import textwrap

from rich.console import Console

text = "pays 1\u00a0000,50\u00a0RUB now"
out = io.StringIO()
Console(file=out, width=12).print(text)
printed = [line.strip() for line in out.getvalue().splitlines()]
print("rich:", printed)
print("textwrap:", textwrap.wrap(text, 12))
assert printed == ["pays 1", "000,50\u00a0RUB", "now"], printed
assert textwrap.wrap(text, 12) == ["pays", "1\u00a0000,50\u00a0RUB", "now"]
PY
