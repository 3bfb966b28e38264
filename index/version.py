"""The version of Dateline. It has this one place."""

__version__ = "0.2.0"
