// The bytes of docs/bus.md with Node's own tls and @msgpack/msgpack: connecting, frames, verbs.
import { encode, decode } from "@msgpack/msgpack";
import { existsSync, readFileSync } from "node:fs";
import { randomUUID } from "node:crypto";
import { connect } from "node:tls";

export const SUB = 0x21;
const REQ = 0x30;

/** Where the store is: beside the certificate, or as `tandem up` wrote it. */
export function endpoint(bundle) {
  const path = [`${bundle}/endpoint.json`, `${bundle}/../../../run/endpoint.json`].find(existsSync);
  if (!path) throw new Error("no endpoint.json: is tandem running?");
  return JSON.parse(readFileSync(path, "utf8"));
}

/** A connection that has greeted; `frames()` are the messages that come. */
export function dial(url, bundle, protocol) {
  const { hostname, port } = new URL(url.replace(/^tls\+tcp:/, "http:"));
  const servername = hostname === "127.0.0.1" ? "localhost" : hostname;
  const pem = readFileSync(`${bundle}/certificate.pem`);
  const socket = connect({ host: hostname, port, servername, ca: readFileSync(`${bundle}/ca.pem`), cert: pem, key: pem });
  socket.write(Buffer.from([0, 0x53, 0x50, 0, 0, protocol, 0, 0]));
  return socket;
}

export async function* frames(socket) {
  let bytes = Buffer.alloc(0);
  let isGreeted = false;
  for await (const chunk of socket) {
    bytes = Buffer.concat([bytes, chunk]);
    if (!isGreeted && bytes.length >= 8) {
      bytes = bytes.subarray(8);
      isGreeted = true;
    }
    while (isGreeted && bytes.length >= 8) {
      const end = 8 + Number(bytes.readBigUInt64BE());
      if (bytes.length < end) break;
      yield bytes.subarray(8, end);
      bytes = bytes.subarray(end);
    }
  }
}

/** Verbs, one at a time. */
export class Store {
  constructor(url, bundle) {
    this.socket = dial(url, bundle, REQ);
    this.replies = frames(this.socket);
    this.client = `node-${randomUUID()}`;
    this.request = 0;
  }

  async call(verb, body = {}) {
    const request = ++this.request;
    const id = Buffer.alloc(4);
    id.writeUInt32BE((0x80000000 | request) >>> 0);
    const frame = Buffer.concat([id, encode({ verb, client: this.client, request, body: encode(body) })]);
    const length = Buffer.alloc(8);
    length.writeBigUInt64BE(BigInt(frame.length));
    this.socket.write(Buffer.concat([length, frame]));
    const { value, done } = await this.replies.next();
    if (done) throw new Error("the store closed the connection");
    const reply = decode(value.subarray(4));
    if (reply.code !== "ok") throw new Error(`${reply.code}: ${reply.message}`);
    return decode(reply.body);
  }

  close() {
    this.socket.destroy();
  }
}
