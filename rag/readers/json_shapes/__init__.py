"""Shapes of JSON objects, one module a shape, told by the names of the fields.

A shape is a module with `fits(values) -> bool` and `record(values, line) -> record or Problem`; `shapes` asks them.
"""
