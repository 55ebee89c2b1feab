"""One server for all who only ask."""

from collections.abc import Iterator

import pytest

from tests.web.support import Served, served


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("served")) as made:
        yield made
