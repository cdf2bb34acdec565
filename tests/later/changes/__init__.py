"""The changes of the room access, with three more at their end."""

from pathlib import Path

import awna.access.migrations

__path__ = [*__path__, *awna.access.migrations.__path__]
LAST = max(path.stem for path in Path(awna.access.migrations.__file__).parent.glob("0*.py"))
