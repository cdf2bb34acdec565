"""Every story begins with the same cast: `story` gives them their book, two bank accounts in EUR and one in USD."""

from pathlib import Path

import pytest

from tests.rooms.books.conftest import Ledger, ledger  # noqa: F401 - a fixture
from tests.stories.cast import Story, begin


@pytest.fixture
def story(ledger: Ledger, tmp_path: Path) -> Story:  # noqa: F811 - asks for that fixture
    return begin(ledger, tmp_path)
