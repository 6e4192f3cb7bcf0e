"""The words from which plausible issues are put together."""

PEOPLE = (("alice", "Alice Ångström", "Europe/Stockholm"), ("bob", "Bob Baker", "America/New_York"),
          ("carla", "Carla Núñez", "Europe/Madrid"), ("dmitri", "Дмитрий Орлов", "Asia/Yekaterinburg"),
          ("erin", "Erin O'Neill", "Europe/Dublin"), ("fatima", "فاطمة الزهراء", "Africa/Casablanca"),
          ("grace", "Grace Hopper", "Australia/Lord_Howe"), ("hiro", "ヒロ 田中", "Asia/Tokyo"))
FORMER = ("zoe", "Zoë Former", "UTC")
AUTOMATION = ("automation", "Automation for Jira", "UTC")

COMPONENTS = ("Telemetry", "Ground Console", "Fuel", "Billing", "UI/UX", "Größe & Währung")
VERSIONS = (("1.0", True, "2024-03-01"), ("1.1", True, "2024-11-15"), ("2.0 – Orbit", False, "2027-01-31"),
            ("Backlog", False, None))
LABELS = ("backend", "frontend", "customer", "tech-debt", "área/ñ", "🚀launch", "P1", "needs-triage", "docs", "security")
KEYWORDS = ("latency", "export", "login", "import", "alarm")

PARTS = ("telemetry uplink", "launch countdown", "fuel gauge", "trajectory planner", "ground console", "login page",
         "CSV export", "job scheduler", "map view", "audit log", "search box", "billing report", "mobile app",
         "settings dialog", "upload form", "calendar view", "metrics endpoint", "session store", "rate limiter")
SYMPTOMS = ("crashes", "hangs for {n} seconds", "shows stale data", "leaks about {n} MB an hour", "returns HTTP {http}",
            "loses the last {n} entries", "sorts wrongly", "ignores the time zone", "sends every mail twice",
            "renders blank", "rejects valid input", "truncates names after {n} characters")
TRIGGERS = ("when the network drops", "after the clock jumps back", "when two people edit at once",
            "if the file is empty",
            "when the name contains a slash", "on ARM64", "under heavy load", "with more than {n} items",
            "after a daylight-saving change", "behind a proxy", "when the disk is full", "with Turkish locale")
THINGS = ("keyboard shortcuts", "bulk editing", "dark mode", "retry with back-off", "JSON output", "single sign-on",
          "offline mode", "time zones", "undo", "saved filters", "a dry run", "screen readers", "partial downloads")

BUGS = ("{part} {symptom} {trigger}", "[{part}] {symptom}", "{part}が{n}件で止まる", "Ошибка {http}: {part} {trigger}",
        "Cafe\u0301 und Mu\u0308ller werden im {part} doppelt angezeigt", "<b>HTML</b> & entities &amp; in {part} {n}",
        "“Smart quotes” — and dashes – break the {part}", "{part}: שגיאה {http} בעת שמירה")
STORIES = ("As an operator I want {thing} in the {part}", "As a customer I can use {thing}", "{part}: offer {thing}",
           "Allow {thing} for the {part}", "👩‍💻 {thing} for screen-reader users of the {part}")
TASKS = ("Document {thing} of the {part}", "Refactor the {part}, part {n}", "Migrate the {part}",
         "Release checklist {n}",
         "Measure {thing} in the {part} {trigger}")
EPICS = ("{thing} everywhere", "A faster {part}", "Accessibility of the {part}", "Launch readiness, phase {n}")
SUBTASKS = ("Write the tests", "Review the wording with {thing} in mind", "Update the runbook", "Try it {trigger}")

SENTENCES = ("The {part} {symptom} {trigger}.", "We saw this {n} times this week.",
             "A restart helps for about {n} minutes.",
             "It would save us roughly {n} hours a month.", "Our customers notice it {trigger}.",
             "The workaround is to disable {thing}.", "The log shows nothing unusual.", "Maybe related to {thing}?",
             "See the dashboard for the background.", "Größe und Währung stimmen nicht mehr überein.", "同じ現象を確認しました。")
REPLIES = ("I can reproduce this {trigger}.", "Could you attach the log of the {part}?",
           "Fixed on the branch, please try.",
           "Same here, {n} cases so far. 😕", "Let us talk about {thing} first.", "了解しました。", "Ping?",
           "Blocked until the {part} is released.", "LGTM 👍")
CODE = (("python", "def flush(queue):\n    while queue:\n        send(queue.pop())  # loses {n} entries\n"),
        ("bash", "$ rocket flush --verbose\nerror: status {http}\n"),
        ("json", "{{\"module\": \"telemetry\", \"status\": {http}, \"items\": [{n}, null, \"ü\"]}}"),
        ("c", "if (fuel < {n})\n\treturn -EAGAIN; /* {{not closed}} */"))
