/* version.h - the one place for it; docs/openapi.yaml says the same (a test compares them). */
#ifndef BASE_VERSION_H
#define BASE_VERSION_H

#define SHROFF_VERSION "0.1.0"

#endif
