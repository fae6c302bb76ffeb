"""`lbuild terraform`: a program for Terraform's `external` data source."""

import json
import sys
from typing import Any

import click

from builder.cli.making import cache_of, indexes_of
from builder.cli.options import CACHE, INDEX, VERBOSITY, TalkChoices, options
from builder.cli.sections import Sectioned
from builder.cli.streams import tell


@click.command(name="terraform", cls=Sectioned)
@options(INDEX, CACHE, VERBOSITY)
def command(**keywords: Any) -> None:
    """Build what a query on standard input asks for, and answer it on standard output, both JSON.

    \b
      data "external" "api" {
        program = ["lbuild", "terraform"]
        query = {
          requirements = "${path.module}/api/requirements.txt"
          source       = "${path.module}/api"
          output       = "${path.module}/build/api.zip"
          runtime      = "python3.13"
        }
      }

    The result has filename, source_code_hash, sha256, size, unpacked, runtime, architecture and packages.
    """
    from builder.cli.terminal import Terminal
    from builder.deployers.terraform.protocol import answer
    from builder.deployers.terraform.query import LARGEST
    from builder.errors import QueryError

    if sys.stdin.isatty():
        raise QueryError(
            "Standard input is a terminal, and no query",
            hint='Let Terraform call it: `data "external"` with `program = ["lbuild", "terraform"]`',
        )
    talk = TalkChoices.of({"as_json": False, **keywords})
    data = sys.stdin.buffer.read(LARGEST + 1)
    found = answer(
        data, indexes=indexes_of(keywords), cache=cache_of(keywords), talk=Terminal(talk.verbosity)
    )
    tell(json.dumps(found, indent=2))
