#!/usr/bin/env bash
# pyarrow 26.0.1: an array of int64 made of Python numbers with a fraction, floats or Decimals, cuts the fraction off
# without a word: 12.95 becomes 12. The same values cast from an array of double, or of decimal, are refused ("was truncated").
# So a list of sums of money in which one is a float or a Decimal loses its kopecks on the way into a column of integers.
# Seen: [12, 0, -7] made of [12.95, Decimal("0.5"), -7.9]; ArrowInvalid from both casts.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check pyarrow==26.0.1
"$folder/env/bin/python" - <<'PY'
from decimal import Decimal

import pyarrow as pa

made = pa.array([12.95, Decimal("0.5"), -7.9], pa.int64())
print("made of Python numbers:", made.to_pylist())
assert made.to_pylist() == [12, 0, -7]
for typed in (pa.array([12.95], pa.float64()), pa.array([Decimal("12.95")])):
    try:
        typed.cast(pa.int64())
    except pa.ArrowInvalid as error:
        print(f"cast of {typed.type}:", error)
    else:
        raise SystemExit(f"a cast of {typed.type} went through")
PY
