# SPDX-License-Identifier: MIT
"""PNGs of each kind, written and read with zlib alone: no program of ours is between."""
import struct
import zlib

GREY, RGB, PALETTE, GREY_ALPHA, RGBA = 0, 2, 3, 4, 6
CHANNELS = {GREY: 1, RGB: 3, PALETTE: 1, GREY_ALPHA: 2, RGBA: 4}
ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
         (0, 1, 1, 2))
SIGNATURE = b"\x89PNG\r\n\x1a\n"


def chunk(kind, data):
    return (struct.pack(">I", len(data)) + kind + data +
            struct.pack(">I", zlib.crc32(kind + data)))


def encode(width, height, pixel, kind=RGB, interlaced=False, palette=None):
    """pixel(x, y): the channels of that pixel; of a palette, the number of its colour."""
    passes = ADAM7 if interlaced else ((0, 0, 1, 1),)
    rows = b"".join(b"\0" + row for left, top, right, down in passes
                    for row in (b"".join(bytes(pixel(x, y)) for x in range(left, width, right))
                                for y in range(top, height, down)) if row)
    header = struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, interlaced)
    colours = chunk(b"PLTE", bytes(sum(palette, ()))) if palette else b""
    return (SIGNATURE + chunk(b"IHDR", header) + colours + chunk(b"IDAT", zlib.compress(rows)) +
            chunk(b"IEND", b""))


def paeth(a, b, c):
    p = a + b - c
    return min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]


def unfilter(data, width, height, channels):
    stride, rows, before = width * channels, [], bytes(width * channels)
    for y in range(height):
        how, row = data[y * (stride + 1)], bytearray(data[y * (stride + 1) + 1:][:stride])
        for i in range(stride):
            a = row[i - channels] if i >= channels else 0
            c = before[i - channels] if i >= channels else 0
            guess = (0, a, before[i], (a + before[i]) // 2, paeth(a, before[i], c))[how]
            row[i] = (row[i] + guess) & 255
        rows.append(bytes(row))
        before = row
    return rows


def decode(data):
    """(width, height, kind, [pixel]) of a PNG of 8 bits, not interlaced, without a palette."""
    assert data[:8] == SIGNATURE, data[:8]
    at, idat, header = 8, b"", None
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at:at + 8])
        body = data[at + 8:at + 8 + size]
        assert struct.unpack(">I", data[at + 8 + size:at + 12 + size])[0] == zlib.crc32(kind + body)
        if kind == b"IHDR":
            header = struct.unpack(">IIBBBBB", body)
        elif kind == b"IDAT":
            idat += body
        at += 12 + size
    width, height, bits, kind, _, _, interlaced = header
    assert (bits, interlaced) == (8, 0) and kind in (RGB, RGBA), header
    n = CHANNELS[kind]
    rows = unfilter(zlib.decompress(idat), width, height, n)
    return width, height, kind, [tuple(row[i:i + n]) for row in rows for i in range(0, len(row), n)]
