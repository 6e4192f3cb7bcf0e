"""The words from which plausible issues are put together."""

COMPONENTS = (
    "telemetry uplink", "stage separation", "fuel gauge", "launch countdown", "trajectory planner",
    "ground console", "login page", "CSV export", "REST client", "notification service",
    "Docker image", "config loader", "sync worker", "job scheduler", "map view", "audit log",
    "search box", "billing report", "mobile app", "CLI", "plugin loader", "image cache",
    "webhook receiver", "settings dialog", "upload form", "PDF report", "calendar view",
    "release pipeline", "metrics endpoint", "session store", "LDAP connector", "rate limiter")

SYMPTOMS = (
    "crashes", "hangs for {n} seconds", "shows stale data", "leaks about {n} MB an hour",
    "returns HTTP {http}", "loses the last {n} entries", "sorts wrongly", "ignores the time zone",
    "logs a secret", "prints `(null)`", "uses {n} % CPU", "sends every mail twice",
    "drops the trailing slash", "renders blank", "rejects valid input", "dead-locks",
    "truncates names after {n} characters", "counts one too many", "never times out")

TRIGGERS = (
    "when the network drops", "after the clock jumps back", "when two people edit at once",
    "if the file is empty", "when the name contains a slash", "after upgrading to {version}",
    "on ARM64", "when the window is resized", "under heavy load", "with more than {n} items",
    "after a daylight-saving change", "if the token has expired", "behind a proxy",
    "when the disk is full", "on first start", "with Turkish locale", "in dark mode",
    "after {n} days of uptime", "when PostgreSQL restarts", "if IPv6 is disabled")

WISHES = (
    "Support {thing} in the {component}", "Allow {thing} for the {component}",
    "{component}: add {thing}", "Make {thing} configurable in the {component}",
    "Document {thing} of the {component}", "Drop {thing} from the {component}",
    "Speed up {thing} in the {component} by {n} %")

THINGS = (
    "keyboard shortcuts", "bulk editing", "OAuth device flow", "custom fields", "dark mode",
    "retry with back-off", "incremental loading", "multi-line input", "JSON output",
    "single sign-on", "drag and drop", "offline mode", "time zones", "pagination", "undo",
    "saved filters", "colour-blind palettes", "signed artefacts", "a dry run", "gzip", "IPv6",
    "environment variables", "right-to-left text", "screen readers", "partial downloads")

QUESTIONS = (
    "How do I use {thing} with the {component}?", "Is {thing} supported by the {component}?",
    "What does error {http} of the {component} mean?", "Why is {thing} off by default?",
    "Can the {component} run {trigger}?")

TASKS = (
    "Release {version} checklist", "Epic: {thing} for the {component}",
    "Refactor the {component}, part {n}", "Tracking: flaky tests of the {component} (week {n})",
    "Migrate the {component} to {version}")

FOREIGN_TITLES = (
    "日本語のタイトルが{component}で文字化けする (#{n})", "{component} 在断网后崩溃 — 版本 {version}",
    "دعم الكتابة من اليمين إلى اليسار في {component} ({n})",
    "‏{component} שגיאה {http} בעת שמירה", "Ошибка {http} в {component} после обновления",
    "Cafe\u0301 und Mu\u0308ller werden im {component} doppelt angezeigt ({n})",
    "🚀 {component} 🔥 explodes 💥 {trigger}", "👩‍💻 {component}: 👍🏽 reactions miscounted ({n})",
    "“Smart quotes” — and dashes – break the {component} ({n})", "<b>HTML</b> & entities &amp; in {component} {n}",
    "[{component}] `code` in *title* with | pipes | #{n}", "Größe & Währung (€) im {component}, Fall {n}",
    "นำเข้า {component} ล้มเหลว {n}", "한국어 입력이 {component}에서 깨짐 ({n})")

ONE_LINERS = (
    "See title.", "+1, happens here too.", "Still an issue in {version}.", "As discussed in the call.",
    "Blocked by the {component} work.", "https://example.com/logs/{n}", "cc @bob @carla", "¯\\\\_(ツ)_/¯",
    "Works on my machine™", "TODO", "同上です。", "Reported by a customer, ticket {n}.", "👀")

