from tests.cli.conftest import obnovi

__all__ = ["obnovi"]
