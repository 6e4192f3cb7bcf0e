/* Named points at which a test can stop a process dead, to see that nothing is lost. Compiled away in release builds
 * unless TANDEM_FAULT_POINTS is on. The environment: TANDEM_FAULT_KILL="name" or "name:N" kills this process with
 * SIGKILL when it comes to the point for the N-th time, several separated by commas do so at whichever comes first;
 * TANDEM_FAULT_LOG=FILE appends each point's name as it is passed, TANDEM_FAULT_KILLED=FILE the one that was died at.
 * `fault_point_of(name, detail)` is the point "name.detail". */
#ifndef BASE_FAULT_H
#define BASE_FAULT_H

#ifdef TANDEM_FAULT_POINTS
void fault_point(const char *name);
void fault_point_of(const char *name, const char *detail);
#else
static inline void fault_point(const char *name) {
  (void)name;
}
static inline void fault_point_of(const char *name, const char *detail) {
  (void)name, (void)detail;
}
#endif

#endif
