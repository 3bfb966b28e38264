"""The commands of `dateline`.

For each, a function declares its arguments and another runs it.
"""
