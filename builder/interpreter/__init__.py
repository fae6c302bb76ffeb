"""Which Pythons are on this machine, and what are they?"""
