"""What core metadata is remembered by in the store."""

from prebuilt_index.artefacts import IndexFile


def metadata_key(file: IndexFile) -> str | None:
    """What METADATA is remembered by; None for a local file without a hash, which is cheap to look into."""
    if "sha256" in file.hashes:
        return file.hashes["sha256"]
    return None if file.url.startswith("file:") else f"{file.url} {file.size} {file.upload_time}"
