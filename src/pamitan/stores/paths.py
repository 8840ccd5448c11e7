"""Cells as SQL: a column, or the values at a path in the JSON that it holds, whatever the column is declared as.

A value in JSON is read as text: the number 42 and the text "42" are the same id. Where there is no JSON, nothing at the
path, or a JSON null, there is no value; text that is no JSON is no error. A path through a list
(``items->[].email``) gives a row for each element, from a table function that is joined to the row.

Each database has its own functions for this: ``jsonb_array_elements`` of PostgreSQL (with ``pg_temp.pamitan_json``,
which :mod:`pamitan.stores.engine` makes, because a cast of other text raises), ``JSON_TABLE`` of MariaDB 10.6 and
MySQL 8, ``json_each`` of SQLite.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import registry
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import FromClause
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.functions import FunctionElement

from pamitan.storefile.paths import EACH, CellPath, Step, Target, parse_cell
from pamitan.stores.columns import is_structured
from pamitan.stores.equality import equal
from pamitan.stores.errors import StoreMismatch
from pamitan.stores.schema import Column, Table
from pamitan.stores.spelling import exact


@dataclass(frozen=True)
class Cell:
    """A cell of a row, or a value in its JSON, as SQL has it."""

    path: CellPath
    value: ColumnElement[Any]
    column: Column
    """The column; for a value in JSON one that holds text."""
    elements: FromClause | None = None
    """The elements of the list that the path goes through; to be joined to the row before ``value`` can be read."""
    is_written: bool = False
    """A text that no column holds as it is: a value with a fixed text around it."""

    @property
    def in_json(self) -> bool:
        """Whether it is a value in JSON."""
        return bool(self.path.steps)

    def joined(self, rows: FromClause, condition: ColumnElement[bool]) -> FromClause:
        """Rows, in which the cell's own row is, joined with what else the cell needs."""
        return rows if self.elements is None else rows.join(self.elements, condition)

    def holds(self, condition: ColumnElement[bool]) -> ColumnElement[bool]:
        """A condition over ``value``, as one over the row: it holds for any element of the list."""
        if self.elements is None:
            return condition
        return there_is(self.elements, condition)


def path_index(table: Table, path: CellPath, dialect: str) -> tuple[str, str] | None:
    """Name and statement of the index that spares a link by that path a reading of the whole table.

    ``None`` where the database has no such index: for lists, on MariaDB and MySQL, and for JSON in PostgreSQL's text.
    """
    on_postgresql = dialect == "postgresql" and table.column(path.column).sql_type.upper() == "JSONB"
    if not path.steps or path.many or not (on_postgresql or dialect == "sqlite"):
        return None
    spoken: Any = registry.load(dialect)()
    quoted = spoken.identifier_preparer
    value = _value_at(sa.column(path.column), table.column(path.column), path.steps, dialect)
    expression = str(value.compile(dialect=spoken)).replace("%%", "%")
    steps = "_".join(re.sub(r"\W", "_", str(step)) for step in path.steps)
    name = f"pamitan_{table.sql.name}_{path.column}_{steps}"[:60]
    return name, f"CREATE INDEX {quoted.quote(name)} ON {quoted.format_table(table.sql)} (({expression}))"


