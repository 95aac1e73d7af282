"""Several processes that serve one page: how they are started and replaced, and how a request finds the right one."""
