"""Vectors of float64 or uint64 as values in compiled loops: one operation on all lanes at once, whatever the machine.

A compiler makes vectors of a plain loop only when it can prove that arrays do not overlap, and keeps none in registers
from one turn of an outer loop to the next. numba knows no such type, LLVM does: any width, split into what there is.
"""

from __future__ import annotations

import operator
from typing import Any

from llvmlite import ir
from numba import extending, types
from numba.core.cgutils import get_or_insert_function
from numba.extending import models, overload, register_model

intrinsic: Any = extending.intrinsic
_ALIGNED = 8  # bytes: arrays begin anywhere, loads and stores too


class Vector(types.Type):
    """`width` lanes of a dtype; lanes of `boolean` are a mask."""

    def __init__(self, dtype, width):
        self.dtype, self.width = dtype, width
        super().__init__(name=f"Vector({dtype}, {width})")


@register_model(Vector)
class _Model(models.PrimitiveModel):
    def __init__(self, manager, vector):
        lane = {types.float64: ir.DoubleType(), types.uint64: ir.IntType(64), types.boolean: ir.IntType(1)}
        super().__init__(manager, vector, ir.VectorType(lane[vector.dtype], vector.width))


def _place(context, builder, array, value, at, vector):
    """Where element `at` of a flat array lies, as that of a vector."""
    first = context.make_array(array)(context, builder, value).data
    return builder.bitcast(builder.gep(first, [at]), context.get_value_type(vector).as_pointer())


@intrinsic
def load(typing, array, at, like):
    """Elements from `at` on, as many as `like` has lanes."""
    vector = Vector(array.dtype, like.width)

    def code(context, builder, sig, args):
        return builder.load(_place(context, builder, array, args[0], args[1], vector), align=_ALIGNED)

    return vector(array, types.intp, like), code


@intrinsic
def store(typing, array, at, vector):
    """Writes the lanes of `vector` from element `at` on."""

    def code(context, builder, sig, args):
        builder.store(args[2], _place(context, builder, array, args[0], args[1], vector), align=_ALIGNED)
        return context.get_dummy_value()

    return types.none(array, types.intp, vector), code


@intrinsic(prefer_literal=True)
def filled(typing, value, width):
    """`value` in each of `width` lanes; the width is a number in the source."""
    lane = types.unliteral(value)
    vector = Vector(lane, width.literal_value)

    def code(context, builder, sig, args):
        return _spread(builder, args[0], context.get_value_type(vector))

    return vector(lane, width), code


def _spread(builder, value, kind):
    none, lane = ir.Constant(kind, ir.Undefined), ir.IntType(32)
    one = builder.insert_element(none, value, lane(0))
    return builder.shuffle_vector(one, none, ir.Constant(ir.VectorType(lane, kind.count), [0] * kind.count))


@intrinsic
def gathered(typing, array, at):
    """Elements at the places that a vector of uint64 names."""
    vector = Vector(array.dtype, at.width)

    def code(context, builder, sig, args):
        first = context.make_array(array)(context, builder, args[0]).data
        found = ir.Constant(context.get_value_type(vector), ir.Undefined)
        for lane in range(at.width):
            one = builder.load(builder.gep(first, [builder.extract_element(args[1], ir.IntType(32)(lane))]))
            found = builder.insert_element(found, one, ir.IntType(32)(lane))
        return found

    return vector(array, at), code


@intrinsic(prefer_literal=True)
def steps(typing, width):
    """0, 1, 2, … in the lanes of a vector of uint64; the width is a number in the source."""
    vector = Vector(types.uint64, width.literal_value)

    def code(context, builder, sig, args):
        return ir.Constant(context.get_value_type(vector), list(range(vector.width)))

    return vector(width), code


@intrinsic
def num_lanes(typing, vector):
    """How many lanes a vector has."""

    def code(context, builder, sig, args):
        return ir.Constant(ir.IntType(64), vector.width)

    return types.intp(vector), code


