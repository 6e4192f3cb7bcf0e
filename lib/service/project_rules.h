/* A project's settings, as they travel, as the rules that plan() reads. */
#ifndef SERVICE_PROJECT_RULES_H
#define SERVICE_PROJECT_RULES_H

#include "proto/nouns.h"
#include "sync/rules.h"

/* Unknown words of a newer tandem are taken as inherited. Owned by `arena`; borrows the strings of `project`. */
struct rules project_rules(struct arena *arena, const struct project *project);

#endif
