"""An index in a folder: FAISS, Tantivy and SQLite, published as generations."""
