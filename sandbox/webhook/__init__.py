"""A stand-in of a small tracker that speaks JSON and Standard Webhooks, as many in-house ones do."""
