"""Heads: each account's folded state beside its events, snapshot and agenda at once (R-2.7, R-4.8)."""

from typing import Final

import msgspec

from ledger.account import Account

STATE_SCHEMA: Final = 3
"""Raised whenever `Account` changes its form: heads of another form are rebuilt from the log."""

_encoder: Final = msgspec.json.Encoder()
_decoder: Final = msgspec.json.Decoder(Account)


def encode(account: Account) -> bytes:
    """The account's state as stored in its head."""
    return _encoder.encode(account)


def decode(state: bytes) -> Account | None:
    """The account of a head; None for a damaged one, or one of another form: a field too few, too many, or unlike."""
    try:
        return _decoder.decode(state)
    except (msgspec.DecodeError, UnicodeDecodeError, TypeError):
        return None
