"""Reports kept in the store."""

from pathlib import Path

from builder.report.keeping import is_kept, keep_report, report_of
from prebuilt_index.store import Bucket, Store

SHA256 = "a" * 64


def test_gives_back_what_was_kept(tmp_path: Path) -> None:
    """Under the bundle's digest, for later processes too."""
    form = {"schema": 1, "dropped": [{"path": "名\udcff"}], "excluded": {}}
    with Store.open(tmp_path) as store:
        before = is_kept(store, SHA256), report_of(store, SHA256)
        keep_report(store, SHA256, form)
    with Store.open(tmp_path) as store:
        assert before == (False, None)
        assert is_kept(store, SHA256)
        assert report_of(store, SHA256) == form
        assert report_of(store, "b" * 64) is None


def test_what_is_no_report_is_none(tmp_path: Path) -> None:
    """A record of another kind of value is as good as none."""
    with Store.open(tmp_path) as store:
        store.put(Bucket.REPORTS, SHA256, b"[1]")

        assert report_of(store, SHA256) is None
