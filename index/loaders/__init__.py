"""One module a family of files. Each loader imports its library when it is called: who has no such file pays nothing."""
