// Prints every event, and goes on where it was after a restart.
//
//   node subscribe.mjs BUNDLE POSITION_FILE
//
// BUNDLE is the folder that `tandem certs issue NAME --events all` prints.
import { decode } from "@msgpack/msgpack";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dial, endpoint, frames, Store, SUB } from "./tandem.mjs";

const [bundle, path] = process.argv.slice(2);
const urls = endpoint(bundle);
const store = new Store(urls.store_url, bundle);
const bus = frames(dial(urls.events_url, bundle, SUB));
const { head = 0 } = await store.call("hello");
let position = existsSync(path) ? Number(readFileSync(path, "utf8")) : head;

function keep(sequence) {
  position = sequence;
  writeFileSync(`${path}.next`, `${sequence}\n`, { flush: true });
  renameSync(`${path}.next`, path);
}

function handle(event, data) {
  console.log(event.sequence, event.type, event.subject ?? "", JSON.stringify(data));
  keep(event.sequence);
}

async function catchUp(until) {
  while (position < until) {
    const { events = [] } = await store.call("events.read", { after: position, limit: 500 });
    for (const event of events) handle(event, JSON.parse(event.data));
  }
}

keep(position);
console.error("listening after", position);
await catchUp(head);
for await (const frame of bus) {
  const nul = frame.indexOf(0);
  const event = decode(frame.subarray(nul + 1));
  if (frame.subarray(0, nul).toString() === "tandem.v1.internal.Heartbeat") await catchUp(event.data.head);
  else if (event.sequence === position + 1) handle(event, event.data);
  else await catchUp(event.sequence);
}
console.error("the store closed the connection");
process.exit(1);
