"""What people write today: all models read with the client library in the fewest calls, a JSON file each."""

import asyncio
import json
import pathlib
import sys

from owui_client import OpenWebUI


async def main(url: str, token: str, folder: str) -> None:
    client = OpenWebUI(api_url=f"{url}/api", api_key=token)
    # Presets and base models' own rows are two endpoints of the library; together they are the whole table.
    parts = await asyncio.gather(client.models.export_models(), client.models.get_base_models())
    for number, row in enumerate(row for part in parts for row in part):
        text = json.dumps(row.model_dump(mode="json"), indent=2, ensure_ascii=False)
        pathlib.Path(folder, f"{number}.json").write_text(text, encoding="utf-8")


asyncio.run(main(*sys.argv[1:]))
