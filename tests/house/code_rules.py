"""House rules that are read from Python source: each takes the root of a tree and returns what breaks the rule."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from .tree import PRODUCT, ROOMS, at, height, imports, parsed, part_of, product_files, room_of, test_files

FUNCTION_LINES_MAX = 60
MODULE_LINES_MAX = 400
VERIFY_LINES_MAX = 927
STORY = Path("tests") / "test_life_of_a_gift.py"
READ_ONLY_ROOMS = {"public", "exports"}
PARTS = (("urls",), ("views", "api", "management"), ("forms",), ("services",), ("models",))
WRITES = {"save", "create", "bulk_create", "get_or_create", "update_or_create", "bulk_update", "delete"}


def functions_are_short(root: Path) -> list[str]:
    return [
        f"{at(root, path, node)} {node.name} has {size} lines; at most {FUNCTION_LINES_MAX}"
        for path in (*product_files(root), *test_files(root))
        if path != root / STORY  # one story, read from top to bottom
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (size := (node.end_lineno or 0) - node.lineno + 1) > FUNCTION_LINES_MAX
    ]


def modules_are_short(root: Path) -> list[str]:
    findings = []
    for path in (*product_files(root), *test_files(root)):
        limit = VERIFY_LINES_MAX if path == root / PRODUCT / "verify.py" else MODULE_LINES_MAX
        lines = path.read_text(encoding="utf-8").count("\n")
        if lines > limit:
            findings.append(f"{at(root, path)} has {lines} lines; at most {limit}")
    return findings


def modules_say_what_they_are_for(root: Path) -> list[str]:
    return [
        f"{at(root, path)} does not start with a sentence saying what it is for"
        for path in product_files(root)
        if parsed(path).body and not ast.get_docstring(parsed(path))
    ]


def core_knows_no_framework(root: Path) -> list[str]:
    """`core` and `verify` import no Django; `verify` imports nothing but the standard library and itself."""
    banned = re.compile(r"(django|psycopg|allauth|ninja)(\.|$)")
    verify = re.compile(r"(django|psycopg|awna|cryptography|numpy)(\.|$)")
    return [
        f"{at(root, path, node)} imports {module}"
        for path in product_files(root)
        if room_of(root, path) in {"core", "verify"}
        for node, module, _name, _used in imports(root, path)
        if (verify if room_of(root, path) == "verify" else banned).match(module)
    ]


def ortools_has_one_door(root: Path) -> list[str]:
    door = root / PRODUCT / "core" / "planning" / "cpsat.py"
    return [
        f"{at(root, path, node)} imports {module}; only core.planning.cpsat does"
        for path in product_files(root)
        for node, module, _name, _used in imports(root, path)
        if module.split(".")[0] == "ortools" and path != door
    ]


def parts_of_a_room_import_down(root: Path) -> list[str]:
    """urls → views | api | management → forms → services → models."""
    level = {part: len(PARTS) - i for i, parts in enumerate(PARTS) for part in parts}
    findings = []
    for path in product_files(root):
        room, own = room_of(root, path), part_of(root, path)
        if room not in ROOMS or own not in level:
            continue
        for node, module, name, _used in imports(root, path):
            full = f"{module}.{name}"
            match = re.match(rf"awna\.{room}\.(\w+)", full)
            other = match.group(1) if match else ""
            if other in level and other != own and level[other] >= level[own]:
                findings.append(f"{at(root, path, node)} ({own}) imports {other} of its room")
    return findings


def no_signals(root: Path) -> list[str]:
    """A write is followed by what its service says. Django's own hook on new connections is the one exception."""
    return [
        f"{at(root, path, node)} uses the signal {module}.{name}"
        for path in product_files(root)
        for node, module, name, _used in imports(root, path)
        if (module.startswith("django.dispatch") or module.endswith(".signals") or name == "signals")
        and not (path == root / PRODUCT / "kit" / "sqlite.py" and name == "connection_created")
    ]


def no_django_admin(root: Path) -> list[str]:
    return [
        f"{at(root, path, node)} names django.contrib.admin"
        for path in product_files(root)
        for node in ast.walk(parsed(path))
        if (isinstance(node, ast.Constant) and isinstance(node.value, str) and re.match(r"django\.contrib\.admin(\.|$)", node.value))
        or (
            isinstance(node, ast.ImportFrom)
            and (f"{node.module}." + ".".join(a.name for a in node.names)).startswith("django.contrib.admin")
        )
    ]


