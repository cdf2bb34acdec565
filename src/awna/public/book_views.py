"""The open books: entries by any filter, one entry, and pages of one hundred at an address that never changes."""

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from awna.books.models import Book, Commodity, Entry, Evidence, Transfer
from awna.books.models.ledger import ENTRIES_PAGE
from awna.books.services import log_standing, prove_entry, sums_set_aside
from awna.books.services.browse import BookRow, last_readable_day, load_rows, rows_page, size_of
from awna.books.services.filters import Filters, read_filters, short
from awna.books.services.plain import safe_cell
from awna.books.services.sums import totals_of
from awna.core.amounts import format_minor
from awna.core.log.tree import hash_leaf
from awna.core.problems import Refused
from awna.kit.http import file_answer, refused_page

from . import words
from .book_shown import Places, address, book_or_404, chips, fields, fund_title, kind_words, pinned_book_or_404, tabs, thing_name
from .figures import FIGURES, money_of, q_of, sign_in
from .journey import page_of

UNPROCESSABLE = 422
ENTRY_ROWS_MAX = 200


def book(request: HttpRequest, slug: str) -> HttpResponse:
    """The newest entries that fit the filters of the address, with their totals; a wrong filter shows nothing but what is wrong."""
    found = pinned_book_or_404(request)
    places = Places(found)
    filters, problems = read_filters(found, request.GET, kind_words=kind_words())
    page = None if problems else rows_page(found, filters)
    totals = [] if problems else totals_of(found, filters)
    context = {
        "title": _("Open books"), "tabs": tabs(slug, "book"), "fields": fields(found, filters, problems, request.GET, places), "problems": problems,
        "rows": shown_rows(page.rows, places) if page else [], "page": page, "filters": filters, "place": filters.account or filters.custody,
        "chips": chips(filters, places, slug), "totals": _with_things(totals), "totals_unknown": totals is None,
        "older": address("book", slug, filters.query(before=page.before)) if page and page.before else "",
        "newest": address("book", slug, filters.query()) if filters.before else "",
        "files": [(kind, address("book_rows", slug, filters.query(), kind=kind)) for kind in ("csv", "json", "parquet")],
        "log": log_standing(found), "told_until": last_readable_day(found), "size": size_of(found), "place_name": _place_name(filters, places),
    }  # fmt: skip
    return render(request, "public/book.html", context, status=UNPROCESSABLE if problems else 200)


def book_page(request: HttpRequest, slug: str, page: str) -> HttpResponse:
    """One hundred entries at an address that never changes."""
    found = pinned_book_or_404(request)
    number = page_number(found, page)
    return page_answer(request, found, number=number, rows=rows_of_page(found, number), size=size_of(found), places=Places(found))


def page_answer(request: HttpRequest, book: Book, *, number: int, rows: list[BookRow], size: int, places: Places) -> HttpResponse:
    """The page of these rows. In a snapshot it says nothing of the newest head or day, so that it stays as it is while its entries do."""
    is_live = getattr(request, "snapshot", None) is None
    context = {
        "title": _("Open books"), "tabs": tabs(book.campaign.slug, ""), "page_name": f"{number:04d}",
        "rows": shown_rows(rows, places, reversed_by=reversals_of(book, rows, size=size)),
        "earlier": f"{number - 1:04d}" if number > 1 else "", "later": f"{number + 1:04d}" if size > number * ENTRIES_PAGE else "", "size": size,
        "log": log_standing(book) if is_live else None, "told_until": last_readable_day(book) if is_live else None,
    }  # fmt: skip
    return render(request, "public/book_page.html", context)


def page_number(book: Book, page: str) -> int:
    if not page.isascii() or not page.isdigit() or page != f"{int(page):04d}" or int(page) < 1:
        raise Http404("A page of the book is a number such as 0001.")
    if int(page) > 1 and size_of(book) <= (int(page) - 1) * ENTRIES_PAGE:
        raise Http404("The book has no such page yet.")
    return int(page)


def rows_of_page(book: Book, number: int) -> list[BookRow]:
    """The rows of one hundred entries, oldest first."""
    first = (number - 1) * ENTRIES_PAGE
    end = min(first + ENTRIES_PAGE, size_of(book))
    rows = Transfer.objects.filter(book=book, entry_seq__gte=first, entry_seq__lt=end)
    bare = Entry.objects.filter(book=book, seq__gte=first, seq__lt=end, row_count=0)
    keys = [*rows.order_by().values_list("entry_seq", "line"), *((seq, 0) for seq in bare.values_list("seq", flat=True))]
    return load_rows(book, sorted(keys))


