// Checks Kubernetes objects, a JSON array on standard input, against the models of npm's kubernetes-models, which are
// below the node_modules folder that is the only argument. Prints a JSON array of the problems of each, which are texts.
//
// The models look at the fields that they know and pass over all others, as an API server does not. So each object is
// looked at through proxies that note what the model asks for: what it never asks for is no field of that kind.
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";

const FOLDERS = { "postgresql.cnpg.io": "@kubernetes-models/cloudnative-pg", "keda.sh": "@kubernetes-models/keda",
                  "monitoring.coreos.com": "@kubernetes-models/prometheus-operator" };
const modules = path.resolve(process.argv[2]);

// The model's file of a kind: kubernetes-models keeps "apps" for "apps", but "networking.k8s.io" whole.
function modelFile({ apiVersion, kind }) {
  const group = apiVersion.includes("/") ? apiVersion.split("/")[0] : "";
  return path.join(modules, FOLDERS[group] ?? "kubernetes-models", apiVersion, kind + ".js");
}

async function validatorOf(object) {
  const file = modelFile(object);
  if (!existsSync(file)) return null;
  const schema = readFileSync(file, "utf8").match(/_schemas\/(\w+)/)[1];
  const base = path.join(path.dirname(file).slice(0, -object.apiVersion.length), "_schemas", schema);
  const module = await import(existsSync(base + ".mjs") ? base + ".mjs" : base + ".js");
  return module.validate ?? module.default.validate;
}

class Watched {
  constructor(value) {
    this.value = value;
    this.asked = new Set();
    this.below = new Map();
    this.proxy = new Proxy(value, { get: (_, name) => this.#get(name) });
  }
  #get(name) {
    const value = this.value[name];
    if (typeof name === "string") this.asked.add(name);
    if (value === null || typeof value !== "object") return value;
    if (!this.below.has(name)) this.below.set(name, new Watched(value));
    return this.below.get(name).proxy;
  }
  // Paths of fields that nobody asked for. An object of which nothing was asked may hold anything.
  *unknown(at = "") {
    if (this.asked.size)
      for (const name of Object.keys(this.value)) if (!this.asked.has(name)) yield `${at}/${name}`;
    for (const [name, watched] of this.below) yield* watched.unknown(`${at}/${name}`);
  }
}

async function* problemsOf(object) {
  const who = `${object.kind}/${object.metadata?.name}`;
  const validate = await validatorOf(object);
  if (!validate) return yield `${who}: there is no ${object.kind} in ${object.apiVersion}`;
  const watched = new Watched(object);
  if (!validate(watched.proxy))
    for (const error of validate.errors) yield `${who}: ${error.instancePath || "/"} ${error.keyword} ${JSON.stringify(error.params)}`;
  for (const field of watched.unknown()) yield `${who}: ${field} is no field`;
}

const problems = [];
for (const object of JSON.parse(readFileSync(0, "utf8"))) {
  problems.push([]);
  for await (const problem of problemsOf(object)) problems.at(-1).push(problem);
}
process.stdout.write(JSON.stringify(problems));
