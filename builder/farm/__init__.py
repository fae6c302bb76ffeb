"""How does a catalogue of recipes become wheels in an index?

    recipes x versions x targets ── planning (pure) ── lines of steps ── farming ── crew (an Executor)
                                                                           │             │
                                     index (prebuilt_index.tree) ── barn ──┘          working ── smoke

A line is one version of one project on one architecture. Its steps, the runtimes, are taken one after
another: a wheel of an earlier one that loads on a later one (abi3, pure Python) serves there too. So what
is built does not depend on how often a run was killed and begun again, or on how many work at once.
"""
