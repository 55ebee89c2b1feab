"""The office: whose clocks show the times of the server's own state, wherever a subscriber is."""

from typing import Final

ZONE: Final = "Europe/Moscow"
