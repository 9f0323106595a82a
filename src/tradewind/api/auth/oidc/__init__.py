"""Log-ins by an identity provider: OpenID Connect, authorization code with PKCE.

The browser is sent to the provider with a state, a nonce and the hash of a verifier; what they were is kept in the
database under a hash of the state and of a text that only this browser has, so that what comes back counts once, in the
browser that asked, and for ten minutes. The code is exchanged for an ID token, which must be signed by one of the
provider's keys and be about this client and this log-in. `people` then says who that is here, and which roles their groups
give them today. The provider is met over HTTP when somebody logs in, never earlier.
"""

from tradewind.api.auth.oidc.flow import Oidc

__all__ = ["Oidc"]
