"""OAuth 1.0a as a provider sees it: RFC 5849, the Problem Reporting extension, and Nexmo's leniencies.

    WireRequest -> protocol.parse -> checks (what anybody can see) -> oauthlib (the signature) -> verdict

oauthlib is the referee: nothing is accepted that its endpoints refuse. The checks say *why*, in the order
and the words of ``catalogue``; oauthlib itself answers False with an empty log.
"""
