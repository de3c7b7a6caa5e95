//! Names, versions and ranges of software: which of two versions is newer in its ecosystem, and whether an advisory speaks of a package.
