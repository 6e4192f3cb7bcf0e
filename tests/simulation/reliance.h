/* What a world relies on to learn of what neither a webhook nor a poll has told: in most nothing need be learned that
 * way. In a few, lists pass changes by, webhooks are lost, and somebody in the tracker does away with them; then it is
 * the hourly scan, the nightly look at everything, or a delivery that is asked for again that has to bring what is
 * missing. What one of them cannot bring does not happen where it is relied on. */
#ifndef SIMULATION_RELIANCE_H
#define SIMULATION_RELIANCE_H

#include <stdbool.h>
#include <stdint.h>

#include "simulation/people_edits.h"

struct habits;
struct remote_item;
struct world;

enum reliance { RELIES_ON_POLLS, RELIES_ON_SCANS, RELIES_ON_NIGHTS, RELIES_ON_REDELIVERY, RELIANCE_COUNT };

const char *reliance_name(enum reliance reliance);

/* Draws what the world relies on. */
enum reliance reliance_draw(struct world *world);

/* Has go wrong what it takes, often. */
void reliance_raise_faults(struct world *world);
void reliance_settle_habits(enum reliance reliance, struct habits *habits);

/* What people do about what they would do by themselves. */
enum topic reliance_topic(const struct world *world, enum topic topic);

/* Whether lists of changes may pass the item's newest revision by; `is_told`: a webhook of it is on its way, or can be
 * asked for. */
bool reliance_hides(const struct remote_item *item, bool is_told);

/* Between now and `until_ms` scans come up, and somebody looks after webhooks or has everything looked at. */
void reliance_begin(struct world *world, int64_t until_ms);

/* Time passes, and brings what nothing has told of. Everybody has stopped editing. */
void reliance_wait(struct world *world);

#endif
