"""The example in the docstring of the library runs as it stands, in ten lines of Python."""

import doctest

import awna.core.planning

LINES_MAX = 10


def test_the_library_is_usable_in_ten_lines() -> None:
    example = doctest.DocTestFinder(recurse=False).find(awna.core.planning, "planning")[0]
    assert 0 < len(example.examples) <= LINES_MAX
    assert doctest.DocTestRunner().run(example).failed == 0