def no_models_by_name(root: Path) -> list[str]:
    """A model is imported. Only kit, which stands below `parties`, asks by name who is signed in where."""
    return [
        f"{at(root, path, node)} calls get_model; import the model"
        for path in product_files(root)
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call) and _last_name(node.func) == "get_model" and not _asks_who(root, path, node)
    ]


def _asks_who(root: Path, path: Path, call: ast.Call) -> bool:
    app = call.args[0] if call.args else None
    return room_of(root, path) == "kit" and isinstance(app, ast.Constant) and app.value == "parties"


def transfers_are_built_in_one_place(root: Path) -> list[str]:
    """`Transfer(` and `Transfer.objects.…create` stand in books/services alone."""
    findings = []
    for path in product_files(root):
        room, part = room_of(root, path), part_of(root, path)
        if room not in ROOMS or (room == "books" and part == "services"):
            continue
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Call) and ("Transfer" in _dotted(node.func).split(".")) and _is_making(node.func, "Transfer"):
                findings.append(f"{at(root, path, node)} builds a Transfer")
    return findings


def readers_do_not_write(root: Path) -> list[str]:
    """`public` and `exports` only read."""
    return [
        f"{at(root, path, node)} writes with {what}"
        for path in product_files(root)
        if room_of(root, path) in READ_ONLY_ROOMS
        for node, what in _orm_writes(path)
    ]


def only_services_write(root: Path) -> list[str]:
    """Views, forms, APIs and commands call a service."""
    return [
        f"{at(root, path, node)} writes with {what}; call a service"
        for path in product_files(root)
        if room_of(root, path) in ROOMS and part_of(root, path) in {"views", "forms", "api", "management"}
        for node, what in _orm_writes(path)
    ]


def rooms_write_their_own_rows(root: Path) -> list[str]:
    """No write to a model of another room: its service is called."""
    findings = []
    for path in product_files(root):
        room = room_of(root, path)
        foreign = {
            used: match.group(1)
            for _node, module, _name, used in imports(root, path)
            if (match := re.match(r"awna\.(\w+)\.models", module)) and match.group(1) != room
        }
        for node in ast.walk(parsed(path)):
            if not isinstance(node, ast.Call):
                continue
            model = _dotted(node.func).split(".")[0]
            if model in foreign and _is_making(node.func, model):
                findings.append(f"{at(root, path, node)} writes {model} of {foreign[model]}; call awna.{foreign[model]}.services")
    return findings


def foreign_keys_point_down(root: Path) -> list[str]:
    """Targets named as `room.Model`; targets that are imported are covered by the layer contract."""
    findings = []
    for path in product_files(root):
        room = room_of(root, path)
        if room not in ROOMS:
            continue
        for node in ast.walk(parsed(path)):
            target = _relation_target(node)
            other = target.split(".")[0]
            if other in ROOMS and other != room and height(other) >= height(room):
                findings.append(f"{at(root, path, node)} points from {room} up to {target}")
    return findings


def _relation_target(node: ast.AST) -> str:
    """`room.Model` of a relation field, or ''."""
    if not isinstance(node, ast.Call) or _last_name(node.func) not in {"ForeignKey", "OneToOneField", "ManyToManyField"}:
        return ""
    targets = [*node.args[:1], *(word.value for word in node.keywords if word.arg == "to")]
    return next((t.value for t in targets if isinstance(t, ast.Constant) and isinstance(t.value, str)), "")


def _orm_writes(path: Path) -> Iterator[tuple[ast.AST, str]]:
    for node in ast.walk(parsed(path)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        chain = _dotted(node.func)
        asks_queryset = re.search(r"\b(objects|filter|exclude|all)\b", chain.rpartition(".")[0])
        if node.func.attr in WRITES or (node.func.attr == "update" and asks_queryset):
            yield node, f"{chain}()"


def _is_making(function: ast.expr, model: str) -> bool:
    """`Model(…)`, `models.Model(…)` or `Model.objects.create(…)` and its like."""
    chain = _dotted(function).split(".")
    return chain[-1] == model or (chain[-1] in WRITES | {"update"} and "objects" in chain)


def _dotted(node: ast.expr) -> str:
    """`a.b().c` → `a.b.c`."""
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    if isinstance(node, ast.Call):
        return _dotted(node.func)
    return node.id if isinstance(node, ast.Name) else "_"


def _last_name(node: ast.expr) -> str:
    return _dotted(node).rpartition(".")[2]
