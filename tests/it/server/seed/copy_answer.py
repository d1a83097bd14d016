"""
title: Copy answer
"""


class Action:
    async def action(self, body: dict):
        return None
