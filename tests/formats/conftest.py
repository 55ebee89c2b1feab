import pytest

from projections.statement import Statement
from tests.formats.told import TOLD


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Statement]:
    """The statements of `told.py`, made once."""
    return {name: tell(tmp_path_factory.mktemp(name)) for name, tell in TOLD.items()}
