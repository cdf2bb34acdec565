"""A campaign with its book, and files of people and goods as associations keep them."""

import io

import pytest
from openpyxl import Workbook

from awna.books import services as books
from awna.campaigns.moving import services as moving
from awna.desk.moving.kinds import kind_named
from tests.world import make_world

PEOPLE = (
    "code,name,languages,skills,available,vetting,vetted_until\n"
    "V-1,Amal Example,ar:native; en:working,interpreter:lead,,cleared,2099-01-01\n"
    "V-2,Ben Example,en:native,mason:skilled,2099-01-01..2099-02-01,pending,\n"
    "V-3,Cyd Example,xx1:native,mason:skilled,,,\n"
)
GOODS = "code,name,unit,kind,decimals\ncement,Cement,bag,material,0\ncable,Cable,m,material,2\nBad Code,Lamp,piece,,\n"


@pytest.fixture
def world(db):
    world = make_world()
    books.open_book(campaign=world.campaign, author=world.salma)
    return world


@pytest.fixture
def bring(world):
    """`bring(kind, text or bytes, author)` keeps a file as a draft."""

    def keep(kind, data, author, **more):
        data = data.encode() if isinstance(data, str) else data
        return moving.keep_file(campaign=world.campaign, kind=kind_named(kind), data=data, name=f"{kind}.csv", author=author, **more)

    return keep


def workbook(rows):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
