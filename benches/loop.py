"""What people write today: a loop of single calls, as many at once as Maquette has. Reads the rows of a JSON file."""

import asyncio
import json
import sys

import httpx

CONCURRENCY = 8


async def main(url: str, token: str, path: str) -> None:
    with open(path, encoding="utf-8") as file:
        rows = json.load(file)
    gate = asyncio.Semaphore(CONCURRENCY)
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=60) as client:

        async def create(row: dict) -> None:
            async with gate:
                answer = await client.post("/api/v1/models/create", json=row)
                answer.raise_for_status()

        await asyncio.gather(*(create(row) for row in rows))


asyncio.run(main(*sys.argv[1:]))
