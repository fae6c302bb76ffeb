"""Why this version and this file, and not a newer one? Pure: facts come in through a port.

    explanation = explain(question, facts)
    lines = explanation_text(explanation)

`values` is what is told. `chosen` tells of the file that was taken, `asking` who asked for it, `newer` and
`files` what was passed over, `elsewhere` what other targets would get, `left_out` why a project is not there.
"""

from builder.why.explain import Question, explain
from builder.why.json_form import explanation_as_json
from builder.why.text import explanation_text
from builder.why.values import Explanation

__all__ = ["Explanation", "Question", "explain", "explanation_as_json", "explanation_text"]
