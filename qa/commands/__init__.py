"""The commands of `dateline`: for each, a function declares its arguments and another runs it."""
