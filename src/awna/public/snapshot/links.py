"""Pages made fit to lie anywhere: links relative where the snapshot has the target and whole where it has not, no forms, no scripts."""

import html
import posixpath
import re
from collections.abc import Callable
from functools import cached_property, lru_cache
from html.parser import HTMLParser
from urllib.parse import SplitResult, urljoin, urlsplit

from django.conf import settings
from django.urls import Resolver404, URLPattern, resolve, reverse
from django.utils import translation

from awna.kit.policies import ANYONE, open_addresses, policies_of
from awna.kit.snapshots import InSnapshot

ADDRESSES = re.compile(r"""(\s(?:href|src|action|data|poster|xlink:href)\s*=\s*)("[^"]*"|'[^']*'|[^\s>"']+)""", re.IGNORECASE)
SETS = re.compile(r"""(\ssrcset\s*=\s*)("[^"]*"|'[^']*')""", re.IGNORECASE)
SPECIAL = r"(?!(?:form|main|script|style|title|textarea|xmp|iframe|no\w*|plaintext)\b)"
"""Elements that are looked at one by one, or whose content is not ordinary."""
SIMPLE_TAG = re.compile(rf"""<{SPECIAL}[a-z][a-z0-9]*(?:\s+[a-zA-Z][\w:.-]*+(?:="[^"<>]*+")?)*+\s*+/?>""")
"""A whole start tag of an ordinary element, with its values in quotes."""
NO_ADDRESS = r"(?!href|src|action|data\s*=|poster|xlink)"
PLAIN_RUN = re.compile(
    rf"""(?:[^<&]++|&(?:[a-zA-Z][a-zA-Z0-9]*+|\#[0-9]++);|</{SPECIAL}[a-z][a-z0-9]*+>"""
    rf"""|<{SPECIAL}[a-z][a-z0-9]*+(?:\s++{NO_ADDRESS}[a-zA-Z][\w:.-]*+(?:="[^"<>]*+")?)*+\s*+/?>)*+"""
)
"""Text, tags without addresses and ends of ordinary elements, as far as they go: taken over as they stand."""
SIMPLE_PATH = re.compile(r"/(?:[\w-]+/)*(?:[\w-]+(?:\.\w+)?)?", re.ASCII)
"""A whole address path that means the same wherever it stands."""
LINKS_REMEMBERED = 4096


class Links:
    """Where each address of the site lies in the snapshot."""

    def __init__(self, files: dict[str, str], *, origin: str, static: str, first_language: str) -> None:
        self.files, self.origin, self.static, self.first_language = files, origin, static, first_language
        self.assets: set[str] = set()
        self.target = lru_cache(maxsize=LINKS_REMEMBERED)(self._target)
        self._file_named = lru_cache(maxsize=LINKS_REMEMBERED)(self._find_file)

    def forget(self, url: str) -> None:
        """This address turned out to have nothing to show: from now on links to it lead to the site."""
        if self.files.pop(url, None):
            self.target.cache_clear()
            self._file_named.cache_clear()

    def file_of(self, path: str) -> tuple[str, str]:
        """File and fragment that stand for an address path; ("", "") where the snapshot has nothing for it."""
        if path.startswith(self.static):
            self.assets.add(path)
            return path.lstrip("/"), ""
        if path in self.files:
            return self.files[path], ""
        return self._stands_in(path)

    def _target(self, href: str, *, page: str, file: str) -> str:
        """What a link of the page at address `page`, lying in `file`, becomes."""
        if SIMPLE_PATH.fullmatch(href):  # most links of a long table
            parts = SplitResult("", "", href, "", "")
        else:
            parts = urlsplit(urljoin(page, href) if not href.startswith("#") else href)
        if href.startswith("#") or parts.scheme or parts.netloc or not parts.path:
            return href
        found, fragment = ("", "") if parts.query else self.file_of(parts.path)
        if not found:
            return (
                f"{self.origin}{parts.path}" + (f"?{parts.query}" if parts.query else "") + (f"#{parts.fragment}" if parts.fragment else "")
            )
        if found == file and not (fragment or parts.fragment) and parts.path != page:
            return f"{self.origin}{parts.path}"  # the same page in a language that the snapshot has not
        fragment = parts.fragment or fragment
        return relative(found, file) + (f"#{fragment}" if fragment else "")

    def _stands_in(self, path: str) -> tuple[str, str]:
        """A table is built in one language only, and some addresses name what stands in for them."""
        language = translation.get_language_from_path(path) or settings.LANGUAGE_CODE
        bare = path.removeprefix(f"/{language}/").lstrip("/")
        for pattern, said in self._named_instead:
            # Asked first, and alone: a page of the book names a hundred entries.
            if match := pattern.pattern.match(bare):
                name, values, fragment = said.instead(match[2])  # it has one
                return self._file_named(name, tuple(values.items()), language), fragment
        try:
            with translation.override(language):
                match = resolve(path)
        except Resolver404:
            return "", ""
        if (policies_of(match.func) or {}).get("GET") is not ANYONE:
            return "", ""
        return self._file_named(match.view_name, tuple(match.kwargs.items()), language), ""

    @cached_property
    def _named_instead(self) -> list[tuple[URLPattern, InSnapshot]]:
        return [(pattern, said) for _route, pattern, said in open_addresses() if said is not None and said.instead is not None]

    def _find_file(self, name: str, values: tuple[tuple[str, object], ...], language: str) -> str:
        for code in (language, self.first_language):
            with translation.override(code):
                found = self.files.get(reverse(name, kwargs=dict(values)))
            if found:
                return found
        return ""


