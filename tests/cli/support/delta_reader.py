"""A reader of delta files, written from docs/formats/delta.md alone."""
import hashlib
import struct
import subprocess

MAGIC = b"mstrdlt1"
TRAILER = struct.Struct("<IQQ32s32s32sQIII32s8s")


def decompress(frame):
    return subprocess.run(["zstd", "-dcq"], input=frame, stdout=subprocess.PIPE, check=True).stdout


class Varints:
    def __init__(self, data):
        self.data, self.at = data, 0

    def number(self):
        value = shift = 0
        while True:
            byte = self.data[self.at]
            self.at += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7

    def bytes(self, count):
        taken = self.data[self.at:self.at + count]
        assert len(taken) == count, "cut off"
        self.at += count
        return taken

    def done(self):
        return self.at == len(self.data)


def leaf(page):
    return hashlib.sha256(b"\0" + page).digest()


def merkle_root(leaves):
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return hashlib.sha256(b"\1" + merkle_root(leaves[:half]) + merkle_root(leaves[half:])).digest()


def make_frame(pages, instructions, literals, page_size, former):
    place = lambda at: (pages[at // page_size] - 1) * page_size + at % page_size
    content, shift, text = bytearray(), 0, Varints(literals)
    reader = Varints(instructions)
    while not reader.done():
        count, length, turn = reader.number(), reader.number(), reader.number()
        content += text.bytes(count)
        shift += turn // 2 if turn % 2 == 0 else -(turn + 1) // 2
        begin = place(len(content)) + shift
        assert length > 0 and begin >= 0 and begin + length <= len(former), "reaches past the former state"
        content += former[begin:begin + length]
    content += text.bytes(len(pages) * page_size - len(content))
    assert text.done(), "literals are left over"
    return bytes(content)


def read_delta(delta, former):
    """The latter state, checked by every digest that the file has."""
    assert delta[:8] == MAGIC and delta[-8:] == MAGIC, "no delta file of version 1"
    (page_size, pages, former_pages, former_sha256, latter_sha256, root, index_at, index_bytes, index_length, frame_count, check,
     _) = TRAILER.unpack(delta[-TRAILER.size:])
    assert index_at + index_bytes + TRAILER.size == len(delta)
    stored = delta[index_at:index_at + index_bytes]
    assert hashlib.sha256(stored + delta[-TRAILER.size:-40]).digest() == check, "the index or the trailer was changed"
    former = former[:former_pages * page_size]
    assert hashlib.sha256(former).digest() == former_sha256, "told by another former state"
    index = decompress(stored)
    assert len(index) == index_length

    latter = bytearray(former[:pages * page_size].ljust(pages * page_size, b"\0"))
    reader, at, page, made = Varints(index), len(MAGIC), 0, set()
    for _ in range(frame_count):
        length, instructions, literals, count = (reader.number() for _ in range(4))
        numbers = []
        for _ in range(count):
            page += reader.number()
            numbers.append(page)
        marks = [reader.bytes(8) for _ in numbers]
        text = decompress(delta[at:at + length])
        at += length
        assert len(text) == instructions + literals
        content = make_frame(numbers, text[:instructions], text[instructions:], page_size, former)
        for place, (number, mark) in enumerate(zip(numbers, marks)):
            one = content[place * page_size:(place + 1) * page_size]
            assert leaf(one)[:8] == mark, f"page {number} is damaged"
            latter[(number - 1) * page_size:number * page_size] = one
        made.update(numbers)
    assert reader.done() and at == index_at
    assert all(number in made for number in range(former_pages + 1, pages + 1))
    assert hashlib.sha256(latter).digest() == latter_sha256, "the latter state has another digest"
    assert merkle_root([leaf(latter[n * page_size:(n + 1) * page_size]) for n in range(pages)]) == root, "another root"
    return bytes(latter)
