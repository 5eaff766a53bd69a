"""Real servers, by both routes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from haochaping.postgres import server
from haochaping.postgres.terms import Route
from tests.postgres.servers import FAST, needs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from haochaping.postgres.terms import Urls


@pytest.fixture(scope="module", params=list(Route))
def route(request: pytest.FixtureRequest) -> Route:
    needs(request.param)
    return Route(request.param)


@pytest.fixture(scope="module")
def home(route: Route, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home that the tests of a module share; each leaves it in working order."""
    home = tmp_path_factory.mktemp(route)
    yield home
    server.stop(home)


@pytest.fixture
def urls(home: Path, route: Route) -> Urls:
    return server.start(home, route=route, extra=FAST)


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """Name homes that were never used; their servers are stopped in the end."""
    homes: list[Path] = []

    def named(name: str) -> Path:
        homes.append(tmp_path / name)
        return homes[-1]

    yield named
    for home in homes:
        if home.exists():
            server.stop(home)
