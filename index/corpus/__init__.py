"""Files to articles: loading, fetching, watching, metadata and languages."""
