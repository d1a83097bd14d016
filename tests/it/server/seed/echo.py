"""
title: Echo
description: Three base models that answer without a network, with what reached them.
"""

import json


class Pipe:
    def pipes(self):
        return [{"id": name, "name": f"Echo {name}"} for name in ("small", "large", "tiny")]

    def pipe(self, body: dict):
        messages = body["messages"]
        said = [message["content"] for message in messages if message["role"] == "user"]
        system = [message["content"] for message in messages if message["role"] == "system"]
        params = {key: value for key, value in body.items() if key not in ("messages", "metadata", "model", "stream")}
        heard = {"model": body["model"], "text": said[-1], "system": system, "params": params}
        return json.dumps(heard, ensure_ascii=False, default=str)
