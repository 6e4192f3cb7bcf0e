"""Kinds of fields that refer to something: options, people, versions and components, priorities."""

from sandbox.jira.errors import BadValue
from sandbox.jira.field_kinds import Kind


def named(value, names=("id", "name", "value")):
    """The first of the naming members of {"id": …}, as (member, text). Raises BadValue."""
    if isinstance(value, dict):
        for name in names:
            if value.get(name) is not None:
                return name, str(value[name])
    raise BadValue("Specify a valid '%s'" % "' or '".join(names))


class Option(Kind):
    """One of the field's options, by id or value."""

    type = "option"
    operations = ("set",)

    def parse(self, context, value):
        return None if value is None else find_option(context.field.options, value).id

    def shown(self, show, field, value):
        return None if value is None else show.option(option_of(field, value))

    def logged(self, show, field, value):
        return value, None if value is None else option_of(field, value).value

    def allowed(self, show, field, project):
        return [show.option(one) for one in field.options]


def find_option(options, value):
    name, text = named(value, ("id", "value"))
    for option in options:
        if text == (option.id if name == "id" else option.value):
            return option
    raise BadValue("Option %s '%s' is not valid" % (name, text))


def option_of(field, option_id):
    return next(one for one in field.options if one.id == option_id)


class Several(Kind):
    """A list of what another kind holds one of, kept in the order given, each once."""

    type = "array"
    operations = ("add", "set", "remove")

    def __init__(self, one, log_each=False):
        self.one = one
        self.items = one.type
        self.log_each = log_each

    def parse(self, context, value):
        if value is None:
            return None
        if not isinstance(value, list):
            raise BadValue("data was not an array")
        return list(dict.fromkeys(self.one.parse(context, one) for one in value)) or None

    def add(self, context, stored, value):
        return list(dict.fromkeys((stored or []) + [self.one.parse(context, value)]))

    def remove(self, context, stored, value):
        gone = self.one.parse(context, value)
        return [one for one in stored or () if one != gone] or None

    def shown(self, show, field, value):
        return [self.one.shown(show, field, one) for one in value or ()]

    def logged(self, show, field, value):
        pairs = [self.one.logged(show, field, one) for one in value or ()]
        return "[%s]" % ", ".join(str(one) for one, _ in pairs), ", ".join(text for _, text in pairs)

    def allowed(self, show, field, project):
        return self.one.allowed(show, field, project)


class Cascading(Kind):
    """An option and possibly one of its children; stored as both ids."""

    type = "option-with-child"
    operations = ("set",)

    def parse(self, context, value):
        if value is None:
            return None
        parent = find_option(context.field.options, value)
        child = value.get("child")
        return [parent.id, find_option(parent.children, child).id if child is not None else None]

    def _options(self, field, value):
        parent = option_of(field, value[0])
        return parent, next((one for one in parent.children if one.id == value[1]), None)

    def shown(self, show, field, value):
        if value is None:
            return None
        parent, child = self._options(field, value)
        return dict(show.option(parent), **({"child": show.option(child)} if child else {}))

    def logged(self, show, field, value):
        if value is None:
            return None, None
        parent, child = self._options(field, value)
        text = "Parent values: %s(%s)" % (parent.value, parent.id)
        return None, text + ("Level 1 values: %s(%s)" % (child.value, child.id) if child else "")

    def allowed(self, show, field, project):
        return [dict(show.option(one), children=[show.option(child) for child in one.children])
                for one in field.options]


class Person(Kind):
    """An account: by account id on Cloud, by login name on Data Center."""

    type = "user"
    operations = ("set",)

    def parse(self, context, value):
        if value is None:
            return None
        if not isinstance(value, dict):
            raise BadValue("data was not an object")
        names = ("accountId", "id") if context.world.is_cloud else ("name",)
        if not any(name in value for name in names):
            raise BadValue("expected Object containing a '%s' property" % names[0])
        if context.world.is_cloud:
            wanted = value.get("accountId", value.get("id"))
            user = context.world.users.get(wanted) if isinstance(wanted, str) else None
        else:
            wanted = value.get("name")
            user = next((one for one in context.world.users.values() if one.name == wanted), None)
        if wanted is None:
            return self.without(context)
        if user is None:
            raise BadValue("User '%s' does not exist." % wanted)
        return user.account_id

    def without(self, context):
        return None

    def shown(self, show, field, value):
        return show.user(value)

    def logged(self, show, field, value):
        user = show.world.users.get(value)
        return show.user_id(value), user.display_name if user else None


class Assignee(Person):
    """Someone who may be assigned; `-1` is the project's default, its lead."""

    def parse(self, context, value):
        if isinstance(value, dict) and "-1" in (value.get("accountId"), value.get("id"), value.get("name")):
            return context.project.lead
        found = super().parse(context, value)
        if found is not None and not context.world.users[found].active:
            raise BadValue("User '%s' cannot be assigned issues." % context.world.users[found].display_name)
        return found


class Reporter(Person):
    def without(self, context):
        raise BadValue("Reporter is required.")

    def parse(self, context, value):
        return self.without(context) if value is None else super().parse(context, value)


class OfProject(Kind):
    """A version or component of the issue's project, by id or name."""

    operations = ("set",)

    def __init__(self, type, word):
        self.type = type
        self.word = word

    def _choices(self, world, project):
        return world.versions_of(project) if self.type == "version" else world.components_of(project)

    def _get(self, world, number):
        return (world.versions if self.type == "version" else world.components)[number]

    def parse(self, context, value):
        name, text = named(value, ("id", "name"))
        for one in self._choices(context.world, context.project):
            if text == (str(one.id) if name == "id" else one.name):
                return one.id
        raise BadValue("%s %s '%s' is not valid" % (self.word, name, text))

    def shown(self, show, field, value):
        return getattr(show, self.type)(self._get(show.world, value))

    def logged(self, show, field, value):
        return str(value), self._get(show.world, value).name

    def allowed(self, show, field, project):
        return [getattr(show, self.type)(one) for one in self._choices(show.world, project)]


class Listed(Kind):
    """A priority, resolution or security level, by id or name."""

    operations = ("set",)

    def __init__(self, type, table):
        self.type = type
        self.table = table

    def parse(self, context, value):
        if value is None:
            return None
        name, text = named(value, ("id", "name"))
        for key, facts in self.table.items():
            if text == (key if name == "id" else facts[0]):
                return key
        raise BadValue("The %s selected is invalid." % self.type)

    def shown(self, show, field, value):
        return None if value is None else getattr(show, self.type)(value)

    def logged(self, show, field, value):
        return value, None if value is None else self.table[value][0]

    def allowed(self, show, field, project):
        return [getattr(show, self.type)(key) for key in self.table]
