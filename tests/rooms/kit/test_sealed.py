"""Class C and S fields are unreadable without the key file, and cannot be moved to another column."""

import pytest
from django.db import connection, models

from awna.kit.classes import own_models, unclassed_fields
from awna.kit.sealed import SealedTextField, blind_index


class Note(models.Model):
    """A table of this test alone."""

    secret = SealedTextField()
    other = SealedTextField(default="")
    plain = models.TextField(default="")

    field_classes = {"id": "I", "secret": "C", "other": "S", "plain": "S"}

    class Meta:
        app_label = "kit"
        managed = False

    def __str__(self):
        return "note"


@pytest.fixture
def notes(db):
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE kit_note (id INTEGER PRIMARY KEY, secret text, other text, plain text)")
    yield Note.objects
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE kit_note")


def stored(column):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM kit_note")
        return cursor.fetchone()[0]


def test_a_sealed_text_comes_back_and_its_column_tells_nothing(notes):
    notes.create(pk=1, secret="Dana of the northern street")
    assert notes.get().secret == "Dana of the northern street"
    assert "Dana" not in stored("secret")


def test_the_same_text_is_sealed_differently_each_time(notes):
    notes.create(pk=1, secret="x", other="x")
    assert stored("secret") != stored("other")


def test_a_sealed_value_pasted_into_another_column_does_not_open(notes):
    notes.create(pk=1, secret="x")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE kit_note SET other = secret")
    with pytest.raises(ValueError, match="does not open"):
        notes.get()


def test_a_blind_index_finds_the_same_value_only():
    assert blind_index("Dana@Example.org ", "donor") == blind_index("dana@example.org", "donor")
    assert blind_index("dana@example.org", "donor") != blind_index("dana@example.org", "signer")


def test_every_field_of_every_model_is_classed():
    faults = [fault for model in own_models() if model is not Note for fault in unclassed_fields(model)]
    assert faults == []


def test_an_unclassed_or_unsealed_field_is_found():
    assert unclassed_fields(Note) == ["kit.Note.plain: class S is text and not sealed"]
    original = Note.field_classes
    try:
        Note.field_classes = {"id": "I"}
        assert "kit.Note.secret: no class" in unclassed_fields(Note)
    finally:
        Note.field_classes = original