def entry(request: HttpRequest, slug: str, seq: int) -> HttpResponse:
    """All that one entry says: rows, papers, decisions, what it undoes and what undoes it, and its place in the log."""
    found = pinned_book_or_404(request)
    row = Entry.objects.filter(book=found, seq=seq, seq__lt=size_of(found)).select_related("author", "second", "proposal").first()
    if row is None:
        raise Http404("The book has no such entry.")
    keys = list(Transfer.objects.filter(book=found, entry_seq=seq).order_by("line").values_list("entry_seq", "line")[:ENTRY_ROWS_MAX])
    places, leaf = Places(found), json.loads(bytes(row.leaf))
    # Each question by itself and for the number alone: its own index answers it; asked otherwise, the whole book is read.
    corrected_by = list(Transfer.objects.filter(book=found, corrects_seq=seq).values_list("entry_seq", flat=True))
    ended_by = list(Transfer.objects.filter(book=found, resolves_seq=seq).values_list("entry_seq", flat=True))
    context = {
        "title": _("Entry %(seq)s") % {"seq": seq}, "tabs": tabs(slug, ""), "entry": row, "kind": words.what(row),
        "rows": shown_rows(load_rows(found, keys), places), "left_out": max(0, row.row_count - len(keys)),
        "documents": [item.document for item in Evidence.objects.filter(book=found, entry_seq=seq).select_related("document")],
        "decisions": [{"steward": item["steward"][:8], "day": item["date"], "signed": bool(item.get("signature"))}
                      for item in leaf.get("decisions", [])],
        "proposal": short(row.proposal), "by": row.author.get_name_display(), "second": row.second.get_name_display() if row.second else "",
        "links": _links(found, row, corrected_by=corrected_by, ended_by=ended_by), "page_name": page_of(seq), "leaf_hash": hash_leaf(bytes(row.leaf)).hex(),
        "log": log_standing(found), "before": seq - 1 if seq else None, "after": seq + 1 if seq + 1 < size_of(found) else None,
        "about": str(leaf.get("payload", {}).get("about", "")),
    }  # fmt: skip
    return render(request, "public/book_entry.html", context)


def leaf(request: HttpRequest, slug: str, seq: int) -> HttpResponse:
    """The leaf of one entry, byte for byte as the log holds it."""
    book = book_or_404(request)
    found = Entry.objects.filter(book=book, seq=seq, seq__lt=size_of(book)).values_list("leaf", flat=True).first()
    if found is None:
        raise Http404("The book has no such entry.")
    return HttpResponse(bytes(found), content_type="application/json")


def figure(request: HttpRequest, slug: str, figure: str, code: str) -> HttpResponse:
    """The newest entries behind one figure; the signed amounts of all of them add up to it."""
    found = book_or_404(request)
    commodity = Commodity.objects.filter(code=code, kind="money", accounts__book=found).first()
    if figure not in FIGURES or commodity is None:
        raise Http404("There is no such figure.")
    filters, problems = read_filters(found, {"before": request.GET.get("before", "")})
    page = rows_page(found, replace(filters, commodity=commodity), also=q_of(figure))
    rows = [{**shown, "signed": item.minor * sign_in(figure, kind=item.entry.kind, debit_stage=item.transfer.debit_stage,
                                                     credit_stage=item.transfer.credit_stage)}
            for item, shown in zip(page.rows, shown_rows(page.rows, Places(found)), strict=True) if item.transfer]  # fmt: skip
    total = next((getattr(money, figure) for money in money_of(found) if money.code == code), 0)
    asides = sums_set_aside(found) if figure == "in_hand" and not found.sheltered else []
    context = {
        "aside": sum(one.minor for one in asides if one.code == code),
        "title": words.FIGURES[figure], "tabs": tabs(slug, ""), "rows": rows, "total": total, "code": code, "scale": commodity.scale,
        "problems": problems, "page": page, "older": address("figure", slug, {"before": page.before}, figure=figure, code=code) if page.before else "",
    }  # fmt: skip
    return render(request, "public/figure.html", context, status=UNPROCESSABLE if problems else 200)


def book_json(request: HttpRequest, slug: str, page: str) -> HttpResponse:
    found = book_or_404(request)
    rows = plain_rows(rows_of_page(found, page_number(found, page)))
    return HttpResponse(json_text(rows), content_type="application/json; charset=utf-8")


def json_text(rows: list[dict[str, Any]]) -> str:
    """One array, a row on each line."""
    return "[\n" + ",\n".join(json.dumps(row, ensure_ascii=False, default=str) for row in rows) + "\n]\n"


def book_csv(request: HttpRequest, slug: str, page: str) -> HttpResponse:
    found = book_or_404(request)
    rows = plain_rows(rows_of_page(found, page_number(found, page)))
    return HttpResponse(csv_text(rows), content_type="text/csv; charset=utf-8")


