"""The page, in pieces: what a reply, an article, the archive and its plots look like, and how they are put together."""
