"""The catalogues: every translation keeps its placeholders, so that no page can fail on one."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from django.conf import settings

import awna
from awna.kit.texts import Text, texts_of, untranslated

LOCALE = Path(awna.__file__).parent / "locale"
PLACEHOLDER = re.compile(r"%\(\w+\)s")
PLURALS = {"ar": 6, "de": 2, "es": 2, "fr": 2}
LANGUAGES = [code for code, _name in settings.LANGUAGES if code != "en"]


def read_catalogue(language: str) -> Catalog:
    with (LOCALE / language / "LC_MESSAGES" / "django.po").open("rb") as file:
        return read_po(file, locale=language)


def test_every_language_of_the_interface_has_a_catalogue_and_no_catalogue_is_forgotten() -> None:
    assert sorted(LANGUAGES) == sorted(path.name for path in LOCALE.iterdir() if path.is_dir()) == sorted(PLURALS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_and_plurals_are_whole(language: str) -> None:
    catalogue = read_catalogue(language)
    assert catalogue.num_plurals == PLURALS[language]
    for message in catalogue:
        if not message.id or not message.string:
            continue
        if isinstance(message.id, str):
            assert set(PLACEHOLDER.findall(message.id)) == set(PLACEHOLDER.findall(message.string)), message.id
        else:
            assert len(message.string) == PLURALS[language] and all(message.string), message.id
            for form in message.string:
                assert set(PLACEHOLDER.findall(form)) <= set(PLACEHOLDER.findall(message.id[1])), message.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_of_the_source_is_translated(language: str) -> None:
    assert untranslated(texts_of(), read_catalogue(language)) == []


def test_a_planted_text_is_missed(tmp_path: Path) -> None:
    page = tmp_path / "templates" / "page.html"
    page.parent.mkdir()
    page.write_text(
        '{% load i18n %}<p title="Don\'t">\n  {% translate "A planted heading" %}</p>'
        "{% blocktranslate count n=n %}{{ n }} planted stone{% plural %}{{ n }} planted stones{% endblocktranslate %}"
        '{% translate "All" context "planted" %}'
    )
    (tmp_path / "services.py").write_text(
        "from django.utils.translation import gettext as _, pgettext\n"
        'title = _("A planted title")\n'
        'unit = pgettext("planted", "Late")\n'
        'problem = Problem("stone_missing", "A planted refusal of " "%(n)s stones.", {"n": 1})\n'
        "def check(refuse):\n"
        '    text = "A planted text in a name."\n'
        '    refuse("stone_named", text)\n'
    )
    assert untranslated(texts_of(tmp_path), read_catalogue("ar")) == [
        "services.py: A planted title",
        "services.py: Late",
        "services.py: A planted refusal of %(n)s stones.",
        "services.py: A planted text in a name.",
        "templates/page.html: A planted heading",
        "templates/page.html: %(n)s planted stone",
        "templates/page.html: All",
    ]


def test_an_empty_or_fuzzy_translation_counts_as_missing() -> None:
    catalogue = Catalog(locale="ar")
    catalogue.add("Stone", "")
    catalogue.add("Wall", "جدار", flags={"fuzzy"})
    catalogue.add("Roof", "سقف")
    texts = [Text("Stone", "a.py"), Text("Wall", "a.py"), Text("Roof", "a.py")]
    assert untranslated(texts, catalogue) == ["a.py: Stone", "a.py: Wall"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_checks_of_msgfmt_find_nothing(language: str) -> None:
    assert [(message.id, str(error)) for message, errors in read_catalogue(language).check() for error in errors] == []
