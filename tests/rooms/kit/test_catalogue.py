"""The Arabic catalogue: every translation keeps its placeholders, so that no page can fail on one."""

import re
from pathlib import Path

from babel.messages.pofile import read_po

import awna

CATALOGUE = Path(awna.__file__).parent / "locale/ar/LC_MESSAGES/django.po"
PLACEHOLDER = re.compile(r"%\(\w+\)s")
PLURALS = 6


def test_placeholders_and_plurals_are_whole() -> None:
    with CATALOGUE.open("rb") as file:
        catalogue = read_po(file)
    assert catalogue.num_plurals == PLURALS
    for message in catalogue:
        if not message.id or not message.string:
            continue
        if isinstance(message.id, str):
            assert set(PLACEHOLDER.findall(message.id)) == set(PLACEHOLDER.findall(message.string)), message.id
        else:
            assert len(message.string) == PLURALS and all(message.string), message.id
            for form in message.string:
                assert set(PLACEHOLDER.findall(form)) <= set(PLACEHOLDER.findall(message.id[1])), message.id
