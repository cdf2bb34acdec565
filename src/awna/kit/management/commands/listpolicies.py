"""`awna listpolicies`: who may use which address."""

from typing import Any

from awna.kit.commands import AwnaCommand
from awna.kit.policies import METHODS, declared_policies


class Command(AwnaCommand):
    help = "Print every address with the policy of each method."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--json", action="store_true", help="print JSON")

    def run(self, **options: Any) -> None:
        rows = [
            {
                "route": route,
                "name": name,
                **{method: policies[method].label if policies and method in policies else "-" for method in METHODS},
            }
            for route, name, policies in declared_policies()
        ]
        if options["json"]:
            return self.print_json(rows)
        width = max(len(row["route"]) for row in rows)
        for row in rows:
            self.stdout.write(f"{row['route']:<{width}}  GET {row['GET']:<28} POST {row['POST']}")
        return None
