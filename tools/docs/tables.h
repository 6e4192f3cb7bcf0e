/* The tables of events and verbs, for comparing one release with another. */
#ifndef DOCS_TABLES_H
#define DOCS_TABLES_H

/* One JSON object to stdout: {"events": {TYPE: {...}}, "verbs": {NAME: {...}}}; docs/compatibility.md says what is
 * compared. */
void tables_print(void);

#endif
