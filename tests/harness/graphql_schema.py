"""A published GraphQL schema, read by Debian's graphql-core 2, which knows neither descriptions nor newer grammar."""

import re

from graphql import build_ast_schema, parse


def read(path):
    """The schema of a file in today's grammar. Descriptions and directives are left out."""
    with open(path, encoding="utf-8") as source:
        text = source.read()
    text = re.sub(r'"""(?:.|\n)*?"""', "", text)
    text = re.sub(r'^\s*"(?:[^"\\\n]|\\.)*"\s*$', "", text, flags=re.M)
    text = re.sub(r"=\s*\|\s*", "= ", text)
    text = re.sub(r"\n\s*\|\s*", " | ", text)
    text = re.sub(r"^(interface \w+) implements [^{]*\{", r"\1 {", text, flags=re.M)
    text = re.sub(r"implements ([\w &,\s]+?)\s*\{", lambda found: "implements %s {" % ", ".join(
        re.findall(r"\w+", found.group(1))), text)
    text = re.sub(r"^directive .*$", "", text, flags=re.M)
    return build_ast_schema(parse(re.sub(r"\s*@oneOf", "", text)))
