"""The commands of ``fake-nexmo``: each module adds what it takes, and imports what does the work when it is called.

parser      says what is wrong in one line
values      reads single values
made        the options that make a fake, and the fake that they make
serve, explain, check, real_names   the commands
"""
