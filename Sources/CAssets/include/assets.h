#ifndef ISOLOSS_ASSETS_H
#define ISOLOSS_ASSETS_H

#include <stddef.h>

/// A file in the binary: of the page, or the Python client.
struct embedded_file {
    /// The name, as in `style.css`.
    const char *name;
    const unsigned char *bytes;
    size_t size;
};

/// How many files there are.
extern const size_t asset_count;

/// The file at an index below `asset_count`.
const struct embedded_file *embedded_asset(size_t index);

#endif
