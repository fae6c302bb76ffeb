"""Reports kept in the store."""

from pathlib import Path

from builder.model import Drop
from builder.report.keeping import is_kept, keep_report, mark_of, report_of
from prebuilt_index.store import Bucket, Store

SHA256 = "a" * 64
DROP = Drop(owner="lib 1.0", path="lib/\udcff.pyi", rule="stubs", size=1)
MARK = mark_of([DROP], {})


def test_gives_back_what_was_kept(tmp_path: Path) -> None:
    """Under the bundle's digest, for later processes too."""
    form = {"schema": 1, "dropped": [{"path": "名\udcff"}], "excluded": {}}
    with Store.open(tmp_path) as store:
        before = is_kept(store, SHA256, MARK), report_of(store, SHA256)
        keep_report(store, SHA256, form, MARK)
    with Store.open(tmp_path) as store:
        assert before == (False, None)
        assert is_kept(store, SHA256, MARK)
        assert report_of(store, SHA256) == form
        assert report_of(store, "b" * 64) is None


def test_what_is_no_report_is_none(tmp_path: Path) -> None:
    """A record of another kind of value is as good as none."""
    with Store.open(tmp_path) as store:
        store.put(Bucket.REPORTS, SHA256, b"[1]")

        assert report_of(store, SHA256) is None


def test_equal_bundles_may_have_been_left_different_things(tmp_path: Path) -> None:
    """By another rule, or a project that was excluded: then the older report is none of this build."""
    asked = Drop(owner=DROP.owner, path=DROP.path, rule="asked: lib:**/*.pyi", size=1)
    with Store.open(tmp_path) as store:
        keep_report(store, SHA256, {}, MARK)

        assert not is_kept(store, SHA256, mark_of([asked], {}))
        assert not is_kept(store, SHA256, mark_of([DROP], {"six": "--exclude"}))
        assert is_kept(store, SHA256, mark_of([DROP], {}))
