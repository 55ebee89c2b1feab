"""Heads: each account's folded state beside its events, snapshot and agenda at once (R-2.7, R-4.8)."""

from typing import Final

import msgspec

from ledger.account import Account
from ledger.log.errors import BadEvents

STATE_SCHEMA: Final = 3
"""Raised whenever `Account` changes its form: heads of another form are rebuilt from the log."""

_encoder: Final = msgspec.json.Encoder()
_decoder: Final = msgspec.json.Decoder(Account)


def encode(account: Account) -> bytes:
    """The account's state as stored in its head."""
    return _encoder.encode(account)


def decode(state: bytes) -> Account:
    """The account of a head. Raises BadEvents for a damaged one."""
    try:
        return _decoder.decode(state)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        again = "delete the rows of the table `heads`, the next command makes them again from the log"
        raise BadEvents(f"the head of an account is damaged ({error}); {again}") from None
