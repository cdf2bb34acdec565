"""The stewards' keys, what each decision was signed with, founding, pauses, suspensions, interests and PINs.

New columns of guarded tables are raw SQL: Django would rebuild those tables on SQLite, and their guards would vanish.
"""

import uuid
from typing import Any

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

APP_ROLE = "awna_app"
RIGHTS = {
    "SELECT, INSERT": ("consent_epochkey", "consent_epochsteward", "consent_suspension", "consent_mark"),
    "SELECT, INSERT, UPDATE": ("consent_nonce", "consent_pause", "consent_interest", "consent_pin"),
    "SELECT, INSERT, UPDATE, DELETE": ("consent_stewardkey", "consent_founding", "consent_foundingword"),
}
KEY, ROLE, CAMPAIGN, EPOCH, PROPOSAL = "consent.stewardkey", "parties.role", "parties.campaign", "consent.policyepoch", "consent.proposal"
PROTECT = django.db.models.deletion.PROTECT
_SMALL = "smallint NOT NULL DEFAULT 0 CHECK ({name} >= 0)"
COLUMNS = (
    ("consent_policyepoch", "keyed", "{bool}"),
    ("consent_policyepoch", "rules", "text NOT NULL DEFAULT ''"),
    ("consent_policyepoch", "entered_on", "date NULL"),
    ("consent_policyepoch", "proposal_id", "{uuid} NULL REFERENCES consent_proposal (id) DEFERRABLE INITIALLY DEFERRED"),
    ("consent_proposal", "signs", "varchar(64) NOT NULL DEFAULT ''"),
    ("consent_proposal", "required", _SMALL),
    ("consent_proposal", "offices", _SMALL),
    ("consent_proposal", "cool_down", _SMALL),
    ("consent_proposal", "not_before", "date NULL"),
    ("consent_proposal", "by_paper", "{bool}"),
    ("consent_proposal", "held_at", "{stamp} NULL"),
    ("consent_decision", "decided_on", "date NULL"),
    ("consent_decision", "digest", "varchar(64) NOT NULL DEFAULT ''"),
    ("consent_decision", "key_id", "{uuid} NULL REFERENCES consent_stewardkey (id) DEFERRABLE INITIALLY DEFERRED"),
    ("consent_decision", "nonce", "varchar(64) NOT NULL DEFAULT ''"),
    ("consent_decision", "signature", "text NOT NULL DEFAULT ''"),
    ("consent_decision", "auth", "text NOT NULL DEFAULT ''"),
    ("consent_decision", "client", "text NOT NULL DEFAULT ''"),
)
INDEXES = (
    "CREATE INDEX consent_policyepoch_proposal ON consent_policyepoch (proposal_id)",
    "CREATE INDEX consent_decision_key ON consent_decision (key_id)",
)


def add_columns(apps: Any, schema_editor: Any) -> None:
    connection = schema_editor.connection
    types = {"uuid": "char(32)", "bool": "bool NOT NULL DEFAULT 0", "stamp": "datetime"}
    if connection.vendor == "postgresql":
        types = {"uuid": "uuid", "bool": "boolean NOT NULL DEFAULT false", "stamp": "timestamp with time zone"}
    with connection.cursor() as cursor:
        for table, name, said in COLUMNS:
            cursor.execute(f"ALTER TABLE {table} ADD COLUMN {name} {said.format(name=name, **types)}")
        for index in INDEXES:
            cursor.execute(index)


def limit_rights(apps: Any, schema_editor: Any) -> None:
    """The serving role reads and adds; it changes only what is no evidence."""
    connection = schema_editor.connection
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [APP_ROLE])
        if cursor.fetchone() is None:
            return
        for rights, tables in RIGHTS.items():
            for table in tables:
                cursor.execute(f"REVOKE ALL ON {table} FROM {APP_ROLE}")
                cursor.execute(f"GRANT {rights} ON {table} TO {APP_ROLE}")


def _fk(to: str, related: str, **more: Any) -> models.ForeignKey:
    return models.ForeignKey(on_delete=PROTECT, related_name=related, to=to, **more)


def _uuid() -> models.UUIDField:
    return models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)


def _number() -> models.BigAutoField:
    return models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


def _text() -> models.TextField:
    return models.TextField(blank=True, default="")


def _now() -> models.DateTimeField:
    return models.DateTimeField(default=django.utils.timezone.now)


