"""`obnovi`: a module per group of commands, imported only when its command runs."""

from scripts.cli import interrupted

interrupted.catch()  # before anything that takes time to import
