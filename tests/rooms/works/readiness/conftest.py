"""The planned ward of the works tests, for the diary, the board and the hand-over too."""

from tests.rooms.works.test_works import funded, planned

__all__ = ["funded", "planned"]
