"""What can be done in the background: importing this makes `jobs.KINDS` complete.

Each module has functions marked with `jobs.kind`. The application needs them for their titles, the worker to do them.
"""

from filrouge.casework import comparing

MODULES = (comparing,)
