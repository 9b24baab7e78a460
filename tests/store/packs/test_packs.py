"""Packs: what goes in comes out byte for byte, and whatever else lies there is told from it."""

import secrets
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from teczka.store.packs import reader
from teczka.store.packs.folder import FolderBlobs
from teczka.store.packs.format import (
    FRAME_BYTES,
    HEADER_BYTES,
    SMALL_BYTES,
    Codec,
    Entry,
    PackDamaged,
    key,
    parse_header,
)
from teczka.store.packs.spool import SpoolFile
from teczka.store.packs.writer import Pack, write_pack
from tests.store.packs.memory import MemoryBlobs

TEXT = b"Szanowny Panie Mecenasie, w odpowiedzi na pismo z dnia wczorajszego\r\n" * 40
LARGE = secrets.token_bytes(SMALL_BYTES + 1)


@pytest.fixture
def blobs(tmp_path: Path) -> FolderBlobs:
    return FolderBlobs(tmp_path / "packs")


@given(st.lists(st.binary(max_size=300) | st.just(TEXT) | st.just(LARGE), max_size=8))
def test_messages_come_back_byte_for_byte(messages: list[bytes]) -> None:
    blobs = MemoryBlobs(Path())
    pack = write_pack(blobs, messages)
    assert [reader.read(blobs, pack.id, entry) for entry in pack.entries] == messages
    assert list(reader.scan(blobs, pack.id)) == pack.entries
    assert pack.size == blobs.size(key(pack.id)) == sum(HEADER_BYTES + entry.length for entry in pack.entries)


def test_an_entry_tells_the_length_and_hash_of_the_raw_bytes(blobs: FolderBlobs) -> None:
    pack = write_pack(blobs, [bytearray(TEXT), memoryview(LARGE), b""])
    assert [entry.raw_length for entry in pack.entries] == [len(TEXT), len(LARGE), 0]
    assert [entry.sha256 for entry in pack.entries] == [sha256(raw).digest() for raw in (TEXT, LARGE, b"")]


def test_small_messages_are_compressed_where_it_helps_and_large_ones_never() -> None:
    random, large_text = secrets.token_bytes(1_000), TEXT * 100
    pack = write_pack(MemoryBlobs(Path()), [TEXT, random, large_text])
    assert [entry.codec for entry in pack.entries] == [Codec.ZSTD, Codec.RAW, Codec.RAW]
    assert pack.entries[0].length < len(TEXT) / 10
    assert pack.entries[1].length == len(random)


@pytest.mark.parametrize("raw", [TEXT, LARGE], ids=["compressed", "raw"])
def test_a_part_of_a_message_is_read_by_offset(blobs: FolderBlobs, raw: bytes) -> None:
    pack = write_pack(blobs, [b"before", raw, b"after"])
    for offset, length in ((0, 10), (len(raw) - 3, 100), (17, 0), (len(raw), 1), (len(raw) + 5, 1), (0, len(raw))):
        assert reader.read_range(blobs, pack.id, pack.entries[1], offset, length) == raw[offset : offset + length]


WORDS = b" ".join(b"%x" % (number * 2_654_435_761 % 2**40) for number in range(400))


def test_each_flipped_bit_anywhere_in_a_pack_is_found_and_named() -> None:
    """Of frames, whose decoder passes over one bit in 1,500, of raw messages and of all headers."""
    blobs = MemoryBlobs(Path())
    raws = [TEXT, b"short", b"", WORDS]
    pack = write_pack(blobs, raws)
    assert {entry.codec for entry in pack.entries} == set(Codec)
    whole = blobs.get(key(pack.id), 0, pack.size)
    for place in range(pack.size):
        number = next(number for number, entry in enumerate(pack.entries) if place < entry.end)
        entry = pack.entries[number]
        for bit in range(8) if place < pack.entries[3].payload + 100 else (place % 8,):
            broken = bytearray(whole)
            broken[place] ^= 1 << bit
            blobs.put(key(pack.id), [broken])
            with pytest.raises(PackDamaged) as by_row:
                reader.read(blobs, pack.id, entry)
            with pytest.raises(PackDamaged) as by_scan:
                list(reader.scan(blobs, pack.id))
            assert by_row.value.offset == by_scan.value.offset == entry.offset
            assert by_row.value.pack == by_scan.value.pack == pack.id
    blobs.put(key(pack.id), [whole])
    assert [reader.read(blobs, pack.id, entry) for entry in pack.entries] == raws


@given(st.data())
def test_each_changed_byte_of_a_large_message_is_found(drawn: st.DataObject) -> None:
    blobs = MemoryBlobs(Path())
    raw = bytes(range(256)) * 1_000
    pack = write_pack(blobs, [raw])
    broken = bytearray(blobs.get(key(pack.id), 0, pack.size))
    place = drawn.draw(st.integers(0, pack.size - 1))
    broken[place] ^= drawn.draw(st.integers(1, 255))
    blobs.put(key(pack.id), [broken])
    with pytest.raises(PackDamaged):
        reader.verify(blobs, pack.id, pack.entries[0])


