"""Column vocabulary of every table: one place decides how each kind of value is stored.

* amounts, prices, sizes: native integers of the program in ``BIGINT`` (units: the column's comment or name)
* unsigned 64-bit and 128-bit values that may pass 2^63 (order ids, client ids): decimal text
* keys and signatures: base58 text; hashes that we make: hexadecimal text
* times: integer Unix milliseconds, named ``*_ms``
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, MetaData, String, Table, Text
from sqlalchemy.schema import SchemaItem

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

AnyColumn = Column[Any]


def table(name: str, writer: str, data_class: str, *items: SchemaItem, comment: str) -> Table:
    """Declare a table.

    ``writer`` is the one service that may write it; ``data_class`` is ``derived`` (can be rebuilt from the
    chain while a node keeps history), ``recorded`` (can not be had again) or ``owned`` (belongs to a user).
    """
    return Table(name, metadata, *items, comment=comment, info={"writer": writer, "data_class": data_class})


def integer(name: str, *, key: bool = False, null: bool = False, comment: str | None = None) -> AnyColumn:
    """A 64-bit signed integer."""
    return Column(name, BigInteger, primary_key=key, nullable=null, autoincrement=False, comment=comment)


def small(name: str, *, key: bool = False, null: bool = False, comment: str | None = None) -> AnyColumn:
    """An integer under 2^31: market, slot index, sub-account, flags."""
    return Column(name, Integer, primary_key=key, nullable=null, autoincrement=False, comment=comment)


def text(
    name: str, length: int | None = None, *, key: bool = False, null: bool = False, comment: str | None = None
) -> AnyColumn:
    """Text; with ``length`` at most that many characters."""
    kind = Text() if length is None else String(length)
    return Column(name, kind, primary_key=key, nullable=null, comment=comment)


def binary(name: str, *, null: bool = False, comment: str | None = None) -> AnyColumn:
    """Raw bytes."""
    return Column(name, LargeBinary, nullable=null, comment=comment)


def wallet(name: str = "wallet", *, key: bool = False, null: bool = False) -> AnyColumn:
    """A public key in base58."""
    return text(name, 44, key=key, null=null)


def signature(name: str = "signature", *, key: bool = False, null: bool = False) -> AnyColumn:
    """A transaction signature in base58."""
    return text(name, 88, key=key, null=null)
