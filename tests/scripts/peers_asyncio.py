# SPDX-License-Identifier: MIT
# rows: F42 F106
# ctest: LABELS no-valgrind
"""Streams and packets with CPython's asyncio at the other end, as server and as client: all bytes,
half-closed connections, resets, slow readers on either side, pieces however they are cut."""
import asyncio
import os
import random
import socket
import struct
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import peers  # noqa: E402  (the path comes first)
import ports  # noqa: E402

MUCH = bytes(range(256)) * 8192  # 2 MiB
SOURCE_BYTES = 64 << 20
PATTERN = bytes(i % 251 for i in range(4096))


async def connect(server):
    if server.address.startswith("unix:@"):
        return await asyncio.open_unix_connection("\0" + server.address[6:])
    if server.address.startswith("unix:"):
        return await asyncio.open_unix_connection(server.address[5:])
    host, _, port = server.address.rpartition(":")
    return await asyncio.open_connection(host.strip("[]"), int(port))


async def said(server):
    return await asyncio.get_running_loop().run_in_executor(None, server.line)


async def close(writer):
    writer.close()
    await writer.wait_closed()


def reset(writer):
    """To close with a linger of no time cuts the connection."""
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                               struct.pack("ii", 1, 0))
    writer.transport.abort()


# -- ours serves -----------------------------------------------------------------------------------

async def asks(program, folder):
    for address in ("127.0.0.1:0", "[::1]:0", f"unix:{folder}/ours",
                    f"unix:@tutti-peers-asyncio-{os.getpid()}"):
        for what in ("echo", "after"):
            with peers.Server(program, what, address) as server:
                for data in (b"", b"x", MUCH):
                    reader, writer = await connect(server)
                    reading = asyncio.ensure_future(reader.read(-1))
                    writer.write(data)
                    await writer.drain()
                    writer.write_eof()
                    peers.equal(await reading, data, f"{what} at {address}")
                    await close(writer)
                    peers.equal(await said(server), "served well", what)


async def asks_by_lines(program, _):
    """However it is cut: at each place, byte by byte, at random."""
    message = b"one\n\nthree and four\n" + b"5" * 5000 + b"\n"
    answer = b"".join(b"%d %s" % (len(line), line) for line in message.splitlines(True))
    cuts = [[i] for i in range(0, 24)] + [list(range(1, 40)), list(range(1, len(message), 7))]
    draw = random.Random(1)
    cuts += [sorted(draw.sample(range(1, len(message)), 5)) for _ in range(20)]
    with peers.Server(program, "lines", "127.0.0.1:0") as server:
        for cut in cuts:
            reader, writer = await connect(server)
            for begin, end in zip([0] + cut, cut + [len(message)]):
                writer.write(message[begin:end])
                await writer.drain()
                await asyncio.sleep(0)
            writer.write_eof()
            peers.equal(await reader.read(-1), answer, f"cut at {cut}")
            await close(writer)
            peers.equal(await said(server), "served well", "lines")


async def resets(program, _):
    with peers.Server(program, "echo", "127.0.0.1:0") as server:
        reader, writer = await connect(server)
        writer.write(b"x")
        peers.equal(await reader.readexactly(1), b"x", "before the reset")
        reset(writer)
        peers.equal(await said(server), "served ECONNRESET", "a reset")


