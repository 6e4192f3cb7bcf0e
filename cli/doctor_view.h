/* Findings as people and scripts read them: lines, tabs or JSON, as the invocation says. */
#ifndef CLI_DOCTOR_VIEW_H
#define CLI_DOCTOR_VIEW_H

#include "cli/doctor.h"
#include "cli/invocation.h"

void doctor_view_print(const struct invocation *call, const struct doctor *doctor);

#endif
