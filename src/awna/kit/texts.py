"""The texts that people read, found in the source: gettext calls, templates, and the words of every refusal."""

import ast
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_python
from django.utils.translation import template

PACKAGE = Path(__file__).resolve().parents[1]
CODE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)+")
HOLE = re.compile(r"%\(\w+\)s")
SENTENCE = re.compile(r"\S+ .*[.?!]", re.DOTALL)
SINGULAR = {"gettext", "gettext_lazy", "gettext_noop"}
PLURAL = {"ngettext", "ngettext_lazy"}
WITH_CONTEXT = {"pgettext", "pgettext_lazy"}
TEMPLATE_KEYWORDS = ("_", "gettext", "ngettext", "pgettext")

Id = str | tuple[str, str]
Found = tuple[Id, str | None]
"""A msgid and the context that tells it from the same words elsewhere, if it has one."""


@dataclass(frozen=True)
class Text:
    """One msgid, alone or as (one, many), and the file that says it."""

    id: Id
    file: str
    context: str | None = None


def texts_of(package: Path = PACKAGE) -> list[Text]:
    """Every text of the package that a catalogue must hold."""
    found: dict[Found, Text] = {}
    for path in sorted(package.rglob("*")):
        parts = path.relative_to(package).parts
        if not path.is_file() or {"migrations", "__pycache__"} & set(parts):
            continue
        name = "/".join(parts)
        if path.suffix == ".py":
            ids = list(python_texts(path.read_text(encoding="utf-8")))
        elif "templates" in parts:
            ids = list(template_texts(path.read_text(encoding="utf-8"), name))
        else:
            continue
        for msgid, context in ids:
            found.setdefault((msgid, context), Text(msgid, name, context))
    return list(found.values())


def template_texts(source: str, name: str) -> Iterator[Found]:
    """Django turns a template into lines that read as Python; their indentation means nothing."""
    lines = "\n".join(line.strip() for line in template.templatize(source, origin=name).splitlines())
    for _, function, messages, _ in extract_python(io.BytesIO(lines.encode()), TEMPLATE_KEYWORDS, [], {"encoding": "utf-8"}):
        if function == "ngettext":
            yield (messages[0], messages[1]), None
        elif function == "pgettext":
            yield messages[1], messages[0]
        elif isinstance(messages, str) and messages:
            yield messages, None


def python_texts(source: str) -> Iterator[Found]:
    tree = ast.parse(source)
    yield from _gettext_ids(tree)
    yield from ((msgid, None) for msgid in _refusal_ids(tree))


def _gettext_ids(tree: ast.Module) -> Iterator[Found]:
    names = {
        alias.asname or alias.name: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        function = names.get(node.func.id, "") if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        words = [argument.value for argument in node.args[:2] if _is_text(argument)]
        if function in SINGULAR and words:
            yield words[0], None
        elif function in PLURAL and len(words) == 2:
            yield (words[0], words[1]), None
        elif function in WITH_CONTEXT and len(words) == 2:
            yield words[1], words[0]


def _refusal_ids(tree: ast.Module) -> Iterator[str]:
    """A refusal's text stands behind its code: `Problem("code", "Text")`, a helper of the same shape, a pair or a dict of them."""
    for scope in ast.walk(tree):
        if not isinstance(scope, ast.Module | ast.FunctionDef):
            continue
        named = _named_texts(tree.body) | _named_texts(list(ast.walk(scope)))
        for node in ast.walk(scope):
            for code, text in _pairs(node):
                is_problem = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Problem"
                if is_problem or (_is_text(code) and CODE.fullmatch(code.value)):
                    yield from (
                        words for words in _texts(text, named) if HOLE.sub("", words).strip() and (is_problem or SENTENCE.fullmatch(words))
                    )


def _pairs(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    if isinstance(node, ast.Call):
        yield from zip(node.args[:1], node.args[1:2], strict=False)
    elif isinstance(node, ast.Tuple):
        yield from zip(node.elts[:1], node.elts[1:2], strict=False)
    elif isinstance(node, ast.Dict):
        yield from ((key, value) for key, value in zip(node.keys, node.values, strict=True) if key is not None)


def _texts(node: ast.expr, named: dict[str, list[str]]) -> list[str]:
    if _is_text(node):
        return [node.value]
    if isinstance(node, ast.IfExp):
        return _texts(node.body, named) + _texts(node.orelse, named)
    if isinstance(node, ast.Name):
        return named.get(node.id, [])
    return []


def _named_texts(nodes: list[ast.stmt] | list[ast.AST]) -> dict[str, list[str]]:
    """Texts given to a name, in the order of their lines; `text += more` is a second text."""
    named: dict[str, list[str]] = {}
    steps = [node for node in nodes if isinstance(node, ast.Assign | ast.AugAssign)]
    for node in sorted(steps, key=lambda step: step.lineno):
        target = node.target if isinstance(node, ast.AugAssign) else node.targets[0]
        if not isinstance(target, ast.Name):
            continue
        held = named.setdefault(target.id, [])
        if isinstance(node, ast.AugAssign):
            held += [held[-1] + more for more in _texts(node.value, {}) if held]
        else:
            held += _texts(node.value, {})
    return named


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def untranslated(texts: list[Text], catalogue: Catalog) -> list[str]:
    """One line for each text that the catalogue lacks, or holds without all of its forms."""
    findings = []
    for text in texts:
        message = catalogue.get(text.id, text.context)
        forms = () if message is None or message.fuzzy else (message.string,) if isinstance(message.string, str) else message.string
        if not forms or not all(forms):
            findings.append(f"{text.file}: {text.id if isinstance(text.id, str) else text.id[0]}")
    return findings
