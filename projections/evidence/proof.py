"""A proof: one small file that shows, without any ledger, that an event was booked exactly so before a checkpoint."""

from collections.abc import Sequence
from typing import Final, Literal

import msgspec
from msgspec.structs import replace

from ledger.contracts import Contract, is_number
from ledger.events import AccountOpened, Event
from ledger.hints import HintedError
from ledger.log import codec
from ledger.log.store import Reading, Stored
from projections.evidence import checkpoint, note, tree
from projections.evidence.checkpoint import Checkpoint
from projections.evidence.follow import caught_up
from projections.evidence.keys import Keys
from projections.evidence.leaf import event_hash
from projections.evidence.note import BadNote, PublicKey
from projections.evidence.tiles import BadTiles, Tiles

FORM: Final = "obnovi-proof/1"
BYTES_MAX: Final = 4_000
SEALED: Final = "запечатано"
"""What stands where personal data stands in an event whose key a proof does not give away."""
_encoder: Final = msgspec.json.Encoder()


class BadProof(HintedError):
    """A file that proves nothing, or an event that cannot be proved; one line that says why."""


class NothingToDisclose(Exception):
    """The personal data of an event are gone, or its key is not at hand; says which."""


class Proof(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What the file holds: hashes in Base 64, notes as signed, the event's bytes as stored.

    `account` is the id of the event's contract; in a ledger of an older build that is the number. `inclusion` leads
    from the event to `checkpoint`; `consistency` shows that it continues `first`, the checkpoint that was the first to
    cover the event. Without `first` they are the same. `opens` is the key of this one event, where it is given away.
    """

    form: str
    account: str
    version: int
    topic: str
    stored: str
    index: int
    inclusion: list[str]
    key: str
    checkpoint: str
    first: str = ""
    consistency: list[str] = []
    opens: str = ""

    def encoded(self) -> bytes:
        """The file."""
        return _encoder.encode(self) + b"\n"


class Proved(msgspec.Struct, frozen=True):
    """What a proof shows: the event, where it stands, and the checkpoint and key that say so.

    `personal` says whether its personal data stand in the `clear`, are `sealed`, or `disclosed` by the file. The number
    of the `contract` is SEALED unless it is the id, or the event opens the contract and is disclosed.
    """

    contract: Contract
    event: Event
    personal: Literal["clear", "sealed", "disclosed"]
    index: int
    checkpoint: Checkpoint
    key: PublicKey


def make_proof(row: Stored, tiles: Tiles, keys: Keys, *, name: str | None = None, opens: bytes = b"") -> bytes:
    """The file that proves an event which the newest checkpoint covers; `opens` is the event's key, to give it away.

    `name` is what people call the contract.

    If it would be too long, it leads to the checkpoint that first covered the event and needs no consistency then.
    Raises BadProof, BadTiles for tiles that lead elsewhere, and BadNote for checkpoints that were tampered with.
    """
    where = f"account {row.account if name is None else name}, version {row.version}"
    first, newest = keys.first_covering(row.position), keys.newest()
    if first is None or newest is None:
        raise BadProof(f"no checkpoint covers {where} yet", "run_checkpoint")
    try:
        short = Proof(
            form=FORM,
            account=row.account,
            version=row.version,
            topic=row.topic,
            stored=row.state.decode(),
            index=row.position - 1,
            inclusion=_hex_list(tree.inclusion_path(row.position - 1, first.size, tiles.subtree)),
            key=keys.public.text(),
            checkpoint=first.note,
            opens=note.base64(opens),
        )
        whole = short
        if first.size != newest.size:
            whole = replace(
                short,
                inclusion=_hex_list(tree.inclusion_path(row.position - 1, newest.size, tiles.subtree)),
                checkpoint=newest.note,
                first=first.note,
                consistency=_hex_list(tree.consistency_path(first.size, newest.size, tiles.subtree)),
            )
        for each in (whole, short):
            content = each.encoded()
            if len(content) <= BYTES_MAX:
                checked(content, keys.public)
                return content
    except (AttributeError, BadProof, UnicodeDecodeError):
        if not _hold(tiles, row, newest):
            raise BadTiles("the tiles do not lead to the checkpoint") from None
        raise BadProof(f"{where} cannot be proved: it was changed", "see_verify") from None
    raise BadProof(f"the text of {where} is too long for a proof of 4 kB")


def make_proofs_beside(log: Reading, rows: Sequence[Stored], keys: Keys, *, disclose: bool = False) -> list[bytes]:
    """The same of several events with the tiles beside a ledger, made anew from the log where they prove nothing.

    `disclose` gives the keys of these events away. Raises NotTheLog besides, and NothingToDisclose.
    """
    newest = keys.newest()
    names = log.contracts.named_all([row.account for row in rows])
    wanted = [(row, str(names[row.account]), _key_of(log, row) if disclose else b"") for row in rows]
    for anew in (False, True):
        try:
            with caught_up(log, newest, anew=anew) as tiles:
                return [make_proof(row, tiles, keys, name=name, opens=opens) for row, name, opens in wanted]
        except BadTiles:
            if anew:
                raise
    raise AssertionError("tiles made anew lead somewhere, or say why not")


def _key_of(log: Reading, row: Stored) -> bytes:
    """The key of one event; none where nothing of it is sealed. Raises NothingToDisclose."""
    if row.topic not in codec.SEALED_TOPICS:
        return b""
    opener = log.keyring.opener(row.account)
    if isinstance(opener, str):
        raise NothingToDisclose(opener)
    return opener.of_event(row.version, row.topic)


def _hold(tiles: Tiles, row: Stored, newest: Checkpoint) -> bool:
    """Whether the tiles themselves lead from their leaf of an event to a checkpoint."""
    index = row.position - 1
    path = tree.inclusion_path(index, newest.size, tiles.subtree)
    return tree.includes(tiles.leaf(index), index, newest.size, path, newest.root)


def checked(content: bytes, key: PublicKey | bytes | None = None) -> Proved:
    """What a file proves; with a key, only if that one signed it. Raises BadProof.

    A key is given whole or as its 32 bytes; without one, the key in the file is trusted.
    """
    if len(content) > BYTES_MAX:
        raise BadProof(f"a proof has at most {BYTES_MAX} bytes")
    try:
        proof = msgspec.json.decode(content, type=Proof)
        if proof.form != FORM or proof.encoded() != content:
            raise BadProof("not in the form of a proof; a copy must be the same to the byte")
        signer = note.public_key(proof.key)
        if not _is_known(signer, key):
            raise BadProof(f"signed by another key, {signer.text()}")
        newest = checkpoint.opened(proof.checkpoint, signer, alone=True)
        inclusion, consistency = _hashes(proof.inclusion), _hashes(proof.consistency)
        first = checkpoint.opened(proof.first, signer, alone=True) if proof.first else None
    except (msgspec.DecodeError, UnicodeDecodeError, BadNote, ValueError, RecursionError) as error:
        raise BadProof(str(error).splitlines()[0]) from None
    leaf = event_hash(proof.account, proof.version, proof.topic, proof.stored.encode(errors="surrogatepass"))
    if not tree.includes(leaf, proof.index, newest.size, inclusion, newest.root):
        raise BadProof("the event is not under the checkpoint as it is told here")
    if first is not None:
        covers = proof.index < first.size < newest.size
        if not covers or not tree.is_consistent(first.size, newest.size, first.root, newest.root, consistency):
            raise BadProof("the newer checkpoint does not continue the first one")
    elif consistency:
        raise BadProof("hashes that prove nothing")
    event = _event(proof)
    sealed = proof.topic in codec.SEALED_TOPICS
    personal: Literal["clear", "sealed", "disclosed"] = "disclosed" if proof.opens else "sealed" if sealed else "clear"
    return Proved(_contract(proof, event), event, personal, proof.index, newest, signer)


def _is_known(signer: PublicKey, key: PublicKey | bytes | None) -> bool:
    """Whether a key is the signer's, or there is none to compare with; a ledger's stands for those of its shards."""
    return key is None or (key == signer.raw if isinstance(key, bytes) else key.stands_for(signer))


def _event(proof: Proof) -> Event:
    """The event of a proof, whole where its key is there. Raises BadProof."""
    stored = proof.stored.encode()
    if not proof.opens:
        try:
            return codec.opened(proof.topic, stored, SEALED)
        except codec.Undecodable as error:
            raise BadProof(f"a type of event that this program does not know ({error})") from None
    if proof.topic not in codec.SEALED_TOPICS:
        raise BadProof("a key that opens nothing")
    try:
        return codec.opened(proof.topic, stored, note.unbase64(proof.opens))
    except (codec.Undecodable, ValueError):
        raise BadProof("the key of the event does not open it") from None


def _contract(proof: Proof, event: Event) -> Contract:
    if is_number(proof.account):
        return Contract(proof.account, 1, proof.account)
    if isinstance(event, AccountOpened) and proof.opens and event.personal.number is not None:
        return Contract(event.personal.number, event.holder, proof.account)
    return Contract(SEALED, 0, proof.account)


def _hex_list(hashes: list[bytes]) -> list[str]:
    return [note.base64(each) for each in hashes]


def _hashes(told: list[str]) -> list[bytes]:
    hashes = [note.unbase64(each) for each in told]
    if any(len(each) != tree.HASH_BYTES for each in hashes):
        raise BadProof("hashes of an odd length")
    return hashes