@intrinsic
def lane(typing, vector, at):
    """The number in one lane."""

    def code(context, builder, sig, args):
        return builder.extract_element(*args)

    return vector.dtype(vector, types.intp), code


@intrinsic
def with_lane(typing, vector, at, value):
    """The vector with another number in one lane."""

    def code(context, builder, sig, args):
        return builder.insert_element(args[0], args[2], args[1])

    return vector(vector, types.intp, vector.dtype), code


@intrinsic
def any_set(typing, mask):
    """Whether a mask is set in any lane."""

    def code(context, builder, sig, args):
        bits = ir.IntType(mask.width)
        return builder.icmp_unsigned("!=", builder.bitcast(args[0], bits), bits(0))

    return types.boolean(mask), code


@intrinsic
def roots(typing, vector):
    """Square roots."""

    def code(context, builder, sig, args):
        kind = args[0].type
        name = f"llvm.sqrt.v{vector.width}f64"
        return builder.call(get_or_insert_function(builder.module, ir.FunctionType(kind, [kind]), name), args)

    return vector(vector), code


@intrinsic
def chosen(typing, mask, one, other):
    """Lanes of `one` where the mask is set, of `other` elsewhere."""

    def code(context, builder, sig, args):
        return builder.select(*args)

    return one(mask, one, other), code


@intrinsic
def moved_up(typing, vector):
    """Each lane has what the lane below had, the first one zero."""

    def code(context, builder, sig, args):
        lanes = ir.Constant(ir.VectorType(ir.IntType(32), vector.width), [vector.width, *range(vector.width - 1)])
        return builder.shuffle_vector(args[0], ir.Constant(args[0].type, None), lanes)

    return vector(vector), code


@intrinsic
def most(typing, one, other):
    """The greater of two, lane by lane, of numbers; or of one and the number `other`."""

    def code(context, builder, sig, args):
        both = [args[0], args[1] if args[1].type == args[0].type else _spread(builder, args[1], args[0].type)]
        return builder.select(builder.fcmp_ordered(">", *both), *both)

    return one(one, other), code


def _read_as(dtype):
    @intrinsic
    def read(typing, value):
        vector = Vector(dtype, value.width)

        def code(context, builder, sig, args):
            return builder.bitcast(args[0], context.get_value_type(vector))

        return vector(value), code

    return read


as_floats, as_bits = _read_as(types.float64), _read_as(types.uint64)
"""The same bits, read as the other kind of number."""


def _define(symbol, on_floats, on_bits, dtype=None):
    """An operator of two vectors, or of a vector and a number, by the names of its LLVM instructions."""

    @intrinsic
    def both(typing, one, other):
        vector = one if isinstance(one, Vector) else other
        name = on_floats if vector.dtype == types.float64 else on_bits

        def code(context, builder, sig, args):
            kind = context.get_value_type(vector)
            lanes = [a if a.type == kind else _spread(builder, a, kind) for a in args]
            if dtype is None:
                return getattr(builder, name)(*lanes)
            return (builder.fcmp_ordered if vector.dtype == types.float64 else builder.icmp_unsigned)(name, *lanes)

        return Vector(dtype or vector.dtype, vector.width)(one, other), code

    @overload(symbol)
    def of_vectors(one, other):
        for vector, beside in ((one, other), (other, one)):
            if isinstance(vector, Vector) and beside in (vector, vector.dtype):
                return lambda one, other: both(one, other)
        return None


for _symbol, _on_floats, _on_bits in (
    (operator.add, "fadd", "add"), (operator.sub, "fsub", "sub"), (operator.mul, "fmul", "mul"),
    (operator.truediv, "fdiv", ""), (operator.and_, "", "and_"), (operator.or_, "", "or_"),
    (operator.xor, "", "xor"), (operator.rshift, "", "lshr"), (operator.lshift, "", "shl"),
):  # fmt: skip
    _define(_symbol, _on_floats, _on_bits)
_define(operator.lt, "<", "<", types.boolean)
_define(operator.gt, ">", ">", types.boolean)
