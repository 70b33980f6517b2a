"""Columns and rows of a linear program, collected as arrays: one call adds a whole block."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse

from trainplan.model.arrays import Array, Index, Mask


class Columns:
    """Columns from 0 up to a bound."""

    def __init__(self) -> None:
        self.count = 0
        self._upper: list[Array] = []
        self._whole: list[Index] = []
        self._year: list[Index] = []

    def add(self, there: Mask, upper: ArrayLike, whole: bool = False) -> Index:
        """A column wherever `there`, (Y, …); returns their numbers in its shape, -1 elsewhere."""
        number = np.full(there.shape, -1, np.intp)
        new = int(there.sum())
        number[there] = np.arange(self.count, self.count + new)
        self._upper.append(np.broadcast_to(np.asarray(upper, float), there.shape)[there])
        if whole:
            self._whole.append(number[there])
            self._year.append(np.nonzero(there)[0])
        self.count += new
        return number

    @property
    def lower(self) -> Array:
        return np.zeros(self.count)

    @property
    def upper(self) -> Array:
        return np.concatenate(self._upper)

    @property
    def whole(self) -> Index:
        return np.concatenate(self._whole)

    @property
    def year(self) -> Index:
        """The year index of each whole column."""
        return np.concatenate(self._year)


class Rows:
    """Rows low ≤ Σ coefficient · column ≤ high."""

    def __init__(self) -> None:
        self.count = 0
        self._row: list[Index] = []
        self._column: list[Index] = []
        self._value: list[Array] = []
        self._low: list[Array] = []
        self._high: list[Array] = []

    def add(self, there: Mask, low: ArrayLike, high: ArrayLike) -> Index:
        """A row wherever `there`; returns their numbers in its shape, -1 elsewhere."""
        number = np.full(there.shape, -1, np.intp)
        new = int(there.sum())
        number[there] = np.arange(self.count, self.count + new)
        for kept, bound in ((self._low, low), (self._high, high)):
            kept.append(np.broadcast_to(np.asarray(bound, float), there.shape)[there])
        self.count += new
        return number

    def put(self, row: Index, column: Index, value: ArrayLike) -> None:
        """Coefficients, the three broadcast together; where row or column is -1 there is none."""
        row, column, coefficient = np.broadcast_arrays(row, column, np.asarray(value, float))
        used = (row >= 0) & (column >= 0) & (coefficient != 0)
        self._row.append(row[used])
        self._column.append(column[used])
        self._value.append(coefficient[used])

    def matrix(self, columns: int) -> tuple[sparse.csc_matrix, Array, Array]:
        """The matrix with what is put twice added up, and the bounds of its rows."""
        where = (np.concatenate(self._row), np.concatenate(self._column))
        shape = (self.count, columns)
        body = sparse.coo_matrix((np.concatenate(self._value), where), shape=shape).tocsc()
        return body, np.concatenate(self._low), np.concatenate(self._high)
