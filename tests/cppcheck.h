/* For cppcheck alone (./dev check): macros that it cannot look up or does not understand. */
#define __attribute__(list)
#define cJSON_ArrayForEach(item, array) for (item = (array)->child; item; item = item->next)