def csv_text(rows: list[dict[str, Any]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, ["entry", "line", "date", "kind", "from", "to", "fund", "amount", "commodity", "reverses"])
    writer.writeheader()
    writer.writerows({name: safe_cell(value) for name, value in row.items()} for row in rows)
    return out.getvalue()


def plain_rows(rows: list[BookRow]) -> list[dict[str, Any]]:
    return [
        {
            "entry": item.entry.seq, "line": row.line, "date": item.entry.effective_date.isoformat(), "kind": item.entry.kind,
            "from": row.debit_stage, "to": row.credit_stage, "fund": row.credit_fund.title,
            "amount": format_minor(row.amount, row.commodity.scale), "commodity": row.commodity.code, "reverses": item.entry.reverses,
        }
        for item in rows if (row := item.transfer)
    ]  # fmt: skip


def proof(request: HttpRequest, slug: str, seq: int) -> HttpResponse:
    """The proof that the log holds this entry, in the form that any reader of such logs knows."""
    book = book_or_404(request)
    if seq >= size_of(book):
        raise Http404("The book has no such entry.")
    try:
        text = prove_entry(book, seq=seq)
    except Refused as refused:
        return refused_page(request, refused, back=address("book_entry", slug, seq=seq))
    return file_answer(text.encode(), name=f"entry-{seq}.tlog-proof", media_type="text/plain; charset=utf-8")


def _links(book: Book, row: Entry, *, corrected_by: list[int], ended_by: list[int]) -> list[dict[str, Any]]:
    """Other entries that this one undoes, corrects or carries out, and those that do so with it."""
    found = []
    if row.reverses is not None:
        found.append({"text": _("Reverses"), "seq": row.reverses})
    found += [
        {"text": _("Reversed by"), "seq": seq} for seq in Entry.objects.filter(book=book, reverses=row.seq).values_list("seq", flat=True)
    ]
    own = Transfer.objects.filter(book=book, entry_seq=row.seq).values_list("corrects_seq", "resolves_seq").distinct()
    for corrects, resolves in own:
        if corrects is not None:
            found.append({"text": _("Corrects"), "seq": corrects})
        if resolves is not None:
            found.append({"text": _("Ends the hold of"), "seq": resolves})
    found += [{"text": _("Corrected by"), "seq": seq} for seq in sorted(set(corrected_by))]
    found += [{"text": _("Its hold was ended by"), "seq": seq} for seq in sorted(set(ended_by))]
    return found


def reversals_of(book: Book, rows: list[BookRow], *, size: int) -> dict[int, int]:
    """Entry → the readable entry that reverses it, for those of these rows that were reversed."""
    # Asked for these numbers alone: their index answers it; with a bound on the others the whole book would be read.
    found = Entry.objects.filter(book=book, reverses__in={row.entry.seq for row in rows}) if rows else Entry.objects.none()
    return {undone: seq for undone, seq in found.values_list("reverses", "seq") if seq < size}


def shown_rows(rows: list[BookRow], places: Places, *, reversed_by: Mapping[int, int] | None = None) -> list[dict[str, Any]]:
    """Rows as templates read them; an entry's words stand on each of its rows, its anchor on the first."""
    shown, anchored = [], set()
    before, after = reverse("book_entry", kwargs={"slug": places.book.campaign.slug, "seq": 0}).rsplit("0", 1)
    by = {role.pk: str(role.get_name_display()) for role in {item.entry.author_id: item.entry.author for item in rows}.values()}
    for item in rows:
        row, seq = item.transfer, item.entry.seq
        shown.append({
            "entry": item.entry, "seq": seq, "anchor": seq not in anchored, "kind": str(words.what(item.entry)),
            "by": by[item.entry.author_id], "reversed_by": (reversed_by or {}).get(seq), "row": row, "minor": item.minor, "balance": item.balance,
            "number": str(seq), "href": f"{before}{seq}{after}", "way": places.way(row.debit_account, row.credit_account) if row else "",
            "day": item.entry.effective_date, "reverses": item.entry.reverses, "amount": row.amount if row else None,
            "fund": fund_title(row.credit_fund) if row else "", "code": row.commodity.code if row else "", "scale": row.commodity.scale if row else 0,
        })  # fmt: skip
        anchored.add(seq)
    return shown


def _with_things(totals: list[dict[str, Any]] | None) -> list[dict[str, Any]]:
    things = Commodity.objects.in_bulk([item["commodity"] for item in totals or []])
    found = [{**item, "thing": things[item["commodity"]], "name": thing_name(things[item["commodity"]])} for item in totals or []]
    return sorted(found, key=lambda item: (item["thing"].kind != "money", item["name"]))


def _place_name(filters: Filters, places: Places) -> str:
    if filters.account is not None:
        end = places.end(filters.account)
        return f"{end['stage']}, {end['place']}" if end["place"] else str(end["stage"])
    return places.name(filters.custody)
