"""lbuild's own client reads what its server sends."""

from pathlib import Path

from packaging.utils import canonicalize_name

from factories.served import Prebuilt
from factories.serving import serving
from prebuilt_index.index.client import IndexClient, IndexSettings
from prebuilt_index.simple.json_page import page_from_json
from prebuilt_index.store import Store


def test_pages_that_come_compressed_with_their_length(tmp_path: Path) -> None:
    """As static hosts send them; what urllib3 has decompressed it refuses to skip."""
    index = Prebuilt(tmp_path / "index")
    names = [f"demo-{number}" for number in range(5)]
    for name in names:
        for version in ("1.0", "1.1", "1.2"):
            index.add(name, version)
    with serving(index.root) as server, Store.temporary() as store:
        with IndexClient(store, IndexSettings(indexes=(f"{server.url}/simple/",))) as client:
            for name in names:
                page = client.page(canonicalize_name(name))
                content = index.page(name, "index.json")
                there = page_from_json(content, page_url=server.url, index="", project=page.name)
                assert list(page.filenames) == list(there.filenames)
            for file in page.files:
                assert client.download(file, lambda size: None).read_bytes() == index.wheel(file.filename)
        assert server.get("/simple/demo-1/", Accept_Encoding="gzip").headers["content-encoding"] == "gzip"
