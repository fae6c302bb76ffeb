"""Options become an order, and the pipeline carries it out."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from builder.bytecode.mode import Mode
from builder.choices.bundle_choices import HOST, demand_compiler
from builder.composing.run import wired
from builder.disk import from_here
from builder.model import Optimize
from builder.report.text import target_line
from builder.slim.profile import SlimProfile

if TYPE_CHECKING:
    from pathlib import Path

    from builder.choices.bundle_choices import BundleChoices
    from builder.choices.targets import ChosenTarget
    from builder.choices.wishes import Wishes
    from builder.composing.talk import Talk
    from builder.report.values import Report
    from builder.why import Explanation


def run_bundle(wishes: Wishes, bundle: BundleChoices, talk: Talk) -> Report:
    """Build what is wished for and tell how it goes; the report."""
    from builder.choices.meanings import (
        allowed_codes,
        demand_inputs,
        destination,
        link_options,
        normalized,
        one_of,
    )
    from builder.choices.size_limit import max_size
    from builder.choices.slim_choices import slim_profile

    demand_inputs(wishes.inputs, bundle.source, example="lbuild requirements.txt -o bundle.zip")
    demand_compiler(bundle)
    where = destination(bundle)
    link = link_options(bundle, wishes.resolve.prefer)
    allow = allowed_codes(bundle.allow)
    most = max_size(bundle)
    bytecode = one_of(Mode, bundle.bytecode, "bytecode")
    optimize = one_of(Optimize, bundle.optimize, "optimize")
    chosen = announced_target(wishes, talk)
    _tell_namesakes(wishes, talk)
    output = None if where is None else where.path
    with wired(wishes, chosen.target, talk, output, bundle.locked, allow, bundle) as tools:
        from builder.order import Order
        from builder.pipeline import build_bundle  # here and below: what is slow to load, while pip thinks

        if output is not None and bundle.compile_in != HOST:
            tools.bytecode_workshop()  # that an engine or an image is missing is told before a download
        slimming = tools.slimming
        if slimming != slim_profile(bundle, SlimProfile()):
            where_from = tools.configuration.source
            talk.note(f"what is left out follows `[tool.lbuild.slim]` in {where_from}")
        order = Order(
            wish=tools.wish(),
            target=chosen.target,
            target_chosen_by=chosen.by,
            link=link,
            locked=bundle.locked,
            source=bundle.source,
            output=output,
            as_directory=where is not None and where.as_directory,
            exclude=frozenset(normalized(bundle.exclude)),
            exclude_runtime_packages=bundle.exclude_runtime_packages,
            limited=not bundle.no_limit,
            max_size=most,
            fit=bundle.fit,
            allow=allow,
            slimming=slimming,
            paranoid=bundle.paranoid,
            bytecode=bytecode,
            optimize=optimize,
        )
        return build_bundle(order, tools)


def run_lock(wishes: Wishes, output: Path, talk: Talk, *, upgrade: bool) -> Report:
    """Lock what is wished for and tell how it goes; the report."""
    from builder.choices.meanings import demand_inputs, demand_lock_name

    demand_inputs(wishes.inputs, example="lbuild lock requirements.txt")
    demand_lock_name(output)
    chosen = announced_target(wishes, talk)
    _tell_namesakes(wishes, talk)
    with wired(wishes, chosen.target, talk, output) as tools:
        from builder.locked import versions_of_lock
        from builder.order import Order
        from builder.pipeline import build_lock

        order = Order(wish="", target=chosen.target, target_chosen_by=chosen.by)
        if not upgrade:
            order = replace(order, preferred=versions_of_lock(output, order))
        return build_lock(order, tools, output)


def run_why(wishes: Wishes, project: str, talk: Talk) -> Explanation:
    """Resolve what is wished for and explain what became of `project`."""
    from builder.choices.meanings import project_name

    name = project_name(project)
    chosen = announced_target(wishes, talk)
    with wired(wishes, chosen.target, talk, None) as tools:
        from builder.order import Order, StageLog
        from builder.proof.last_resort import is_last_resort
        from builder.proving import proven_resolution
        from builder.resolving import check_python, demand_no_lock
        from builder.why import Question, explain

        demand_no_lock(tools)
        inputs = tools.reading.inputs
        check_python(chosen.target, inputs.requires_python)
        question = Question(project=name, inputs=inputs, target=chosen.target, options=tools.options)
        explanation = explain(question, tools.facts)
        if not is_last_resort(explanation.chosen.filename, chosen.target):
            return explanation
        order = Order(wish="", target=chosen.target, target_chosen_by=chosen.by)
        _, refused = proven_resolution(order, tools, StageLog(talk.stage))
        options = replace(tools.options, excluded=refused)
        return explain(replace(question, options=options), tools.facts) if refused else explanation


def announced_target(wishes: Wishes, talk: Talk) -> ChosenTarget:
    """The target, told; a lock among the inputs knows its own, which options may overrule."""
    from builder.choices.targets import choose_target

    today = datetime.now(tz=UTC).date()
    chosen = choose_target(wishes.target, wishes.inputs.words, today, wishes.folder)
    talk.say([target_line(chosen.target, chosen.by)])
    if chosen.warning:
        talk.warn(chosen.warning)
    return chosen


def _tell_namesakes(wishes: Wishes, talk: Talk) -> None:
    folder = wishes.folder or from_here()
    words = [word for word in wishes.inputs.words if word.endswith(".py") or os.path.isdir(folder / word)]
    if not words:
        return
    from builder.disk import LocalDisk
    from builder.inputs import namesakes  # 40 ms: what most warm builds do without

    for line in namesakes(words, folder, LocalDisk()):
        talk.note(line)