def there_is(rows: FromClause, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """EXISTS, of a row that fulfils the conditions; what else they name is of the statements around, at any depth."""
    query: sa.Select[Any] = sa.select(sa.literal_column("1")).select_from(rows).where(*conditions)
    return sa.exists(query.correlate_except(rows))


def cell_of(table: Table, row: FromClause, name: str | CellPath, dialect: str) -> Cell:
    """The cell of a row (the table or an alias of it) that a store file names.

    Raises :class:`StoreMismatch` for a column that is not there, or one that holds no JSON to go into.
    """
    path = parse_cell(name) if isinstance(name, str) else name
    column = table.column(path.column)
    if not path.steps:
        return Cell(path, row.c[column.name], column)
    require_json(table, path)
    if not path.many:
        return Cell(path, _value_at(row.c[column.name], column, path.steps, dialect), _text(path))
    elements = elements_of(_list_at(row.c[column.name], column, path.steps, dialect), dialect)
    return Cell(path, element_value(elements, dialect), _text(path), elements)


def require_json(table: Table, path: CellPath) -> Column:
    """The column of the path; raises :class:`StoreMismatch` where it cannot hold what the path goes into."""
    column = table.column(path.column)
    if path.steps and column.kind not in ("json", "text") and not is_structured(column.sql_type):
        raise StoreMismatch(
            f"column '{table.name}.{column.name}' ({column.sql_type}) holds no JSON, so '{path}' leads nowhere; "
            f"name a column that holds JSON, or '{column.name}' alone"
        )
    return column


def lead_of(table: Table, row: FromClause, name: str, dialect: str) -> ColumnElement[Any]:
    """What a key table keeps of a cell that links of other tables go through: of a list, the JSON of its values."""
    path = parse_cell(name)
    if not path.many:
        return cell_of(table, row, path, dialect).value
    column = require_json(table, path)
    return _list_at(row.c[column.name], column, path.steps, dialect)


def cell_of_lead(table: Table, lead: ColumnElement[Any], name: str, dialect: str) -> Cell:
    """The cell again, from what :func:`lead_of` gave."""
    path = parse_cell(name)
    if not path.steps:
        return Cell(path, lead, table.column(path.column))
    if not path.many:
        return Cell(path, exact(lead, dialect) if _is_mysql(dialect) else lead, _text(path))
    elements = elements_of(lead, dialect)
    return Cell(path, element_value(elements, dialect), _text(path), elements)


def same(one: Cell, other: Cell, dialect: str) -> ColumnElement[bool]:
    """Two cells hold the same value, whatever their types. What stands in JSON is compared byte for byte."""
    found = equal(one.value, one.column, other.value, other.column.kind, dialect)
    if (other.in_json or other.is_written) and not one.in_json and one.column.kind == "text" and _is_mysql(dialect):
        return sa.and_(found, exact(one.value, dialect) == exact(other.value, dialect))
    return found


def tied(
    table: Table, row: FromClause, own: CellPath, other: Table, theirs: FromClause, target: Target, dialect: str
) -> ColumnElement[bool]:
    """A row of the linked table and a row that the link goes through belong together by this pair of cells.

    Written so that an index of the table that is gone through serves.
    """
    cell, found = cell_of(table, row, own, dialect), cell_of(other, theirs, target.cell, dialect)
    return cell.holds(found.holds(same(found, unwrapped(cell, target, dialect), dialect)))


def unwrapped(cell: Cell, target: Target, dialect: str) -> Cell:
    """The value that stands in the fixed text of a target; none where another text stands."""
    if not target.is_template:
        return cell
    text = exact(cell.value, dialect)
    before, after, length = len(target.before), len(target.after), sa.func.length(text)
    if _is_mysql(dialect):
        length = sa.func.char_length(text)
    fits = [length > before + after, sa.func.substr(text, 1, before) == target.before] if before else [length > after]
    if after:
        fits.append(sa.func.substr(text, length - after + 1) == target.after)
    inner = sa.func.substr(text, before + 1, length - before - after, type_=sa.Text)
    return Cell(cell.path, sa.case((sa.and_(*fits), inner)), text_column(str(cell.path)), cell.elements)


def wrapped(cell: Cell, target: Target) -> Cell:
    """The value as text, with the fixed text of a target around it."""
    if not target.is_template:
        return cell
    parts = [sa.literal(target.before, sa.Text), sa.cast(cell.value, sa.Text), sa.literal(target.after, sa.Text)]
    text = sa.type_coerce(parts[0].concat(parts[1]).concat(parts[2]), sa.Text)
    return Cell(cell.path, text, text_column(str(cell.path)), cell.elements, is_written=True)


def text_column(name: str) -> Column:
    """A column of plain text that no table has: what stands in JSON, or a text around a value."""
    return Column(name, "text", "TEXT", True, None, False, False)


def elements_of(values: ColumnElement[Any], dialect: str) -> FromClause:
    """A table with one row for each value of a JSON list of texts and numbers."""
    if dialect == "postgresql":
        as_json = sa.cast(values, sa.dialects.postgresql.JSONB)
        return sa.func.jsonb_array_elements_text(as_json).table_valued("value").render_derived()
    if dialect == "sqlite":
        return sa.func.json_each(values).table_valued("value")
    return _JsonTable(values).table_valued("value")


def element_value(elements: FromClause, dialect: str) -> ColumnElement[Any]:
    """The text of an element."""
    value = sa.type_coerce(elements.c["value"], sa.Text)
    return exact(value, dialect) if _is_mysql(dialect) else value


class _JsonTable(FunctionElement[Any]):
    name = "json_table"
    inherit_cache = True


@compiles(_JsonTable, "mysql")
@compiles(_JsonTable, "mariadb")
def _json_table(element: Any, compiler: Any, **options: Any) -> str:
    column = "value LONGTEXT PATH '$' NULL ON EMPTY NULL ON ERROR"
    return f"JSON_TABLE({compiler.process(element.clauses, **options)}, '$[*]' COLUMNS ({column}))"


def _text(path: CellPath) -> Column:
    return text_column(str(path))


def _is_mysql(dialect: str) -> bool:
    return dialect in ("mysql", "mariadb")


# one value


def _value_at(cell: ColumnElement[Any], column: Column, steps: Sequence[Step], dialect: str) -> ColumnElement[Any]:
    if dialect == "postgresql":
        return _jsonb(cell, column).op("#>>", return_type=sa.Text())(sa.literal_column(_quoted_keys(steps)))
    if _is_mysql(dialect):
        return _if_json(cell, _mysql_value(cell, steps))
    return sa.cast(_if_json(cell, _sqlite_value(cell, steps)), sa.Text)  # as text all of it, else no index serves


def _jsonb(cell: ColumnElement[Any], column: Column) -> ColumnElement[Any]:
    if column.sql_type.upper() == "JSONB":
        return cell
    if is_structured(column.sql_type):
        return sa.func.to_jsonb(cell, type_=sa.dialects.postgresql.JSONB)
    return sa.func.pg_temp.pamitan_json(sa.cast(cell, sa.Text), type_=sa.dialects.postgresql.JSONB)


def _mysql_value(cell: ColumnElement[Any], steps: Sequence[Step]) -> ColumnElement[Any]:
    found = sa.func.json_extract(cell, _quoted(_json_path(steps)))
    text = exact(sa.func.json_unquote(found), "mysql")
    return sa.case((sa.func.json_type(found) != sa.literal_column("'NULL'"), text))


def _sqlite_value(cell: ColumnElement[Any], steps: Sequence[Step]) -> ColumnElement[Any]:
    path = _quoted(_json_path(steps))
    sort = sa.func.json_type(cell, path)
    truth = sort.in_([sa.literal_column("'true'"), sa.literal_column("'false'")])
    return sa.case((truth, sort), else_=sa.func.json_extract(cell, path))


def _if_json(cell: ColumnElement[Any], value: ColumnElement[Any]) -> ColumnElement[Any]:
    return sa.case((sa.func.json_valid(cell) == sa.literal_column("1"), value))


def _json_path(steps: Sequence[Step]) -> str:
    """The path as SQLite, MySQL and PostgreSQL's jsonpath write it."""
    written = (f"[{'*' if step == EACH else step}]" if isinstance(step, int) else f'."{step}"' for step in steps)
    return "$" + "".join(written)


def _quoted_keys(steps: Sequence[Step]) -> str:
    """The path as PostgreSQL's ``#>`` takes it: an array of keys and places."""
    keys = ",".join(f'"{step}"' for step in steps)
    return "'{" + keys.replace("'", "''") + "}'"


def _quoted(text: str) -> ColumnElement[Any]:
    """A text from the store file inside the statement, so that an index on the expression serves."""
    return sa.literal_column("'" + text.replace("'", "''") + "'")


# a list of values


def _list_at(cell: ColumnElement[Any], column: Column, steps: Sequence[Step], dialect: str) -> ColumnElement[Any]:
    """The values at a path through a list, as the text of a JSON list."""
    if dialect == "postgresql":
        return _List(_jsonb(cell, column), steps)
    if dialect == "sqlite":
        return _List(cell, steps)
    return sa.type_coerce(_if_json(cell, sa.func.json_extract(cell, _quoted(_json_path(steps)))), sa.Text)


class _List(FunctionElement[str]):
    """The elements of the first list, of the lists in those, and so on; in the end one list of single values."""

    name = "pamitan_list"
    inherit_cache = False

    def __init__(self, cell: ColumnElement[Any], steps: Sequence[Step]) -> None:
        super().__init__(cell)
        self.steps = tuple(steps)
        self.type = sa.Text()


@compiles(_List, "postgresql")
def _postgresql_list(element: _List, compiler: Any, **options: Any) -> str:
    document, tables = compiler.process(element.clauses, **options), []
    parts = [compiler.process(sa.literal_column(_quoted_keys(steps))) for steps in _parted(element.steps)]
    for number, keys in enumerate(parts[:-1]):
        inner = f"({document}) #> {keys}"
        elements = f"CASE jsonb_typeof({inner}) WHEN 'array' THEN {inner} END"
        tables.append(f"jsonb_array_elements({elements}) AS pamitan_e{number}(value)")
        document = f"pamitan_e{number}.value"
    return f"(SELECT CAST(jsonb_agg({document} #> {parts[-1]}) AS TEXT) FROM {', '.join(tables)})"  # noqa: S608


@compiles(_List, "sqlite")
def _sqlite_list(element: _List, compiler: Any, **options: Any) -> str:
    cell = compiler.process(element.clauses, **options)
    paths = [_json_path(steps).replace("'", "''") for steps in _parted(element.steps)]
    document, tables = f"CASE WHEN json_valid({cell}) THEN {cell} END", []
    for number, path in enumerate(paths[:-1]):
        inner = f"CASE json_type({document}, '{path}') WHEN 'array' THEN json_extract({document}, '{path}') END"
        tables.append(f"json_each({inner}) AS pamitan_e{number}")
        each = f"pamitan_e{number}"
        document = f"CASE WHEN {each}.type IN ('object', 'array') THEN {each}.value END"
    last = _sqlite_text(f"json_type({document}, '{paths[-1]}')", f"json_extract({document}, '{paths[-1]}')")
    value = last if paths[-1] != "$" else _sqlite_text(f"{each}.type", f"{each}.atom")
    return f"(SELECT json_group_array({value}) FROM {', '.join(tables)})"  # noqa: S608 (no value of a customer)


def _sqlite_text(sort: str, value: str) -> str:
    return f"CASE {sort} WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' ELSE CAST({value} AS TEXT) END"


def _parted(steps: Sequence[Step]) -> list[list[Step]]:
    """The steps before, between and after the lists."""
    parts: list[list[Step]] = [[]]
    for step in steps:
        if step == EACH:
            parts.append([])
        else:
            parts[-1].append(step)
    return parts
