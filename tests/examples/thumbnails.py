# SPDX-License-Identifier: MIT
"""The program that makes thumbnails, among PNGs of each kind."""
import os
import tempfile

import png
from run import run, same, wrong_unless

SIZES = (32, 64, 128)
SHARP = [(200, 30, 90), (10, 220, 60), (30, 40, 250), (255, 255, 255)]


def stripes(x, y):
    return SHARP[(x // 3 + y // 5) % 4]


def grey_of(pixel):
    return (sum(pixel) // 3,)


# Each with its size, its kind, and what of 0 to 255 each of its channels is on the average.
IMAGES = {
    "wide": (300, 200, png.RGB, False, stripes),
    "high": (200, 300, png.RGB, True, stripes),
    "small": (10, 10, png.RGB, False, stripes),
    "line": (1, 500, png.RGB, False, stripes),
    "grey": (150, 149, png.GREY, False, lambda x, y: grey_of(stripes(x, y))),
    "grey.interlaced": (65, 33, png.GREY, True, lambda x, y: grey_of(stripes(x, y))),
    "clear": (256, 64, png.RGBA, False,
              lambda x, y: (250, 20, 120, 255) if x % 2 else (0, 255, 0, 0)),
    "mixed": (100, 90, png.GREY_ALPHA, True, lambda x, y: (100, 51)),
    "palette": (222, 111, png.PALETTE, False, lambda x, y: ((x // 3 + y // 5) % 4,)),
    "palette interlaced": (111, 222, png.PALETTE, True, lambda x, y: ((x // 3 + y // 5) % 4,)),
}


def fitted(width, height, bound):
    """As Pillow's thumbnail: the other side is whichever gives the ratio more nearly."""
    if max(width, height) <= bound:
        return width, height
    ratio = width / height
    if width >= height:
        exact = int(bound * height / width)
        return bound, max(min((exact, exact + 1),
                              key=lambda n: abs(ratio - bound / n) if n else 0), 1)
    exact = int(bound * width / height)
    return max(min((exact, exact + 1), key=lambda n: abs(ratio - n / bound)), 1), bound


def means(kind, pixels):
    """Of the colours, counting as much as they are seen; and how much that is."""
    seen = [p[-1] if kind in (png.RGBA, png.GREY_ALPHA) else 255 for p in pixels]
    colours = [p[:3] if len(p) > 2 else p[:1] * 3 for p in pixels]
    return [sum(c[i] * a for c, a in zip(colours, seen)) / max(sum(seen), 1) for i in range(3)
            ] + [sum(seen) / len(seen)]


def write(path, data):
    with open(path, "wb") as f:
        f.write(data)


def draw(folder):
    """Returns {name: (width, height, whether it is seen through, its means)}."""
    os.mkdir(os.path.join(folder, "images"))
    drawn = {}
    for name, (width, height, kind, interlaced, pixel) in IMAGES.items():
        palette = SHARP if kind == png.PALETTE else None
        write(os.path.join(folder, "images", name + ".png"),
              png.encode(width, height, pixel, kind, interlaced, palette))
        pixels = [pixel(x, y) for y in range(height) for x in range(width)]
        if palette:
            pixels = [palette[p[0]] for p in pixels]
        drawn[name] = (width, height, kind in (png.RGBA, png.GREY_ALPHA), means(kind, pixels))
    return drawn


def look(folder, drawn, dot):
    made = os.path.join(folder, "thumbnails")
    same(sorted(os.listdir(made)),
         sorted(f"{name}_{n}_{n}{dot}png" for name in drawn for n in SIZES))
    for name, (width, height, clear, expected) in drawn.items():
        for n in SIZES:
            with open(os.path.join(made, f"{name}_{n}_{n}{dot}png"), "rb") as f:
                w, h, kind, pixels = png.decode(f.read())
            same((name, n, w, h), (name, n, *fitted(width, height, n)))
            same(kind, png.RGBA if clear else png.RGB)
            for got, want in zip(means(kind, pixels), expected):
                wrong_unless(abs(got - want) < 4, name, n, means(kind, pixels), expected)
            if name == "wide" and n == 32:  # each pixel stands for nine stripes, so it has no own
                wrong_unless(all(abs(a - b) < 90 for p in pixels for a, b in zip(p, expected)),
                             "not smooth", pixels)


def p79_thumbnails(program):
    with tempfile.TemporaryDirectory() as folder:
        same((run(program, cwd=folder).text, os.listdir(folder)), ("", ["thumbnails"]))
    for args, dot in (((), ".."), (("processes",), ".."), (("threads:2", "clean"), ".")):
        with tempfile.TemporaryDirectory() as folder:
            drawn = draw(folder)
            for _ in range(2):  # what is there already is made again
                same(run(program, *args, cwd=folder).text, "")
                look(folder, drawn, dot)
    bad_ones(program)


def bad_ones(program):
    """They are named; the others are made all the same."""
    with tempfile.TemporaryDirectory() as folder:
        drawn = draw(folder)
        whole = png.encode(40, 40, stripes)
        bad = {"cut": whole[:60], "empty": b"", "text": b"no picture",
               "turned": whole.replace(b"IDAT", b"IDAT\xff", 1)}
        for name, data in bad.items():
            write(os.path.join(folder, "images", name + ".png"), data)
        done = run(program, cwd=folder, rc=1)
        # libgd's own word about each interlaced one is libpng's, and does no harm.
        same(sorted(line for line in done.err.splitlines() if "libpng warning" not in line),
             sorted(f"images/{name}.png: not a PNG, or a damaged one" for name in bad
                    for _ in SIZES))
        look(folder, drawn, "..")
        os.rename(os.path.join(folder, "thumbnails"), os.path.join(folder, "away"))
        write(os.path.join(folder, "thumbnails"), b"")
        done = run(program, cwd=folder, rc=1)
        wrong_unless(f"thumbnails/{'wide'}_64_64..png: Not a directory" in done.err, done.err)
