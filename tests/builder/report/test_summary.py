"""What is told of versions that were not taken and of what was left out."""

from packaging.utils import NormalizedName
from packaging.version import Version

from builder.model import Resolution, Skip
from builder.report.text import summary
from builder.report.values import Report
from factories.targets import make_target


def told(*skips: Skip) -> list[str]:
    """The lines of a dry run's summary that are not about pins."""
    resolution = Resolution(target=make_target("python3.9"), pins=(), skips=skips)
    report = Report(
        resolution=resolution, target_chosen_by="--runtime", stages=(), bundle=None, layout="function"
    )
    return [line for line in summary(report) if line]


def skip(name: str, reason: str) -> Skip:
    return Skip(name=NormalizedName(name), taken=Version("1.0"), skipped=Version("2.0"), reason=reason)


def test_a_few_have_a_line_each() -> None:
    """The version taken, the one that was not, and why."""
    assert told(skip("numpy", "its wheels need glibc 2.27"), skip("scipy", "it needs Python >=3.10")) == [
        "numpy 1.0, not 2.0: its wheels need glibc 2.27",
        "scipy 1.0, not 2.0: it needs Python >=3.10",
    ]


def test_many_of_one_reason_share_it() -> None:
    """An old runtime holds back dozens of projects; what is not about all of them stays in sight."""
    lines = told(
        skip("numpy", "its wheels need glibc 2.27"),
        *(skip(f"project-{number}", "it needs Python >=3.10") for number in range(30)),
    )

    assert lines[0] == "numpy 1.0, not 2.0: its wheels need glibc 2.27"
    assert lines[1] == "30 packages are not the newest, for each: it needs Python >=3.10"
    assert all(line.startswith("  project-") and len(line) <= 110 for line in lines[2:])
    assert " ".join(lines[2:]).count("project-") == 30


def test_what_is_excluded_is_told_once_for_each_reason() -> None:
    """The runtime's own set is one decision, so it has one line."""
    resolution = Resolution(target=make_target(), pins=())
    report = Report(
        resolution=resolution,
        target_chosen_by="--runtime",
        stages=(),
        bundle=None,
        layout="function",
        excluded={"botocore": "the runtime has it", "certifi": "--exclude", "boto3": "the runtime has it"},
    )

    assert [line for line in summary(report) if line] == [
        "excluded certifi: --exclude",
        "excluded boto3, botocore: the runtime has it",
    ]
