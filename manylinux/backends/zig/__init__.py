"""C and C++ for a glibc and a machine of one's choice, by `zig cc` behind a wrapper of ours."""
