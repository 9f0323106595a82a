// A real identity provider for tests: oidc-provider with one client, and people whose names begin as they like.
// Its one argument is a JSON object: port, client, people, the audience of access tokens (none: they are opaque), and what else oidc-provider is to be told.
import { Provider } from "oidc-provider";

const { port, client, people, audience, more } = JSON.parse(process.argv[2]);
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [client],
  cookies: { keys: ["a key for the cookies of a test"] },
  pkce: { required: () => true },
  claims: {
    openid: ["sub"],
    profile: ["preferred_username", "given_name", "family_name"],
    email: ["email", "email_verified"],
    groups: ["groups"],
  },
  scopes: ["openid", "profile", "email", "groups"],
  findAccount: async (_context, id) => ({
    accountId: id,
    claims: async () => ({ sub: id, preferred_username: id, ...(people[id] ?? {}) }),
  }),
  ...(audience && {
    features: {
      resourceIndicators: {
        enabled: true,
        defaultResource: () => audience,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({ scope: "openid", audience, accessTokenFormat: "jwt", accessTokenTTL: 600 }),
      },
    },
  }),
  ...more,
});
provider.listen(port, "127.0.0.1");
