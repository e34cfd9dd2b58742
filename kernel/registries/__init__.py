"""Registered functions: from a name in a config to a Python object.

`registry` is the registry of one kind, `family` all of them together; `store` keeps what decorators register; `origins`
says where a name comes from, `aliases` has names that stand for others, `loading` imports what an entry point names, `code` what `--code` names, `definitions` lets
a new interpreter run the same code, and `modules` lets packages lend modules to the namespace `kernel`. `blame` tells whose code an error comes from, and `alive` keeps code from ending the
process while it is imported.
"""