async def reads_slowly(program, _):
    """What we do not read does not pile up there: ours waits."""
    with peers.Server(program, "source", "127.0.0.1:0") as server:
        before = server.resident()
        reader, writer = await connect(server)
        peers.equal(await reader.readexactly(4096), PATTERN, "the first block")
        writer.transport.pause_reading()
        await asyncio.sleep(0.3)  # time for it to go wrong
        grown = server.resident() - before
        if grown > SOURCE_BYTES // 8:
            sys.exit(f"the server has grown by {grown} bytes")
        writer.transport.resume_reading()
        for i in range(1, SOURCE_BYTES // 4096):
            peers.equal(await reader.readexactly(4096), PATTERN, f"block {i}")
        peers.equal(await reader.read(-1), b"", "the end")
        await close(writer)
        peers.equal(await said(server), "served well", "source")


async def writes_to_the_slow(program, _):
    """Ours does not read yet, so asyncio's drain waits; when it does, all arrives."""
    block = bytes(1 << 20)
    with peers.Server(program, "sink", "127.0.0.1:0") as server:
        _, writer = await connect(server)

        async def write_all():
            for _ in range(64):
                writer.write(block)
                await writer.drain()
            writer.write_eof()

        writing = asyncio.ensure_future(write_all())
        done, _ = await asyncio.wait([writing], timeout=0.3)
        peers.equal(len(done), 0, "written before anybody reads")
        server.process.stdin.write("go\n")
        server.process.stdin.flush()
        await writing
        peers.equal(await said(server), f"{64 << 20} bytes", "sink")
        peers.equal(await said(server), "served well", "sink")
        await close(writer)


# -- ours asks -------------------------------------------------------------------------------------

async def run_ask(program, address, data):
    process = await asyncio.create_subprocess_exec(
        program, "ask", address, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE)
    out, err = await process.communicate(data)
    return process.returncode, out, err.decode().strip()


async def after(reader, writer):
    data = await reader.read(-1)
    writer.write(data)
    await writer.drain()
    writer.close()


async def slowly(reader, writer):
    while data := await reader.read(70000):
        writer.write(data)
        await writer.drain()
        await asyncio.sleep(0.001)
    writer.close()


async def cut(reader, writer):
    await reader.read(1)
    reset(writer)


async def is_asked(program, folder):
    path = f"{folder}/theirs"
    for fn in (after, slowly):
        server = await asyncio.start_server(fn, "127.0.0.1", 0)
        unix = await asyncio.start_unix_server(fn, path)
        port = server.sockets[0].getsockname()[1]
        for address in (f"127.0.0.1:{port}", f"localhost:{port}", f"unix:{path}"):
            for data in (b"", b"x", MUCH):
                peers.equal(await run_ask(program, address, data), (0, data, ""),
                            f"{fn.__name__} at {address}")
        server.close()
        unix.close()
        await server.wait_closed()
        await unix.wait_closed()
        os.unlink(path)


async def is_asked_and_cuts(program, _):
    server = await asyncio.start_server(cut, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    peers.equal(await run_ask(program, f"127.0.0.1:{port}", b"x"), (1, b"", "ECONNRESET"), "cut")
    server.close()
    await server.wait_closed()
    with ports.reserved() as port:
        peers.equal(await run_ask(program, f"127.0.0.1:{port}", b"x"), (1, b"", "ECONNREFUSED"),
                    "nobody there")


# -- packets ---------------------------------------------------------------------------------------

class Packets(asyncio.DatagramProtocol):
    """Those that came, in a queue; answering gives each back twice as long."""

    def __init__(self, answering=False):
        self.came, self.answering, self.transport = asyncio.Queue(), answering, None

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, addr):
        self.came.put_nowait(data)
        if self.answering:
            self.transport.sendto(data * 2, addr)


async def packets(program, _):
    loop = asyncio.get_running_loop()
    server, _ = await loop.create_datagram_endpoint(lambda: Packets(True),
                                                    local_addr=("127.0.0.1", 0))
    port = server.get_extra_info("sockname")[1]
    process = await asyncio.create_subprocess_exec(program, "packet", f"127.0.0.1:{port}",
                                                   stdout=asyncio.subprocess.PIPE)
    peers.equal((await process.communicate())[0], b"hellohello\n", "a packet of ours")
    server.close()
    process = await asyncio.create_subprocess_exec(program, "packets", "127.0.0.1:0",
                                                   stdout=asyncio.subprocess.PIPE)
    address = (await process.stdout.readline()).decode().strip()
    client, protocol = await loop.create_datagram_endpoint(
        Packets, remote_addr=("127.0.0.1", int(address.rpartition(":")[2])))
    for data in (b"one", b"3" * 60000):
        client.sendto(data)
        peers.equal(await protocol.came.get(), data, "a packet there and back")
    client.close()
    process.kill()
    await process.wait()


def test(program, folder):
    for part in (asks, asks_by_lines, resets, reads_slowly, writes_to_the_slow, is_asked,
                 is_asked_and_cuts, packets):
        print(part.__name__, flush=True)
        asyncio.run(asyncio.wait_for(part(program, folder), peers.PATIENCE))


peers.main(test)
