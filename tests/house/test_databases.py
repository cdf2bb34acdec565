"""The second engine is used as in production: by a role that owns nothing and passes no guard."""

import pytest
from django.db import connection


@pytest.mark.django_db
def test_postgresql_tests_run_as_a_role_that_owns_nothing() -> None:
    if connection.vendor != "postgresql":
        assert connection.vendor == "sqlite"
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolname, rolsuper, rolbypassrls, rolcreatedb FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == ("awna_app", False, False, False)
        cursor.execute("SELECT count(*) FROM pg_class WHERE relowner = (SELECT oid FROM pg_roles WHERE rolname = current_user)")
        assert cursor.fetchone() == (0,)


def test_a_committed_row_stays_in_its_own_copy(fresh_database: str) -> None:
    from awna.parties.models import User

    User.objects.create(email="nour@example.org")
    assert User.objects.count() == 1


@pytest.mark.django_db
def test_the_shared_database_is_empty() -> None:
    from awna.parties.models import User

    assert User.objects.count() == 0


def test_the_site_answers_over_its_own_copy(site: str) -> None:
    from urllib.request import urlopen

    with urlopen(f"{site}/healthz") as response:
        assert response.status == 200
