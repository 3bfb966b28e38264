"""Dateline inside other people's tools. Each module wants its extra: pip install 'dateline[langchain]', 'dateline[llama-index]'."""
