"""Who loads and encodes many articles: this process, or Ray."""
