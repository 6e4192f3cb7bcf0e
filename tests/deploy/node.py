"""Runs the containers of rendered manifests as processes of this machine, as a node's kubelet would: with their command, their
environment, their files and their user, each pod with an address of its own. What stands for the cluster:

- Pods and Services have addresses of the loopback network, put in place of the names and of [::]; ports stay.
- Volumes are folders in place of /run/tandem, laid out with kubelet's links, modes and group.
- A root file system that is read only is a process that may write no byte to a file (RLIMIT_FSIZE).

Where a run measures coverage, processes keep their user and may write: they write what they counted.
"""

import base64
import contextlib
import os
import resource
import shutil
import socket
import subprocess
import tempfile
import threading
import urllib.error
import urllib.request

import checks
from manifests import at
import world
from world import GENTLE, wait_for

BIN = os.path.abspath(world.BIN)  # processes start in /
KEPT = ("ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LLVM_PROFILE_FILE", "PATH")


def get(address, path, timeout_s=20):
    """Status and text; None while nothing listens."""
    try:
        with urllib.request.urlopen("http://%s%s" % (address, path), timeout=timeout_s) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError:
        return None


def write_volume(folder, files, mode, group):
    """A Secret or ConfigMap as kubelet shows it: each file a link through ..data, so that all change at once."""
    data = os.path.join(folder, "..2026")
    os.makedirs(data)
    os.symlink("..2026", os.path.join(folder, "..data"))
    for name, content in files.items():
        path = os.path.join(data, name)
        with open(path, "wb") as file:
            file.write(content)
        if os.geteuid() == 0:
            os.chown(path, 0, group)
        os.chmod(path, mode)
        os.symlink(os.path.join("..data", name), os.path.join(folder, name))


def forbid_files():
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


class Running:
    """A container of a pod that was started."""

    def __init__(self, node, pod, number):
        self.pod, self.container = pod, pod.containers[0]
        self.name = "%s-%d" % (pod.component, number)
        self.address = node.next_address()
        self.folder = os.path.join(node.folder, self.name)
        if not os.path.isdir(self.folder):
            os.makedirs(self.folder)
            self._mount(node)
        self.log_path = self.folder + ".log"
        command = [os.path.join(BIN, self.container["command"][0]), *self.container["command"][1:]]
        self.process = subprocess.Popen([*node.as_user(pod), *command], env=self._environment(node), stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd="/", start_new_session=True,
                                        preexec_fn=None if GENTLE else forbid_files)
        self._keeper = threading.Thread(target=self._keep_log, daemon=True)
        self._keeper.start()

    def _keep_log(self):
        with open(self.log_path, "ab", buffering=0) as log:
            for line in self.process.stdout:
                log.write(line)

    def _mount(self, node):
        group = at(self.pod.spec, "securityContext", "fsGroup")
        for path, volume in self.pod.mounts(self.container).items():
            source = volume.get("secret") or volume["configMap"]
            files = node.data[checks.volume_source(volume)]
            if "items" in source:
                files = {item["path"]: files[item["key"]] for item in source["items"]}
            write_volume(self.folder + path, files, source.get("defaultMode", 0o644), group)

    def _environment(self, node):
        kept = {name: os.environ[name] for name in KEPT if name in os.environ}
        wanted = checks.environment(node.manifests, self.container)
        return {**kept, "TANDEM_HOME": self.folder + "/var/lib/tandem",
                **{name: node.here(value).replace("[::]", self.address).replace("/run/tandem", self.folder + "/run/tandem")
                   for name, value in wanted.items() if value is not None}}

    def probe(self, name):
        """What a probe of the container gets: status and text, or None."""
        asked = self.container[name]["httpGet"]
        return get("%s:%d" % (self.address, self.pod.ports()[asked["port"]]), asked["path"])

    def is_ready(self):
        return (self.probe("readinessProbe") or [0])[0] == 200

    def kill(self):
        self.process.kill()
        self.process.wait()

    def end(self):
        """The status after SIGTERM; fails where kubelet would have killed it."""
        return self.process.wait(at(self.pod.spec, "terminationGracePeriodSeconds", default=30))

    def output(self):
        self._keeper.join(0 if self.process.poll() is None else None)
        with open(self.log_path, encoding="utf-8", errors="replace") as file:
            return file.read()


