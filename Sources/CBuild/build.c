#include "build.h"

// The Makefile tells it (Package.swift). In an archive that git has made it stands here: see .gitattributes.
#ifndef STREAMS_PROXY_COMMIT
#define STREAMS_PROXY_COMMIT "$Format:%h$"
#endif

const char *build_commit(void) { return STREAMS_PROXY_COMMIT; }
