"""The `awna` command: manage.py, installed. Exit codes: 0 done, 1 refused, 2 misused."""

import os
import sys


def main() -> None:
    if sys.argv[1:2] == ["demo"]:
        from awna.desk.demo_place import take_place

        take_place(sys.argv[2:], os.environ)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "awna.settings")
    if sys.argv[1:2] == ["plan"]:  # needs no room and no database: loading all of them takes longer than a small plan
        from awna.works.management.commands.plan import Command

        Command().run_from_argv(["awna", *sys.argv[1:]])
        return
    from django.core.management import execute_from_command_line

    execute_from_command_line(["awna", *(sys.argv[1:] or ["help"])])


if __name__ == "__main__":
    main()
