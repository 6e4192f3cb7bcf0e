"""Jira's times: milliseconds since 1970 inside, the account's time zone on paper.

The API writes `2026-01-02T03:04:05.678+0200`; JQL reads `2026-01-02 03:04` in the account's zone.
"""

import datetime
import functools
import re
import zoneinfo

UTC = datetime.timezone.utc
DAY_MS = 86_400_000

PERIOD = re.compile(r"\s*(\d+)\s*([wdhm])", re.IGNORECASE)
PERIOD_MS = {"w": 7 * DAY_MS, "d": DAY_MS, "h": 3_600_000, "m": 60_000}
JQL_FORMATS = ("%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M", "%Y-%m-%d", "%Y/%m/%d")
OFFSET_WITHOUT_COLON = re.compile(r"([+-]\d\d)(\d\d)$")


@functools.lru_cache(maxsize=512)
def zone(name):
    """The zone of this IANA name. Raises ValueError for an unknown one."""
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("unknown time zone %r" % name) from None


@functools.lru_cache(maxsize=65536)
def shown(epoch_ms, zone_name):
    """`2026-01-02T03:04:05.678+0200`; None stays None."""
    if epoch_ms is None:
        return None
    moment = datetime.datetime.fromtimestamp(epoch_ms // 1000, zone(zone_name))
    return "%s.%03d%s" % (moment.strftime("%Y-%m-%dT%H:%M:%S"), epoch_ms % 1000, moment.strftime("%z"))


def parse_timestamp(text):
    """Milliseconds of an ISO 8601 time with an offset. Raises ValueError."""
    moment = datetime.datetime.fromisoformat(OFFSET_WITHOUT_COLON.sub(r"\1:\2", text))
    if moment.tzinfo is None:
        raise ValueError("a time needs an offset")
    return to_ms(moment)


def parse_date(text):
    """The text itself if it is `yyyy-MM-dd`. Raises ValueError."""
    return datetime.datetime.strptime(text, "%Y-%m-%d").strftime("%Y-%m-%d")


def to_ms(moment):
    return round((moment - datetime.datetime(1970, 1, 1, tzinfo=UTC)) / datetime.timedelta(milliseconds=1))


def parse_jql_date(text, now_ms, zone_name):
    """A JQL date: a date, a minute, or a period from now such as `-5d` or `4w 2d`. Raises ValueError."""
    text = text.strip()
    period = parse_period(text)
    if period is not None:
        return now_ms + period
    for form in JQL_FORMATS:
        try:
            moment = datetime.datetime.strptime(text, form)
        except ValueError:
            continue
        return to_ms(moment.replace(tzinfo=zone(zone_name)))
    raise ValueError(text)


def parse_period(text):
    """Milliseconds of `-1w 2d`; None for another text."""
    sign, body = (-1, text[1:]) if text.startswith("-") else (1, text.removeprefix("+"))
    if not body or PERIOD.sub("", body).strip():
        return None
    return sign * sum(int(count) * PERIOD_MS[unit.lower()] for count, unit in PERIOD.findall(body))


def start_of(unit, now_ms, zone_name, offset=0):
    """The start of the account's current day, week, month or year, `offset` units away."""
    moment = datetime.datetime.fromtimestamp(now_ms / 1000, zone(zone_name))
    moment = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    if unit == "Day":
        moment += datetime.timedelta(days=offset)
    elif unit == "Week":
        moment += datetime.timedelta(days=7 * offset - moment.isoweekday() % 7)
    else:
        months = moment.year * 12 + moment.month - 1
        months = months + offset if unit == "Month" else (moment.year + offset) * 12
        moment = moment.replace(year=months // 12, month=months % 12 + 1, day=1)
    return to_ms(moment)
