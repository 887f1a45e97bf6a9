# SPDX-License-Identifier: MIT
# rows: +websocket
# ctest: LABELS no-valgrind
"""WebSockets with ends of other make: aiohttp's client and its server, plain and over TLS."""
import os
import shutil
import ssl
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "support"))
import certificates  # noqa: E402
import peers  # noqa: E402
import websocket_peers  # noqa: E402

SIZES = 0, 1, 125, 126, 65535, 65536, 1 << 20
LETTERS = "".join(chr(ord("a") + i % 26) for i in range(1 << 20))
ALL_IN_ALL = ("v1.test: TUTTI_EDONE 1000 enough", "none: TUTTI_EDONE 1005 ",
              "none: ECONNRESET 1006 ")


def python():
    """One that has aiohttp: the system's own first."""
    for candidate in ("/usr/bin/python3", sys.executable, shutil.which("python3")):
        if candidate and subprocess.run([candidate, "-c", "import aiohttp"], check=False,
                                        capture_output=True).returncode == 0:
            return candidate
    return peers.skip("no Python here has aiohttp")


# -- aiohttp's client, our server ------------------------------------------------------------------

async def echoes(ws, text, data):
    for size in SIZES:
        await ws.send_str(text[:size])
        peers.equal(await ws.receive_str() == text[:size], True, f"text {size}")
        await ws.send_bytes(data[:size])
        peers.equal(await ws.receive_bytes() == data[:size], True, f"bytes {size}")


async def client(url):
    import aiohttp
    async with aiohttp.ClientSession() as session:
        async with session.ws_connect(url, protocols=["v0.test", "v1.test"], max_msg_size=0,
                                      autoping=False) as ws:
            peers.equal(ws.protocol, "v1.test", "protocol")
            await echoes(ws, LETTERS, LETTERS.encode())
            await ws.ping(b"are you there")
            pong = await ws.receive()
            peers.equal((pong.type, bytes(pong.data)), (aiohttp.WSMsgType.PONG, b"are you there"),
                        "pong")
            await ws.close(code=1000, message=b"enough")
            peers.equal(ws.close_code, 1000, "close code")
        async with session.ws_connect(url) as ws:
            await ws._writer._send_frame(b"", aiohttp.WSMsgType.CLOSE)  # a close without a code
            peers.equal((await ws.receive()).type, aiohttp.WSMsgType.CLOSE, "close")
        async with session.ws_connect(url) as ws:
            ws._response.connection.transport.abort()
        async with session.get(url.replace("ws", "http", 1)) as reply:
            peers.equal((reply.status, reply.headers["Sec-WebSocket-Version"]), (426, "13"),
                        "no WebSocket")


async def stay(url):
    """Until the server ends, and says so."""
    import aiohttp
    async with aiohttp.ClientSession() as session:
        async with session.ws_connect(url) as ws:
            print("here", flush=True)
            message = await ws.receive()
            peers.equal((message.type, message.data), (aiohttp.WSMsgType.CLOSE, 1001), "its end")


def our_server(program, them):
    with websocket_peers.Server(program) as server:
        url = f"ws://127.0.0.1:{server.port}/echo"
        subprocess.run([*them, "client", url], check=True, timeout=peers.PATIENCE)
        peers.equal(tuple(sorted(server.line() for _ in ALL_IN_ALL)), tuple(sorted(ALL_IN_ALL)),
                    "the ends")


def our_server_ends(program, them):
    server = websocket_peers.Server(program)
    process = subprocess.Popen([*them, "stay", f"ws://127.0.0.1:{server.port}/echo"],
                               stdout=subprocess.PIPE, text=True)
    peers.equal(process.stdout.readline(), "here\n", "the client")
    server.process.send_signal(2)
    peers.equal(process.wait(timeout=peers.PATIENCE), 0, "the client's end")
    process.stdout.close()
    peers.equal(server.line(), "none: TUTTI_EDONE 1000 ", "our end of it")  # what aiohttp answers
    peers.equal(server.process.wait(timeout=peers.PATIENCE), 0, "the server's end")
    server.process.stdout.close()


# -- our client, aiohttp's server ------------------------------------------------------------------

def serve(chain=None, key=None):
    import asyncio
    from aiohttp import web

    async def echo(request):
        ws = web.WebSocketResponse(protocols=["v1.test"], max_msg_size=0)
        await ws.prepare(request)
        await ws.ping(b"are you there")
        async for message in ws:
            if isinstance(message.data, str):
                await ws.send_str(message.data)
            else:
                await ws.send_bytes(message.data)
        print(ws.close_code, flush=True)
        return ws

    async def leave(request):
        ws = web.WebSocketResponse()
        await ws.prepare(request)
        await ws.send_str("bye")
        await ws.close(code=4002, message=b"go home")
        return ws

    async def run():
        app = web.Application()
        app.router.add_get("/echo", echo)
        app.router.add_get("/leave", leave)
        runner = web.AppRunner(app)
        await runner.setup()
        context = None
        if chain:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(chain, key)
        site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
        await site.start()
        print(site._server.sockets[0].getsockname()[1], flush=True)
        await asyncio.Event().wait()

    asyncio.run(run())


def our_client(program, them, folder):
    pem, key = certificates.make(folder, "localhost", "DNS:localhost,IP:127.0.0.1")
    for scheme, shown in ("ws", []), ("wss", [pem, key]):
        words = [*them, "serve", *shown]
        with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as server:
            try:
                url = f"{scheme}://127.0.0.1:{int(server.stdout.readline())}"
                peers.equal(websocket_peers.ask(program, "ask", f"{url}/echo", *shown[:1]),
                            (0, "v1.test: OK 1000"), "our client")
                peers.equal(server.stdout.readline(), "4321\n", "the code that it heard")
                if not shown:
                    peers.equal(websocket_peers.ask(program, "wait", f"{url}/leave"),
                                (0, "none: TUTTI_EDONE 4002 go home"), "our client")
                    peers.equal(websocket_peers.ask(program, "ask", f"{url}/none"),
                                (1, f"{url}/none: the server answers 404 Not Found"), "404")
            finally:
                server.kill()


def main(folder):
    program, them = websocket_peers.build(folder), [python(), os.path.abspath(__file__)]
    our_server(program, them)
    our_server_ends(program, them)
    if certificates.can_be_made():
        our_client(program, them, folder)


if len(sys.argv) > 1 and sys.argv[1] == "serve":
    serve(*sys.argv[2:])
elif len(sys.argv) > 1:
    import asyncio
    asyncio.run({"client": client, "stay": stay}[sys.argv[1]](sys.argv[2]))
else:
    with tempfile.TemporaryDirectory(prefix="tutti-websockets-") as place:
        main(place)
