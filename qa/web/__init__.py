"""The page in the browser, its programming interface, and what guards both."""