class Migration(migrations.Migration):
    dependencies = [("consent", "0001_initial")]

    operations = [
        migrations.CreateModel("StewardKey", [
            ("id", _uuid()),
            ("kind", models.CharField(choices=[("passkey", "passkey"), ("paper", "paper key")], max_length=10)),
            ("public", models.CharField(max_length=120)),
            ("credential_id", models.CharField(blank=True, max_length=1400)),
            ("rp", models.CharField(blank=True, max_length=253)),
            ("site", models.CharField(blank=True, max_length=300)),
            ("label", models.CharField(blank=True, max_length=60)),
            ("fingerprint", models.CharField(max_length=64)),
            ("made_at", _now()),
            ("request_id", models.CharField(max_length=80)),
            ("campaign", _fk(CAMPAIGN, "steward_keys")),
            ("steward", _fk(ROLE, "steward_keys")),
        ], options={"constraints": [
            models.UniqueConstraint(fields=("campaign", "fingerprint"), name="consent_key_once"),
            models.UniqueConstraint(fields=("campaign", "request_id"), name="consent_key_request_once"),
        ]}),
        migrations.CreateModel("EpochKey", [
            ("id", _number()), ("epoch", _fk(EPOCH, "keys")), ("key", _fk(KEY, "epochs")),
        ], options={"constraints": [models.UniqueConstraint(fields=("epoch", "key"), name="consent_epoch_key_once")]}),
        migrations.CreateModel("EpochSteward", [
            ("id", _number()),
            ("household", models.CharField(blank=True, max_length=80)),
            ("office", models.CharField(blank=True, max_length=80)),
            ("epoch", _fk(EPOCH, "stewards")),
            ("steward", _fk(ROLE, "epochs")),
        ], options={"constraints": [models.UniqueConstraint(fields=("epoch", "steward"), name="consent_epoch_steward_once")]}),
        migrations.CreateModel("Founding", [
            ("id", _number()), ("required", models.PositiveSmallIntegerField()), ("rules", _text()), ("made_at", _now()),
            ("campaign", models.OneToOneField(on_delete=PROTECT, related_name="founding", to=CAMPAIGN)),
        ]),
        migrations.CreateModel("FoundingWord", [
            ("id", _number()), ("digest", models.CharField(max_length=64)), ("nonce", models.CharField(max_length=64)),
            ("signature", models.TextField()), ("auth", _text()), ("client", _text()), ("made_at", _now()),
            ("key", models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name="founding_word", to=KEY)),
        ]),
        migrations.CreateModel("Nonce", [
            ("id", _number()), ("about", models.CharField(max_length=120)), ("nonce", models.CharField(max_length=64, unique=True)),
            ("made_at", _now()), ("used_at", models.DateTimeField(blank=True, null=True)), ("steward", _fk(ROLE, "nonces")),
        ]),
        migrations.CreateModel("Suspension", [
            ("id", _number()), ("since", models.DateField()), ("until", models.DateField()), ("entry_seq", models.BigIntegerField()), ("reason", _text()),
            ("by", _fk(ROLE, "suspensions_said")), ("key", _fk(KEY, "suspensions")),
        ]),
        migrations.CreateModel("Pause", [
            ("id", _number()), ("since", models.DateField()), ("until", models.DateField()), ("entry_seq", models.BigIntegerField()),
                ("reason", _text()),
            ("by", _fk(ROLE, "pauses_said")), ("campaign", _fk(CAMPAIGN, "pauses")),
            ("ended_by", _fk(PROPOSAL, "pauses_ended", blank=True, null=True)),
        ]),
        migrations.CreateModel("Interest", [
            ("id", _uuid()), ("custody", models.CharField(max_length=36)), ("reason", models.TextField(blank=True)), ("said_at", _now()),
            ("ended_at", models.DateTimeField(blank=True, null=True)), ("end_reason", _text()), ("role", _fk(ROLE, "interests")),
        ]),
        migrations.CreateModel("Pin", [
            ("id", _number()), ("normal", models.CharField(max_length=256)), ("duress", models.CharField(max_length=256)), ("set_at", _now()),
            ("steward", models.OneToOneField(on_delete=PROTECT, related_name="pin", to=ROLE)),
        ]),
        migrations.CreateModel("Mark", [
            ("id", _number()), ("sealed", models.TextField()),
            ("decision", models.OneToOneField(on_delete=PROTECT, related_name="mark", to="consent.decision")),
        ]),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(add_columns, migrations.RunPython.noop)],
            state_operations=[
                migrations.AddField("policyepoch", "keyed", models.BooleanField(default=False)),
                migrations.AddField("policyepoch", "rules", _text()),
                migrations.AddField("policyepoch", "entered_on", models.DateField(blank=True, null=True)),
                migrations.AddField("policyepoch", "proposal", _fk(PROPOSAL, "epochs_started", blank=True, null=True)),
                migrations.AddField("proposal", "signs", models.CharField(blank=True, default="", max_length=64)),
                migrations.AddField("proposal", "required", models.PositiveSmallIntegerField(default=0)),
                migrations.AddField("proposal", "offices", models.PositiveSmallIntegerField(default=0)),
                migrations.AddField("proposal", "cool_down", models.PositiveSmallIntegerField(default=0)),
                migrations.AddField("proposal", "not_before", models.DateField(blank=True, null=True)),
                migrations.AddField("proposal", "by_paper", models.BooleanField(default=False)),
                migrations.AddField("proposal", "held_at", models.DateTimeField(blank=True, null=True)),
                migrations.AddField("decision", "decided_on", models.DateField(null=True)),
                migrations.AddField("decision", "digest", models.CharField(blank=True, default="", max_length=64)),
                migrations.AddField("decision", "key", _fk(KEY, "decisions", blank=True, null=True)),
                migrations.AddField("decision", "nonce", models.CharField(blank=True, default="", max_length=64)),
                migrations.AddField("decision", "signature", _text()),
                migrations.AddField("decision", "auth", _text()),
                migrations.AddField("decision", "client", _text()),
            ],
        ),
        migrations.AddConstraint(
            "decision",
            models.UniqueConstraint(fields=("nonce",), condition=~models.Q(nonce=""), name="consent_decision_nonce_once"),
        ),
        migrations.RunPython(limit_rights, migrations.RunPython.noop),
    ]  # fmt: skip
