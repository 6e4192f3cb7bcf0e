/* Schema migrations: each file of migrations/ runs once, in order, in one transaction, under an advisory lock. */
#ifndef STORE_MIGRATE_H
#define STORE_MIGRATE_H

#include "store/db.h"

/* Brings the schema up to date, makes the installation's row, and gives the roles their rights (0013_roles.sql). A role
 * that may not make tables only looks whether that was done. A database of a newer tandem is refused. */
struct result migrate(struct db *db) MUST_USE;

int64_t migrate_newest(void);

#endif