def test_a_torn_tail_is_found_at_its_offset_and_what_lies_before_is_kept() -> None:
    blobs = MemoryBlobs(Path())
    pack = write_pack(blobs, [TEXT, b"second", b"third"])
    whole = blobs.get(key(pack.id), 0, pack.size)
    ends = [entry.end for entry in pack.entries]
    for length in range(pack.size):
        blobs.put(key(pack.id), [whole[:length]])
        complete = sum(end <= length for end in ends)
        found: list[Entry] = []
        if length in (0, *ends):
            found.extend(reader.scan(blobs, pack.id))
        else:
            with pytest.raises(PackDamaged) as torn:
                found.extend(reader.scan(blobs, pack.id))
            assert torn.value.offset == (0, *ends)[complete]
        assert found == pack.entries[:complete]


def test_another_message_than_the_database_means_is_never_given() -> None:
    blobs = MemoryBlobs(Path())
    pack = write_pack(blobs, [b"mine", b"else"])
    mine, other = pack.entries
    for wrong in (replace(mine, offset=other.offset), replace(mine, sha256=bytes(32)), replace(mine, offset=1)):
        with pytest.raises(PackDamaged):
            reader.read(blobs, pack.id, wrong)
        with pytest.raises(PackDamaged):
            reader.verify(blobs, pack.id, wrong)


def test_the_larger_frames_of_older_versions_are_read(blobs: FolderBlobs) -> None:
    raw = (TEXT * 100)[:200_000]  # 0.1.0
    frame = zstandard.ZstdCompressor().compress(raw)
    entry, pack = Entry(0, len(frame), Codec.ZSTD, len(raw), sha256(raw).digest()), uuid4()
    blobs.put(key(pack), [entry.header(frame), frame])
    assert reader.read(blobs, pack, entry) == raw
    assert list(reader.scan(blobs, pack)) == [entry]


def test_a_frame_that_claims_a_terabyte_is_refused_without_being_unpacked() -> None:
    frame = zstandard.ZstdCompressor(write_content_size=True).compressobj(size=10**12).compress(b"x" * 10_000_000)
    entry = Entry(0, len(frame), Codec.ZSTD, FRAME_BYTES, bytes(32))
    blobs, pack = MemoryBlobs(Path()), uuid4()
    blobs.put(key(pack), [entry.header(frame), frame])
    with pytest.raises(PackDamaged):
        reader.read(blobs, pack, entry)


@given(st.binary(max_size=80))
def test_no_bytes_are_taken_for_a_header_by_chance(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"cut short|no header"):
        parse_header(data, 0)


def test_a_header_survives_its_own_form() -> None:
    entry = Entry(7, 10, Codec.ZSTD, 20, sha256(b"x").digest())
    assert len(entry.header()) == HEADER_BYTES == 60
    assert parse_header(entry.header(), 7) == entry


def _spooled(blobs: FolderBlobs | MemoryBlobs, raw: bytes) -> Pack:
    spool = SpoolFile(blobs)
    for offset in range(0, len(raw), 1_000_000):
        spool.write(memoryview(raw)[offset : offset + 1_000_000])
    assert spool.size == len(raw)
    return spool.finish()


@pytest.mark.parametrize("kind", ["folder", "elsewhere"])
def test_a_large_message_is_spooled_mapped_and_verified(tmp_path: Path, kind: str) -> None:
    blobs = FolderBlobs(tmp_path / "packs") if kind == "folder" else MemoryBlobs(tmp_path)
    raw = secrets.token_bytes(reader.HELD_BYTES + 12_345)
    pack = _spooled(blobs, raw)
    (entry,) = pack.entries
    assert list(reader.scan(blobs, pack.id)) == [entry]
    assert entry.sha256 == sha256(raw).digest()
    assert reader.read_range(blobs, pack.id, entry, reader.HELD_BYTES, 50_000) == raw[reader.HELD_BYTES :]
    with reader.mapped(blobs, pack.id, entry) as view:
        assert view == raw
    assert not list(blobs.incoming.glob("*.tmp"))


def test_a_small_message_is_mapped_too(blobs: FolderBlobs) -> None:
    pack = write_pack(blobs, [b"before", TEXT])
    with reader.mapped(blobs, pack.id, pack.entries[1]) as view:
        assert view == TEXT


def test_damage_in_a_large_message_is_found_without_holding_it(blobs: FolderBlobs) -> None:
    pack = _spooled(blobs, bytes(reader.HELD_BYTES + 1))
    reader.verify(blobs, pack.id, pack.entries[0])
    path = blobs.local(key(pack.id))
    assert path is not None
    with path.open("r+b") as file:
        file.seek(reader.HELD_BYTES - 5)
        file.write(b"!")
    with pytest.raises(PackDamaged):
        reader.verify(blobs, pack.id, pack.entries[0])
    with path.open("r+b") as file:
        file.truncate(reader.HELD_BYTES)
    with pytest.raises(PackDamaged), reader.mapped(blobs, pack.id, pack.entries[0]):
        pass


def test_a_discarded_spool_leaves_nothing(blobs: FolderBlobs) -> None:
    spool = SpoolFile(blobs)
    spool.write(b"part")
    spool.discard()
    spool.discard()
    assert not list(blobs.incoming.iterdir())
    assert not list(blobs.list())


def test_a_spool_that_was_never_finished_is_no_message(blobs: FolderBlobs) -> None:
    spool = SpoolFile(blobs)
    spool.write(TEXT)
    (left,) = blobs.incoming.iterdir()
    pack = uuid4()
    blobs.put_file(key(pack), left)
    with pytest.raises(PackDamaged):
        list(reader.scan(blobs, pack))
    spool.discard()
