/* For constant tables: where a board keeps data out of RAM, its build says how (`-DNL_FLASH=__flash`). */
#ifndef NL_FLASH
#define NL_FLASH
#endif
