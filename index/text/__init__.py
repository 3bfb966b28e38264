"""The analysis of a text.

It finds sentences, passages, dates, boilerplate and near-duplicates.
"""
