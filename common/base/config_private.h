/* config_private.h - what the files of the settings share. */
#ifndef BASE_CONFIG_PRIVATE_H
#define BASE_CONFIG_PRIVATE_H

/* Prints one line (setting, value, what is wanted) and exits 78. */
_Noreturn void config_refuse(const char *name, const char *value, const char *want);

#endif
