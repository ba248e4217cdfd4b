import { Hono, type Context } from "hono";
import type * as z from "zod";
import { Failure, respondWithStatus } from "../http/failure.ts";
import type { FoyerEnv } from "../http/foyer-env.ts";
import { valid, validAnywhere } from "../http/validate.ts";
import { accessToken } from "./access-token.ts";
import { authenticated, open, unauthorized } from "./authenticate.ts";
import { demoIdentity, demoPerson, isDevelopment } from "./development.ts";
import { developmentToken } from "./issuers.ts";
import { principalOfKey } from "./keys.ts";
import * as operations from "./operations.ts";
import { permissionsOf } from "./permissions.ts";
import type { Principal } from "./principal.ts";
import * as schema from "./schema.ts";

type Request = z.output<typeof schema.authenticate>;
type Answer = z.input<typeof schema.authenticateResponse>;

const ALL = ["GET", "POST", "PUT", "PATCH", "DELETE"];
const anyone = open("asks for the credential itself");

/**
 * Signing in: in development anybody may become one of the people of the demo; elsewhere that route does not exist. The others are
 * ServiceStack's (section 6.3 of its reference), for its clients. Tokens travel in bodies only: no staff route reads a cookie, so none is set.
 */
export const auth = new Hono<FoyerEnv>()
	.post("/dev", open("development identities; 404 outside development"), valid("json", schema.developmentSignIn), (c) =>
		signInForDevelopment(c, c.req.valid("json")),
	)
	.get("/", operations.authenticate, anyone, valid("query", schema.authenticate), async (c) =>
		c.json(await answer(c, c.req.valid("query"))),
	)
	.post("/", operations.authenticate, anyone, valid("json", schema.authenticate), async (c) =>
		c.json(await answer(c, c.req.valid("json"))),
	)
	.get("/:provider", operations.authenticate, anyone, valid("param", schema.providerPath), async (c) =>
		c.json(await answer(c, c.req.valid("param"))),
	)
	.post(
		"/:provider",
		operations.authenticate,
		anyone,
		valid("param", schema.providerPath),
		valid("json", schema.authenticate),
		async (c) => c.json(await answer(c, { ...c.req.valid("json"), ...c.req.valid("param") })),
	);

/** What typed clients ask when an access token has expired. */
export const accessTokens = new Hono<FoyerEnv>().on(
	ALL,
	"/",
	operations.getAccessToken,
	anyone,
	validAnywhere(schema.getAccessToken),
	async (c) => {
		const { refreshToken = "", useTokenCookie } = c.req.valid("query");
		if (useTokenCookie && refreshToken === "")
			throw unauthorized("No token is read from a cookie here: send `refreshToken`, an API key.", "TokenException");
		const principal = await principalOfKey(c.env, refreshToken);
		if (!principal) throw unauthorized("Token is invalid", "TokenException");
		return c.json({ accessToken: await accessToken(c.env, principal) });
	},
);

async function signInForDevelopment(c: Context<FoyerEnv>, wish: z.output<typeof schema.developmentSignIn>) {
	if (!isDevelopment(c.env) || !c.env.DEV_SECRET) throw new Failure("NotFound", "There is nothing here.");
	const { tenant, role, number, contactId } = wish;
	const identity = demoIdentity(tenant, role, number);
	if (!identity) throw new Failure("NotFound", `The demo has no ${role} number ${number}.`);
	return c.json({ token: await developmentToken(c.env, { ...identity, contactId }), user: identity });
}

async function answer(c: Context<FoyerEnv>, { provider, userName }: Request): Promise<Answer | Record<string, never>> {
	const named = provider?.toLowerCase() ?? (userName === undefined ? "" : "credentials");
	switch (named) {
		case "":
			return described(await authenticated(c));
		case "logout":
			// Nothing is kept of a caller that could be forgotten; a key is revoked, a token ends by itself.
			return {};
		case "credentials":
			return signIn(c, userName ?? "");
		default:
			throw new Failure("NotFound", `No configuration was added for OAuth provider '${provider}'`);
	}
}

async function signIn(c: Context<FoyerEnv>, userName: string): Promise<Answer> {
	if (c.req.method === "GET")
		throw new Failure("MethodNotAllowed", "Credentials are sent by POST.", { headers: { Allow: "POST, OPTIONS" } });
	const service = await principalOfKey(c.env, userName);
	const principal = service ?? (isDevelopment(c.env) ? demoPerson(userName) : undefined);
	if (!principal) throw unauthorized("Invalid Username or Password");
	const bearerToken = await accessToken(c.env, principal);
	return { ...described(principal), bearerToken, ...(service ? { refreshToken: userName } : {}) };
}

function described({ userId, name, roles, tenantId, contactId }: Principal): Answer {
	const permissions = permissionsOf(roles);
	const meta = { tenantId, ...(contactId === undefined ? {} : { contactId }) };
	return { userId, userName: name, displayName: name, roles: [...roles], permissions, meta };
}

for (const part of [auth, accessTokens]) part.onError(respondWithStatus);
