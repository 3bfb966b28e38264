"""A folder of files to articles: loading, fetching, watching, metadata and languages."""
