"""The stacks whose sizes are compared, and the locks that every tool builds."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

RUNTIME = "python3.12"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """Requirements, what shows that a bundle of them works, and how small it is to be."""

    name: str
    requirements: tuple[str, ...]
    check: str
    """Python that ends well."""
    unzipped: float
    """At most so much of what the bundle has with every file of every wheel."""
    zipped: float
    """The same of the zip, by default."""
    smallest: float
    """The same with `--optimize size`."""


STACKS = (
    Stack(
        name="A",
        requirements=("numpy", "scipy", "pandas"),
        check="import numpy, scipy.linalg, scipy.stats, pandas; pandas.DataFrame({'a': [1]}).describe()",
        unzipped=0.76,
        zipped=0.835,
        smallest=0.80,
    ),
    Stack(
        name="B",
        requirements=("scikit-learn",),
        check="from sklearn.linear_model import LinearRegression as L; L().fit([[1], [2]], [1, 2])",
        unzipped=0.78,
        zipped=0.845,
        smallest=0.81,
    ),
    Stack(
        name="C",
        requirements=("pillow", "cryptography", "lxml", "psycopg2-binary"),
        check="import PIL.Image, psycopg2, lxml.etree; from cryptography.fernet import Fernet; "
        "Fernet(Fernet.generate_key())",
        unzipped=0.865,
        zipped=0.91,
        smallest=0.87,
    ),
    Stack(
        name="D",
        requirements=("boto3", "aws-lambda-powertools[all]"),
        check="import boto3, aws_lambda_powertools.tracing; boto3.client('ec2', region_name='eu-west-1')",
        unzipped=0.93,
        zipped=0.975,
        smallest=0.93,
    ),
    Stack(
        name="E",
        requirements=("pyarrow", "pandas"),
        check="import pandas, pyarrow.dataset, pyarrow.parquet; pyarrow.table({'a': [1]}).to_pandas()",
        unzipped=0.73,
        zipped=0.81,
        smallest=0.775,
    ),
)


def wheels_of(lock: Path) -> Iterator[tuple[str, str]]:
    """File name and sha256 of every wheel of a lock that lbuild wrote."""
    for package in tomllib.loads(lock.read_text(encoding="utf-8"))["packages"]:
        (wheel,) = package["wheels"]
        yield wheel["name"], wheel["hashes"]["sha256"]


def pins_of(lock: Path) -> Iterator[str]:
    """A requirement for every package of a lock, for tools that read no locks."""
    for package in tomllib.loads(lock.read_text(encoding="utf-8"))["packages"]:
        yield f"{package['name']}=={package['version']}"