class Service:
    """Passes each connection on to a pod that is ready, as kube-proxy does; one that is open stays with its pod."""

    def __init__(self, address, ports, pods):
        self._pods = pods
        self._listeners = [socket.create_server((address, port)) for port in ports]
        for listener in self._listeners:
            threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def _accept(self, listener):
        with contextlib.suppress(OSError):
            while True:
                client, _ = listener.accept()
                threading.Thread(target=self._serve, args=(client, listener.getsockname()[1]), daemon=True).start()

    def _serve(self, client, port):
        with client, contextlib.suppress(OSError):
            ready = next((pod for pod in list(self._pods()) if pod.is_ready()), None)
            if ready:
                with socket.create_connection((ready.address, port)) as server:
                    back = threading.Thread(target=self._pass, args=(server, client), daemon=True)
                    back.start()
                    self._pass(client, server)
                    back.join()

    @staticmethod
    def _pass(source, target):
        with contextlib.suppress(OSError):
            while data := source.recv(1 << 16):
                target.sendall(data)
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def close(self):
        for listener in self._listeners:
            listener.close()


class Node:
    """Containers that run, by name. `data` is {(kind, name): {key: bytes}} of Secrets and ConfigMaps; `names` {text: what stands
    for it here}."""

    def __init__(self, manifests, data, names):
        self.manifests, self.data, self.names = manifests, data, names
        self.folder = tempfile.mkdtemp(prefix="tandem-node-", dir="/tmp")
        os.chmod(self.folder, 0o755)
        self.running, self._addresses = {}, 1

    def next_address(self):
        self._addresses += 1
        return self.address(self._addresses)

    @staticmethod
    def address(number):
        """Of the loopback network, and of no other test that runs at the same time."""
        return "127.%d.%d.%d" % (2 + os.getpid() // 256 % 250, os.getpid() % 256, number)

    def here(self, text):
        for name, stand_in in self.names.items():
            text = text.replace(name, stand_in)
        return text

    def as_user(self, pod):
        """How a command is run as the pod's user, with no capability and no way to get one; as ourselves where we are not root, or
        where that user cannot reach the programs."""
        security = pod.spec["securityContext"]
        prefix = ["setpriv", "--reuid", str(security["runAsUser"]), "--regid", str(security["runAsGroup"]), "--clear-groups",
                  "--no-new-privs", "--bounding-set=-all", "--inh-caps=-all"]
        reaches = os.geteuid() == 0 and not GENTLE and subprocess.run([*prefix, "test", "-x", os.path.join(BIN, "tandem-store")], check=False).returncode == 0
        return prefix if reaches else []

    def start(self, kind, name, number=0):
        owner = self.manifests.one(kind, name)
        pod = next(pod for pod in self.manifests.own_pods() if pod.owner is owner)
        made = Running(self, pod, number)
        self.running[made.name] = made
        return made

    def of(self, component):
        return [pod for pod in list(self.running.values()) if pod.pod.component == component]

    def logs(self):
        return "\n".join("== %s\n%s" % (name, pod.output()[-3000:]) for name, pod in self.running.items())

    def wait_for(self, condition, what):
        try:
            return wait_for(condition, what)
        except AssertionError as error:
            raise AssertionError("%s\n%s" % (error, self.logs())) from None

    def close(self):
        for pod in self.running.values():
            if pod.process.poll() is None:
                pod.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


def secret_data(objects):
    """{(kind, name): {key: bytes}} of Secrets and ConfigMaps."""
    found = {}
    for one in objects:
        decode = base64.b64decode if one["kind"] == "Secret" else str.encode
        found[one["kind"], one["metadata"]["name"]] = {key: decode(value) for key, value in (one.get("data") or {}).items()}
    return found
