"""Dateline inside other people's tools.

Each module needs its extra: pip install 'dateline[langchain]' or 'dateline[llama-index]'.
"""
