"""Who may call which route: the word of the product on it, that the console is held against.

A line is method, path, the least role that may, and the scope that a token needs for it. Admins may what supervisors
may, and these what agents may. A new route needs a line here.
"""

_KINDS = {
    "accounts": "agent",
    "agents": "agent",
    "canned-answers": "agent",
    "dispositions": "agent",
    "intervals": "supervisor",
    "lists": "agent",
    "pauses": "agent",
    "queues": "agent",
    "teams": "supervisor",
    "whitelists": "supervisor",
}
"""Kinds of configuration, and the least role that reads them. Admins alone change them."""
_KIND = """
GET    /api/{kind}        {reader} read
GET    /api/{kind}/{{id}} {reader} read
POST   /api/{kind}        admin    configure
POST   /api/{kind}/delete admin    configure
PUT    /api/{kind}/{{id}} admin    configure
PATCH  /api/{kind}/{{id}} admin    configure
DELETE /api/{kind}/{{id}} admin    configure
"""
_ROUTES = """
GET    /api/accounts/{id}/check                             admin      read
POST   /api/accounts/{id}/check                             admin      configure
POST   /api/accounts/{id}/explain                           admin      read
POST   /api/accounts/{id}/interactions                      agent      work
GET    /api/accounts/{id}/templates                         agent      read
POST   /api/accounts/{id}/templates/synchronise             supervisor work
POST   /api/agents/{id}/log-out                             supervisor work
GET    /api/agents/{id}/queue                               agent      read
POST   /api/agents/{id}/queue/{interaction}/accept          agent      work
POST   /api/agents/{id}/queue/{interaction}/pick-up         agent      work
POST   /api/agents/{id}/queue/{interaction}/reject          agent      work
POST   /api/agents/{id}/queue/{interaction}/take-over       supervisor work
GET    /api/agents/{id}/state                               agent      read
PUT    /api/agents/{id}/state                               agent      work
GET    /api/audit                                           admin      read
POST   /api/conditions/check                                admin      read
GET    /api/conditions/vocabulary                           admin      read
GET    /api/contacts                                        agent      read
POST   /api/contacts                                        supervisor work
POST   /api/contacts/delete                                 supervisor work
DELETE /api/contacts/{id}                                   supervisor work
GET    /api/contacts/{id}                                   agent      read
PATCH  /api/contacts/{id}                                   agent      work
POST   /api/contacts/{id}/merge                             supervisor work
GET    /api/dead-letters                                    admin      read
GET    /api/dead-letters/{id}                               admin      read
POST   /api/dead-letters/{id}/discard                       admin      operate
POST   /api/dead-letters/{id}/retry                         admin      operate
GET    /api/desk                                            agent      read
GET    /api/event-log                                       admin      read
GET    /api/figures                                         supervisor read
POST   /api/files                                           agent      work
GET    /api/files/{id}                                      agent      read
GET    /api/imports/{id}                                    admin      read
GET    /api/imports/{id}/rejected                           admin      read
POST   /api/imports/{id}/resume                             admin      configure
GET    /api/interactions                                    agent      read
GET    /api/interactions/{id}                               agent      read
POST   /api/interactions/{id}/ai/rewrite                    agent      work
POST   /api/interactions/{id}/ai/suggest                    agent      work
POST   /api/interactions/{id}/ai/summary                    agent      work
POST   /api/interactions/{id}/ai/translate                  agent      work
POST   /api/interactions/{id}/assign                        supervisor work
POST   /api/interactions/{id}/close                         agent      work
PUT    /api/interactions/{id}/disposition                   agent      work
GET    /api/interactions/{id}/messages                      agent      read
POST   /api/interactions/{id}/messages                      agent      work
POST   /api/interactions/{id}/notes                         agent      work
POST   /api/interactions/{id}/read                          agent      work
POST   /api/interactions/{id}/tags                          agent      work
GET    /api/interactions/{id}/trace                         supervisor read
DELETE /api/interactions/{id}/transfer                      agent      work
POST   /api/interactions/{id}/transfer                      agent      work
POST   /api/interactions/{id}/typing                        agent      work
POST   /api/interactions/{id}/unread                        agent      work
GET    /api/interactions/{id}/video                         agent      read
POST   /api/interactions/{id}/video                         agent      work
POST   /api/interactions/{id}/video/{session}/end           agent      work
GET    /api/lists/{id}/export                               supervisor read
GET    /api/lists/{id}/imports                              admin      read
POST   /api/lists/{id}/imports                              admin      configure
GET    /api/live                                            agent      read
GET    /api/openapi.json                                    public
GET    /api/pipeline                                        admin      read
GET    /api/providers                                       agent      read
GET    /api/queues/{id}/waiting                             agent      read
GET    /api/rejections                                      supervisor read
GET    /api/replays                                         admin      read
POST   /api/replays                                         admin      operate
GET    /api/replays/{id}                                    admin      read
POST   /api/replays/{id}/resume                             admin      operate
POST   /api/replays/{id}/stop                               admin      operate
DELETE /api/session                                         agent      any
GET    /api/session                                         agent      any
POST   /api/session                                         public
PUT    /api/session/password                                agent      any
GET    /api/sessions                                        agent      any
DELETE /api/sessions/{id}                                   agent      any
GET    /api/tokens                                          admin      read
POST   /api/tokens                                          admin      configure
DELETE /api/tokens/{id}                                     admin      configure
GET    /api/users                                           admin      read
POST   /api/users                                           admin      configure
POST   /api/users/delete                                    admin      configure
DELETE /api/users/{id}                                      admin      configure
GET    /api/users/{id}                                      admin      read
PATCH  /api/users/{id}                                      admin      configure
PUT    /api/users/{id}                                      admin      configure
GET    /api/whitelists/{id}/imports                         admin      read
POST   /api/whitelists/{id}/imports                         admin      configure
GET    /api/whitelists/{id}/rules                           supervisor read
POST   /api/whitelists/{id}/rules                           admin      configure
DELETE /api/whitelists/{id}/rules/{rule}                    admin      configure
GET    /v/{token}                                           public
POST   /video/callbacks/{token}                             public
"""


def table() -> dict[tuple[str, str], tuple[str, str]]:
    """The least role and the scope of every route that is not public, by method and path; of public ones `public`."""
    kinds = "".join(_KIND.format(kind=kind, reader=reader) for kind, reader in _KINDS.items())
    lines = (line.split() for line in f"{kinds}{_ROUTES}".splitlines() if line)
    return {(method, path): (role, "".join(scope)) for method, path, role, *scope in lines}
