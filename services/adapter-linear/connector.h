/* The Linear connector, as service/connector.h describes it. The remote is a team's key ("ENG"); tickets are its
 * issues, known by their UUIDs, which stay when an issue gets a new identifier. Credentials (JSON): kind "pat":
 * {"token": "lin_api_..."}, a personal API key; an OAuth access token that nobody renews is taken too kind "oauth":
 * {"client_id", "client_secret", "refresh_token", "access_token", "expires_at_ms"}; the last two are filled in and
 * replaced, with refresh_token, whenever the access token is renewed Options (JSON): {"team_id": "UUID"}, which
 * describe() gives; with it the project survives a new key of its team.
 *
 * Fields: title, body, status (workflow state), labels, assignees (at most one; by display name, which is unique in a
 * workspace), priority (Urgent, High, Medium, Low; empty = none), estimate, parent (the parent's UUID), due_date,
 * project (name), sprint (the cycle: its name, or "Cycle N"). Attachments are shown in `extra`. */
#ifndef ADAPTER_LINEAR_CONNECTOR_H
#define ADAPTER_LINEAR_CONNECTOR_H

#include "service/connector.h"

extern const struct connector linear_connector;

#endif
