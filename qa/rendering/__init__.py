"""Replies as text, Markdown and notebook HTML."""
