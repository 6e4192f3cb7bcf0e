"""The stand-in of Linear as tests see it: questions in GraphQL, and what people do meanwhile."""

from stand_in import Sandbox

TOKEN = "sandbox-token"


class Linear(Sandbox):
    """One running stand-in with the key `sandbox-token` of tandem-bot."""

    def __init__(self, *arguments):
        super().__init__(*arguments, executable="linear-sandbox", token=TOKEN)
        self.key = TOKEN

    def post_query(self, query, variables=None, authorization="", **more):
        """The whole answer to a query; by `key` unless another authorization, or None, is given."""
        authorization = self.key if authorization == "" else authorization
        headers = dict({"Authorization": authorization, "Content-Type": "application/json"}, **more)
        return self.request("POST", "/graphql", {"query": query, "variables": variables or {}}, headers, token=None)

    def ask(self, query, variables=None, authorization=""):
        """The data of a query that must succeed."""
        answer = self.post_query(query, variables, authorization)
        assert answer.status == 200 and "errors" not in answer.json, answer
        return answer.json["data"]

    def refusal(self, query, variables=None, status=200):
        """The first error of a query that must fail."""
        answer = self.post_query(query, variables)
        assert answer.status == status and answer.json["errors"], answer
        return answer.json["errors"][0]

    def all_nodes(self, query, variables=None):
        """The nodes of all pages of `query($after: String) { LIST(after: $after, …) { pageInfo … nodes … } }`."""
        nodes, variables = [], dict(variables or {}, after=None)
        while True:
            (page,) = self.ask(query, variables).values()
            nodes += page["nodes"]
            if not page["pageInfo"]["hasNextPage"]:
                return nodes
            assert page["pageInfo"]["endCursor"] != variables["after"]
            variables["after"] = page["pageInfo"]["endCursor"]

    def act(self, actor, do, issue=None, team=None, **fields):
        return self.control("act", {"actor": actor, "do": do, "issue": issue, "team": team, "fields": fields})