SENTENCES = (
    "The {component} {symptom} {trigger}.", "We saw this {n} times since {version}.",
    "It does not happen with the {component} switched off.", "A restart helps for about {n} minutes.",
    "I suspect the {component}, see also #{issue}.", "Our customers notice it {trigger}.",
    "The log shows nothing unusual apart from `code={http}`.", "This worked in {version}.",
    "The workaround is to disable {thing}.", "It would save us roughly {n} hours a month.",
    "Competing tools have {thing} already.", "See https://example.com/docs/{n} for the background.",
    "I can provide a dump if needed, cc @dmitri.", "Maybe related to {thing}?")

TRACES = (
    "```\nTraceback (most recent call last):\n  File \"/srv/app/{module}.py\", line {n}, in handle\n"
    "    return self.{call}(request)\n  File \"/srv/app/core.py\", line {http}, in {call}\n"
    "    raise ValueError(f\"unexpected state {{state!r}}\")\nValueError: unexpected state None\n```",
    "```java\njava.lang.NullPointerException: Cannot invoke \"String.length()\"\n"
    "\tat com.acme.rocket.{module}.{call}({module}.java:{n})\n"
    "\tat com.acme.rocket.Main.main(Main.java:{http})\n```",
    "```c\n#0  0x00007f{http}a{n} in {call} (ticket=0x0) at src/{module}.c:{n}\n"
    "#1  0x00005555{http}{n} in main (argc=1, argv=0x7ffe{n}) at src/main.c:{http}\n```",
    "```console\n$ rocket {call} --verbose\nerror: {module}: status {http}\n$ echo $?\n{n}\n```",
    "~~~json\n{{\"module\": \"{module}\", \"status\": {http}, \"items\": [{n}, null, \"ü\"]}}\n~~~")

MODULES = ("telemetry", "planner", "session", "uploader", "scheduler", "export", "gateway", "cache")
CALLS = ("flush", "resolve", "open_channel", "merge", "commit", "render", "parse_header", "retry")

REPLIES = (
    "Thanks for the report! Can you attach the log of the {component}?", "I can reproduce this {trigger}.",
    "Fixed in {version}, please try.", "Duplicate of #{issue}?", "@erin could you take a look?",
    "> The {component} {symptom}\n\nWhich version is that?", "Same here on {version}. 😕",
    "Bisected to the change of {thing}:\n\n```diff\n-  timeout = {n}\n+  timeout = 0\n```",
    "Closing, no answer for {n} days.", "LGTM 👍", "了解しました。{version} で修正します。",
    "Workaround:\n\n1. stop the {component}\n2. remove `cache-{n}`\n3. start again", "Ping?",
    "- [x] reproduced\n- [ ] test written\n- [ ] fixed")

LABELS = (
    ("bug", "d73a4a", "Something isn't working"), ("enhancement", "a2eeef", "New feature or request"),
    ("question", "d876e3", "Further information is requested"),
    ("documentation", "0075ca", "Improvements or additions to documentation"),
    ("good first issue", "7057ff", "Good for newcomers"), ("help wanted", "008672", None),
    ("duplicate", "cfd3d7", "This issue already exists"), ("wontfix", "ffffff", None),
    ("P1: urgent", "b60205", "Drop everything"), ("P2: normal", "fbca04", ""), ("P3: low", "c2e0c6", None),
    ("área/ñ", "1d76db", "Etiqueta con acentos"), ("🚀 launch", "5319e7", "Needed for launch"),
    ("component: ui/ux", "bfd4f2", "A slash and a colon"), ("needs-triage", "ededed", None))
DEFAULT_LABELS = {"bug", "enhancement", "question", "documentation", "good first issue", "help wanted",
                  "duplicate", "wontfix"}

MEMBERS = (("alice", "MEMBER", "Alice Ångström"), ("bob", "MEMBER", "Bob"), ("carla", "MEMBER", "Carla Núñez"),
           ("dmitri", "COLLABORATOR", "Дмитрий"), ("erin", "MEMBER", None), ("fatima", "CONTRIBUTOR", "فاطمة"),
           ("grace-h", "NONE", "Grace"), ("hiro", "NONE", "ヒロ"))
