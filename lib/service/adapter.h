/* The skeleton of an adapter: claims work, calls the connector, reports what came of it. An adapter's main is one call:
 *   return adapter_main(argc, argv, &github_connector);
 * With --describe it reads {base_url, remote, credential_kind, credential} as JSON on standard input, tries the
 * credential, and prints what it found, for `tandem connect`. */
#ifndef SERVICE_ADAPTER_H
#define SERVICE_ADAPTER_H

#include "service/connector.h"

int adapter_main(int argc, char **argv, const struct connector *connector);

#endif
