"""`awna backup`: one sealed file that holds everything, read back before it counts."""

from pathlib import Path
from typing import Any

from django.conf import settings

from awna.books.services.copies import heads_of_copy
from awna.kit.backups.making import DAYS_KEPT_MAX, Backup, backups_in, forget_old, make_backup
from awna.kit.backups.sealing import new_key
from awna.kit.commands import AwnaCommand


class Command(AwnaCommand):
    help = (
        "Make a backup while people work: database, files, keys and the published log in one file, sealed for keys that are not on this machine, "
        "and read back at once. Backups older than 90 days are deleted, except for the newest two."
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--to", metavar="DIR", help="where it goes; default: AWNA_BACKUP_DIR")
        parser.add_argument("--new-key", action="store_true", help="print a new pair of keys and stop")
        parser.add_argument("--keep-days", type=int, default=DAYS_KEPT_MAX, help="delete older ones; at most 90, which is the default")
        parser.add_argument("--dry-run", action="store_true", help="list the backups that there are and stop")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def run(self, **options: Any) -> None:
        folder = Path(options["to"] or settings.AWNA_BACKUP_DIR)
        if options["new_key"]:
            secret, public = new_key()
            self.stdout.write(
                f"# keep this line offline, in two places; without it no backup can be opened\n{secret}\n# AWNA_BACKUP_KEYS={public}"
            )
        elif options["dry_run"]:
            self._say([{"file": str(path), "bytes": path.stat().st_size} for path in backups_in(folder)], options["json"])
        else:
            made = make_backup(folder=folder, keys=settings.AWNA_BACKUP_KEYS, heads=heads_of_copy, tell=self._tell(options))
            gone = forget_old(folder, days=options["keep_days"])
            self._report(made, len(gone), options["json"])

    def _tell(self, options: dict[str, Any]) -> Any:
        quiet = options["json"] or options["verbosity"] == 0
        return (lambda _said: None) if quiet else (lambda said: self.stderr.write(f"… {said}"))

    def _report(self, made: Backup, gone: int, as_json: bool) -> None:
        contents = made.contents
        told = {"file": str(made.path), "bytes": made.size_bytes, "made_at": contents.made_at, "files": len(contents.files),
                "bytes_inside": contents.size_bytes, "heads": contents.heads, "older_deleted": gone}  # fmt: skip
        if as_json:
            self.print_json(told)
            return
        self.stdout.write(f"{made.path}: {made.size_bytes:,} bytes, {len(contents.files)} files, read back and equal.")
        for head in contents.heads:
            self.stdout.write(f"  {head['origin']}: {head['entries']} entries, root {head['root'][:16] or 'none yet'}")
        self.stdout.write(f"{gone} older ones deleted. Copy the file to a second place.")

    def _say(self, rows: list[dict[str, Any]], as_json: bool) -> None:
        if as_json:
            self.print_json(rows)
            return
        for row in rows:
            self.stdout.write(f"{row['file']}  {row['bytes']:,} bytes")
        if not rows:
            self.stdout.write("No backup yet.")
