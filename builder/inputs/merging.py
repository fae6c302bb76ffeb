"""What several askers want, each read by itself, as one reading: what one lock for all of them is made of."""

from collections.abc import Iterable, Sequence

from builder.inputs.command_line import Reading
from builder.model import FormatControl, IndexOptions, Inputs, Request
from manylinux.errors import UsageError
from prebuilt_index.urls import redacted


def merged(readings: Sequence[Reading]) -> Reading:
    """Requests of all, in order, each once. An option that one asker's files set holds for all, as in a lock.

    Hashes are demanded of every file only where every asker demands them; a request's own hashes always hold.
    Raises UsageError when two askers name different main indexes.
    """
    inputs = [reading.inputs for reading in readings]
    return Reading(
        inputs=Inputs(
            requests=_each_once(request for each in inputs for request in each.requests),
            constraints=_each_once(request for each in inputs for request in each.constraints),
            index=_index([each.index for each in inputs]),
            format_control=FormatControl(
                only_binary=frozenset(name for each in inputs for name in each.format_control.only_binary),
                no_binary=frozenset(name for each in inputs for name in each.format_control.no_binary),
            ),
            allow_prereleases=any(each.allow_prereleases for each in inputs),
            require_hashes=all(each.require_hashes for each in inputs),
            requires_python=",".join(dict.fromkeys(filter(None, (each.requires_python for each in inputs))))
            or None,
            files=tuple(dict.fromkeys(path for each in inputs for path in each.files)),
        ),
        locks=tuple(dict.fromkeys(path for reading in readings for path in reading.locks)),
    )


def _each_once(requests: Iterable[Request]) -> tuple[Request, ...]:
    """By what they say and where: two askers may name one file."""
    return tuple({repr(request): request for request in requests}.values())


def _index(options: Sequence[IndexOptions]) -> IndexOptions:
    main = sorted({each.index_url for each in options if each.index_url is not None})
    if len(main) > 1:
        raise UsageError(
            "One lock cannot come from different main indexes",
            evidence=map(redacted, main),
            hint="Name the others with `--extra-index-url`, or put the functions into different groups",
        )
    return IndexOptions(
        index_url=main[0] if main else None,
        extra_index_urls=_words(url for each in options for url in each.extra_index_urls),
        find_links=_words(place for each in options for place in each.find_links),
        no_index=any(each.no_index for each in options),
        trusted_hosts=_words(host for each in options for host in each.trusted_hosts),
    )


def _words(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words))
