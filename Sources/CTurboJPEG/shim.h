// libturbojpeg: the demo's pictures are compressed by the library made for it.
#ifndef CTURBOJPEG_SHIM_H
#define CTURBOJPEG_SHIM_H
#include <turbojpeg.h>
#endif
