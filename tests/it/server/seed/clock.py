"""
title: Clock
"""


class Tools:
    def now(self) -> str:
        """Tell the time."""
        return "noon"