@lru_cache(maxsize=LINKS_REMEMBERED)
def relative(target: str, file: str) -> str:
    """The way from one file to another."""
    return posixpath.relpath(target, posixpath.dirname(file) or ".")


class Rewriter(HTMLParser):
    """Copies a page word for word, but for addresses, forms and scripts."""

    def __init__(self, links: Links, *, page: str, file: str, note: str, form: str) -> None:
        super().__init__(convert_charrefs=False)
        self.links, self.page, self.file, self.note, self.form = links, page, file, note, form
        self.out: list[str] = []
        self.inside = ""
        """The element that is being left out, `form` or `script`."""

    def parse_starttag(self, i: int) -> int:
        """Ordinary tags need no parser, and what follows them up to the next address is taken over as it stands."""
        simple = SIMPLE_TAG.match(self.rawdata, i)
        if simple is None:
            end = super().parse_starttag(i)
        else:
            self._copy(self._addresses(simple[0]))
            end = simple.end()
        if end < 0 or self.cdata_elem is not None:
            return end
        run = PLAIN_RUN.match(self.rawdata, end)
        assert run is not None  # it may be empty
        self._copy(run[0])
        return run.end()

    def updatepos(self, i: int, j: int) -> int:
        """Nobody asks for lines and columns here, and counting them takes a third of the time."""
        return j

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self.inside:
            return
        said = dict(attrs)
        if tag == "form" or (tag == "script" and said.get("type") != "application/ld+json"):
            self.inside = tag
            if tag == "form":
                self.out.append(self.form)
            return
        raw = self.get_starttag_text() or ""
        if tag == "main":
            self.out.append(self.note)
        self.out.append(self._addresses(raw))

    handle_startendtag = handle_starttag

    def _addresses(self, raw: str) -> str:
        if "=" not in raw:
            return raw
        raw = ADDRESSES.sub(lambda match: f'{match[1]}"{self._moved(match[2])}"', raw)
        return SETS.sub(lambda match: f'{match[1]}"{self._moved_set(match[2])}"', raw) if "srcset" in raw else raw

    def _moved(self, said: str) -> str:
        href = html.unescape(said.strip("\"'"))
        return html.escape(self.links.target(href, page=self.page, file=self.file))

    def _moved_set(self, said: str) -> str:
        parts = [part.split() for part in html.unescape(said.strip("\"'")).split(",") if part.strip()]
        return html.escape(", ".join(" ".join([self.links.target(part[0], page=self.page, file=self.file), *part[1:]]) for part in parts))

    def handle_endtag(self, tag: str) -> None:
        if self.inside:
            self.inside = "" if tag == self.inside else self.inside
            return
        self.out.append(f"</{tag}>")

    def _copy(self, text: str) -> None:
        if not self.inside:
            self.out.append(text)

    def handle_data(self, data: str) -> None:
        self._copy(data)

    def handle_entityref(self, name: str) -> None:
        self._copy(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self._copy(f"&#{name};")

    def handle_comment(self, data: str) -> None:
        """Comments speak to developers; readers of a copy need none."""

    def handle_decl(self, decl: str) -> None:
        self._copy(f"<!{decl}>")


def rewritten(page: str, make: Callable[[], Rewriter]) -> str:
    rewriter = make()
    rewriter.feed(page)
    rewriter.close()
    return "".join(rewriter.out)


CSS_ADDRESSES = re.compile(r"url\(\s*[\"']?([^\"')]+)[\"']?\s*\)|@import\s+[\"']([^\"']+)[\"']")


def assets_of_css(text: str, *, path: str) -> set[str]:
    """What a style sheet loads itself; its own links are relative already."""
    found = (match[1] or match[2] for match in CSS_ADDRESSES.finditer(text))
    return {urlsplit(urljoin(path, href)).path for href in found if not href.startswith(("data:", "#", "http:", "https:"))}
