"""A process that writes reads down until it is killed, and says each number once it is on the disk: FOLDER WHO."""

import sys
from pathlib import Path

from scripts.state.database import StateDatabase
from scripts.state.place import StatePlace
from scripts.state.reads import Read, ReadJournal

place = StatePlace(Path(sys.argv[1]), "abcd")
with StateDatabase(place) as state, ReadJournal(place, state) as journal:
    for number in range(int(sys.argv[3])):
        journal.write([Read(sys.argv[2], "clerk", "abcdefghijklmnop", f"{number}")], now=1_700_000_000_000_000)
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()
