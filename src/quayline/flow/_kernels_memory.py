"""All arrays of a simulation as one word inside compiled loops: where its plant lies, which knows where the others do.

numba hands an array on as seven words, looks at its size whenever an index might count from the end, and takes it that
what is written anywhere may change what was read everywhere. Here nothing is checked, so every index must be right;
and the compiler is told that a field of a record, a whole number and a time never share a place (the type-based alias
analysis of LLVM), so that it reads again only what may have changed.
"""

from __future__ import annotations

import operator
from typing import Any

from llvmlite import ir
from numba import extending, types
from numba.core.typing.templates import AttributeTemplate, signature
from numba.extending import (
    infer_getattr,
    lower_builtin,
    lower_getattr_generic,
    lower_setattr_generic,
    models,
    register_model,
    type_callable,
)

intrinsic: Any = extending.intrinsic
_ADDRESS = "at_"
_ALIGNED = 8  # bytes


class Whole(types.Type):
    """A tuple of arrays, given its fields and their dtypes. The first one is a record alone, `plant`."""

    def __init__(self, fields):
        self.memories = {name: Memory(dtype) for name, dtype in fields}
        self.plant = Row(self.memories["plant"].dtype)
        super().__init__(name=f"Whole({fields})")


class Memory(types.Type):
    """Elements of a dtype one after the other: numbers, or records."""

    def __init__(self, dtype):
        self.dtype = dtype
        self.element = Row(dtype) if isinstance(dtype, types.Record) else dtype
        super().__init__(name=f"Memory({dtype})")


class Row(types.Type):
    """A record in memory, read and written in place."""

    def __init__(self, record):
        self.record = record
        super().__init__(name=f"Row({record})")


class _Pointer(models.PrimitiveModel):
    def __init__(self, manager, kind):
        super().__init__(manager, kind, ir.IntType(8).as_pointer())


for _kind in (Whole, Memory, Row):
    register_model(_kind)(_Pointer)


def _tagged(builder, instruction, place):
    """Names the place that an instruction reads or writes: others lie elsewhere."""
    module, zero = builder.module, ir.IntType(64)(0)
    kind = module.add_metadata([place, module.add_metadata(["memory of a plant"]), zero])
    instruction.set_metadata("tbaa", module.add_metadata([kind, kind, zero]))
    return instruction


def _field(context, builder, row, value, name):
    """Where a field of a record lies, and what its place is called: by the record's last field, which no other has."""
    record = row.record
    at = builder.gep(value, [ir.IntType(64)(record.offset(name))])
    kind = context.get_data_type(record.typeof(name)).as_pointer()
    return builder.bitcast(at, kind), f"{name} beside {list(record.fields)[-1]}"


@intrinsic
def whole(typing, arrays):
    """The memory of a tuple of flat arrays, which must stay alive; `plant` learns where each of them lies."""
    fields = tuple((name, array.dtype) for name, array in zip(arrays.fields, arrays.types, strict=True))
    kind = Whole(fields)

    def code(context, builder, sig, args):
        firsts = {}
        for k, (name, array) in enumerate(zip(arrays.fields, arrays.types, strict=True)):
            first = context.make_array(array)(context, builder, builder.extract_value(args[0], k)).data
            firsts[name] = builder.bitcast(first, ir.IntType(8).as_pointer())
        plant = firsts.pop("plant")
        for name, first in firsts.items():
            place, called = _field(context, builder, kind.plant, plant, _ADDRESS + name)
            _tagged(builder, builder.store(builder.ptrtoint(first, ir.IntType(64)), place), called)
        return plant

    return kind(arrays), code


@infer_getattr
class _MemoryOfWhole(AttributeTemplate):
    key = Whole

    def generic_resolve(self, whole, name):  # type: ignore[override]  # numba hands on types
        return whole.memories[name]


@lower_getattr_generic(Whole)
def _get_memory(context, builder, whole, value, name):
    if name == "plant":
        return value
    place, called = _field(context, builder, whole.plant, value, _ADDRESS + name)
    return builder.inttoptr(_tagged(builder, builder.load(place), called), value.type)


@type_callable(operator.getitem)
def _type_of_element(context):
    def typer(memory, at):
        if isinstance(memory, Memory) and isinstance(at, types.Integer):
            return signature(memory.element, memory, types.intp)
        return None

    return typer


@type_callable(operator.setitem)
def _type_of_setting(context):
    def typer(memory, at, value):
        if isinstance(memory, Memory) and isinstance(at, types.Integer):
            return signature(types.none, memory, types.intp, memory.dtype)
        return None

    return typer


def _place(context, builder, memory, first, at):
    kind = context.get_data_type(memory.dtype).as_pointer()
    return builder.gep(builder.bitcast(first, kind), [at])


@lower_builtin(operator.getitem, Memory, types.intp)
def _get_element(context, builder, sig, args):
    place = _place(context, builder, sig.args[0], *args)
    if isinstance(sig.return_type, Row):
        return builder.bitcast(place, args[0].type)
    return _tagged(builder, builder.load(place), str(sig.return_type))


@lower_builtin(operator.setitem, Memory, types.intp, types.Any)
def _set_element(context, builder, sig, args):
    place = _place(context, builder, sig.args[0], *args[:2])
    _tagged(builder, builder.store(args[2], place), str(sig.args[2]))
    return context.get_dummy_value()


@intrinsic
def lay(typing, memory, at, vector):
    """Writes the lanes of a vector from element `at` on."""

    def code(context, builder, sig, args):
        place = _place(context, builder, memory, *args[:2])
        lanes = builder.bitcast(place, args[2].type.as_pointer())
        _tagged(builder, builder.store(args[2], lanes, align=_ALIGNED), str(memory.dtype))
        return context.get_dummy_value()

    return types.none(memory, types.intp, vector), code


@intrinsic
def lanes(typing, memory, at, like):
    """Elements from `at` on, as many as the vector `like` has lanes."""

    def code(context, builder, sig, args):
        place = builder.bitcast(_place(context, builder, memory, *args[:2]), args[2].type.as_pointer())
        return _tagged(builder, builder.load(place, align=_ALIGNED), str(memory.dtype))

    return like(memory, types.intp, like), code


@infer_getattr
class _FieldOfRow(AttributeTemplate):
    key = Row

    def generic_resolve(self, row, name):  # type: ignore[override]  # numba hands on types
        return row.record.typeof(name)


@lower_getattr_generic(Row)
def _get_field(context, builder, row, value, name):
    place, called = _field(context, builder, row, value, name)
    return _tagged(builder, builder.load(place), called)


@lower_setattr_generic(Row)
def _set_field(context, builder, sig, args, name):
    row, given = sig.args
    place, called = _field(context, builder, row, args[0], name)
    value = context.cast(builder, args[1], given, row.record.typeof(name))
    _tagged(builder, builder.store(value, place), called)
