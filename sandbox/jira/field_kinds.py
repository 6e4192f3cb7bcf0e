"""Kinds of fields that hold plain values: how each is read, shown, and written to the changelog.

A kind's `parse` gives the stored value or None for empty, and raises BadValue. `shown` is the API's
JSON, `logged` the pair (id, text) of the changelog. `schema` and `operations` are for the metadata.
"""

from sandbox.jira import adf, adf_text, times
from sandbox.jira.errors import BadValue

TEXT_LIMIT = 32_767
LINE_LIMIT = 255
TOO_LONG = "The entered text is too long. It exceeds the allowed limit of %s characters."
NO_DOCUMENT = "Operation value must be an Atlassian Document (see the Atlassian Document Format)"
NO_STRING = "Operation value must be a string"


class Kind:
    """A field that cannot be set. The other kinds say what they do differently."""

    type = "any"
    items = None
    operations = ()

    def parse(self, context, value):
        """`context` has `world`, `field` and `project`. Raises BadValue, BadDocument."""
        raise BadValue("Field '%s' cannot be set. It is not on the appropriate screen, or unknown." % context.field.id)

    def shown(self, show, field, value):
        return value

    def logged(self, show, field, value):
        return None, None if value is None else str(value)

    def allowed(self, show, field, project):
        """The values to choose from, as the metadata lists them; None if any will do."""
        return None

    def add(self, context, stored, value):
        raise BadValue("Field '%s' does not support operation 'add'" % context.field.id)

    def remove(self, context, stored, value):
        raise BadValue("Field '%s' does not support operation 'remove'" % context.field.id)


class Text(Kind):
    """One line of text."""

    type = "string"
    operations = ("set",)

    def parse(self, context, value):
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            raise BadValue(NO_STRING)
        if len(value) > LINE_LIMIT:
            raise BadValue(TOO_LONG % LINE_LIMIT)
        return value.replace("\r", "").replace("\n", " ")


class Summary(Text):
    def parse(self, context, value):
        if value is not None and not isinstance(value, str):
            raise BadValue(NO_STRING)
        text = (value or "").strip()
        if not text:
            raise BadValue("You must specify a summary of the issue.")
        if "\n" in text or "\r" in text:
            raise BadValue("The summary is invalid because it contains newline characters.")
        if len(text) > LINE_LIMIT:
            raise BadValue("Summary can't exceed 255 characters.")
        return text


class RichText(Kind):
    """A document on Cloud, wiki markup on Data Center."""

    type = "string"
    operations = ("set",)

    def parse(self, context, value):
        if value is None:
            return None
        if not context.world.is_cloud:
            return parse_wiki(value)
        return parse_document(value)

    def logged(self, show, field, value):
        return None, adf_text.to_wiki(value)


def parse_document(value):
    """The document, or None if it is empty. Raises BadValue, BadDocument."""
    if not adf.is_document(value):
        raise BadValue(NO_DOCUMENT)
    adf.check(value)
    if len(adf_text.to_wiki(value)) > TEXT_LIMIT:
        raise BadValue(TOO_LONG % "32,767")
    return None if adf.is_empty(value) else value


def parse_wiki(value):
    if not isinstance(value, str):
        raise BadValue(NO_STRING)
    if len(value) > TEXT_LIMIT:
        raise BadValue(TOO_LONG % "32,767")
    return value or None


class Number(Kind):
    type = "number"
    operations = ("set",)

    def parse(self, context, value):
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, (int, float)) or abs(value) > 1e14:
            raise BadValue("Operation value must be a number")
        return float(value)

    def logged(self, show, field, value):
        return None, None if value is None else ("%g" % value)


class Date(Kind):
    type = "date"
    operations = ("set",)

    def parse(self, context, value):
        if value is None or value == "":
            return None
        try:
            return times.parse_date(value)
        except (ValueError, TypeError):
            raise BadValue("Operation value must be a string in the format \"yyyy-MM-dd\"") from None

    def logged(self, show, field, value):
        return value, None if value is None else value + " 00:00:00.0"


class DateTime(Kind):
    type = "datetime"
    operations = ("set",)

    def parse(self, context, value):
        if value is None or value == "":
            return None
        try:
            return times.parse_timestamp(value)
        except (ValueError, TypeError):
            raise BadValue("Error parsing date string: %s" % value) from None

    def shown(self, show, field, value):
        return show.time(value)

    def logged(self, show, field, value):
        return show.time(value), show.time(value)


class Time(Kind):
    """When something happened: kept by Jira itself."""

    type = "datetime"

    def shown(self, show, field, value):
        return show.time(value)


class Url(Text):
    def parse(self, context, value):
        text = super().parse(context, value)
        if text is not None and not text.startswith(("http://", "https://", "ftp://", "mailto:")):
            raise BadValue("Not a valid URL")
        return text


class Labels(Kind):
    """A set of words; shown in alphabetical order."""

    type = "array"
    items = "string"
    operations = ("add", "set", "remove")

    def parse(self, context, value):
        if value is None:
            return None
        if not isinstance(value, list):
            raise BadValue("data was not an array")
        return sorted({self._label(one) for one in value}) or None

    def _label(self, value):
        if not isinstance(value, str):
            raise BadValue("string expected at index 0")
        if any(one.isspace() for one in value):
            raise BadValue("The label '%s' contains spaces which is invalid." % value)
        if not 0 < len(value) <= LINE_LIMIT:
            raise BadValue("The label '%s' exceeds the maximum length of 255 characters." % value)
        return value

    def add(self, context, stored, value):
        return sorted(set(stored or ()) | {self._label(value)})

    def remove(self, context, stored, value):
        return sorted(set(stored or ()) - {value}) or None

    def shown(self, show, field, value):
        return value or []

    def logged(self, show, field, value):
        return None, " ".join(value or ())


def parse_comment_body(world, value):
    """A comment's text in the site's flavour. Raises BadValue, BadDocument."""
    if not world.is_cloud:
        text = parse_wiki(value)
        if text is None or not text.strip():
            raise BadValue("Comment body can not be empty!")
        return text
    if not adf.is_document(value):
        raise BadValue("Comment body is not valid!")
    document = parse_document(value)
    if document is None:
        raise BadValue("Comment body can not be empty!")
    return document


