"""The commands of `dateline`: each a function that declares its arguments, and below it the one that runs it."""
