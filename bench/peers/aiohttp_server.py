# SPDX-License-Identifier: MIT
"""The HTTP server of aiohttp; prints its port."""
import asyncio

from aiohttp import web

BIG = bytes(1 << 20)


async def hello(_):
    return web.Response(text="hello\n")


async def big(_):
    return web.Response(body=BIG)


async def main():
    app = web.Application()
    app.add_routes([web.get("/", hello), web.get("/big", big)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(site._server.sockets[0].getsockname()[1], flush=True)
    await asyncio.Event().wait()


asyncio.run(main())
