"""Will it load? Facts held against what a runtime has."""
