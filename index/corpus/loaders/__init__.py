"""One module for each family of file formats.

A loader imports its library when it is called.
"""
