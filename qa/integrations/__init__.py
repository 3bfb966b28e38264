"""Dateline inside other people's tools.

Each module needs its extra: pip install '.[langchain]' or '.[llama-index]'.
"""
