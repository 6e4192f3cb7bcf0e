// Makes a ticket.
//
//   node publish.mjs BUNDLE ID TITLE      prints the ticket's key; the same ID again does nothing
//
// BUNDLE is the folder that `tandem certs issue NAME --verbs events.publish` prints.
import { endpoint, Store } from "./tandem.mjs";

const [bundle, id, title] = process.argv.slice(2);
const store = new Store(endpoint(bundle).store_url, bundle);
const data = JSON.stringify({ privacy: "local_only", fields: { title } });
const { keys } = await store.call("events.publish", {
  events: [{ id, source: "example", type: "tandem.v1.TicketCreated", data }],
});
console.log(keys[0] || "taken before");
store.close();
