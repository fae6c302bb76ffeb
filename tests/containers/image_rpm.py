"""Makes an image in which a real `dnf` installs rpm packages, unless the engine has it.

It is the tests' image (see `image`) with dnf, rpm and createrepo of Debian, and a repository in `/srv/rpms`,
whose packages `lbuild-tiny` and `lbuild-tiny-devel` are a library and its header. Needs what `image` needs;
exit status 6 and a last line that says why where it cannot be made.
"""

import io
import subprocess
import sys
import tarfile
import tempfile
from contextlib import closing
from pathlib import Path

import docker
from docker.errors import DockerException, ImageNotFound

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from containers import image

IMAGE = f"lbuild-test:{image.SUITE}-dnf"
YUM_IMAGE = f"lbuild-test:{image.SUITE}-yum"
"""The same, in which dnf has the name that it has beside its own on Amazon Linux 2023, and no other."""
_DOWNLOAD = ("debootstrap", "--download-only", "--variant=minbase", "--include=dnf,rpm,createrepo-c")
_SPEC = """\
Name: lbuild-tiny
Version: 1.0
Release: 1
Summary: Answers
License: MIT
AutoReqProv: no
%description
A library.
%package devel
Summary: Its header
Requires: lbuild-tiny
AutoReqProv: no
%description devel
A header.
%install
mkdir -p %{buildroot}/usr/lib %{buildroot}/usr/include
echo 'long tiny_answer(void) { return 42; }' >tiny.c
gcc -shared -fPIC -Wl,-soname,libtiny.so.1 tiny.c -o %{buildroot}/usr/lib/libtiny.so.1
ln -s libtiny.so.1 %{buildroot}/usr/lib/libtiny.so
echo 'long tiny_answer(void);' > %{buildroot}/usr/include/tiny.h
%files
/usr/lib/libtiny.so.1
%files devel
/usr/lib/libtiny.so
/usr/include/tiny.h
"""
_REPOSITORY = "[local]\nname=local\nbaseurl=file:///srv/rpms\ngpgcheck=0\n"
_DOCKERFILE = f"""\
FROM {image.IMAGE}
COPY debs /srv/more-debs
RUN for each in /srv/more-debs/*.deb; do \\
      have=$(dpkg-query -W -f '${{Version}}' "$(dpkg-deb -f $each Package)" 2>/dev/null); \\
      [ -n "$have" ] || dpkg-deb -x $each / || exit 1; \\
    done; rm -r /srv/more-debs
COPY tiny.spec /srv/
COPY local.repo /etc/yum.repos.d/
RUN rpmbuild -bb --define '_rpmdir /srv/rpms' --define 'debug_package %{{nil}}' /srv/tiny.spec
RUN createrepo_c /srv/rpms
"""
_YUM = f"FROM {IMAGE}\nRUN mv /usr/bin/dnf-3 /usr/bin/yum && rm -f /usr/bin/dnf /usr/bin/apt-get\n"


def main() -> int:
    """0 when both images are there."""
    if status := image.main():
        return status
    try:
        with closing(docker.from_env(timeout=600)) as client:
            if not _has(client, IMAGE):
                with tempfile.TemporaryDirectory(prefix="lbuild-image-") as folder:
                    subprocess.run([*_DOWNLOAD, image.SUITE, folder], stdout=subprocess.DEVNULL, check=True)
                    files = {"tiny.spec": _SPEC, "local.repo": _REPOSITORY, "Dockerfile": _DOCKERFILE}
                    _build(client, IMAGE, files, Path(folder) / "var/cache/apt/archives")
            if not _has(client, YUM_IMAGE):
                _build(client, YUM_IMAGE, {"Dockerfile": _YUM})
    except (DockerException, OSError, subprocess.CalledProcessError) as error:
        print(f"the image {IMAGE} cannot be made: {error}", file=sys.stderr)  # noqa: T201  # a script
        return 6
    return 0


def _has(client: docker.DockerClient, name: str) -> bool:
    try:
        client.images.get(name)
    except ImageNotFound:
        return False
    return True


def _build(client: docker.DockerClient, name: str, files: dict[str, str], debs: Path | None = None) -> None:
    with tempfile.TemporaryFile() as context:
        with tarfile.open(fileobj=context, mode="w") as archive:
            for path, text in files.items():
                member = tarfile.TarInfo(path)
                member.size = len(text)
                archive.addfile(member, io.BytesIO(text.encode()))
            for deb in sorted(debs.glob("*.deb")) if debs else ():
                archive.add(deb, f"debs/{deb.name}")
        context.seek(0)
        client.images.build(fileobj=context, custom_context=True, tag=name, rm=True, forcerm=True)


if __name__ == "__main__":
    sys.exit(main())
