// What is known of this build.
#ifndef CBUILD_BUILD_H
#define CBUILD_BUILD_H

// The commit it was made from; not a commit where nobody has told it.
const char *build_commit(void);

#endif
