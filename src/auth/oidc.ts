import * as z from "zod";
import { Failure } from "../http/failure.ts";
import { parseJson, principalOfJwt } from "./issuers.ts";

/**
 * The provider that staff sign in at, from the JSON in `CONSOLE_OIDC`. Its tokens have to be trusted by `JWT_ISSUERS` as well: this only
 * says where to get one. A secret makes the Worker a confidential client; PKCE is used either way.
 */
const providerSchema = z.strictObject({
	name: z.string().min(1).max(60).default("your organisation"),
	issuer: z.url(),
	clientId: z.string().min(1),
	clientSecret: z.string().min(1).optional(),
	scope: z.string().default("openid profile email"),
});
type Provider = z.infer<typeof providerSchema>;

const documentSchema = z.object({ issuer: z.string(), authorization_endpoint: z.url(), token_endpoint: z.url() });
type Document = z.infer<typeof documentSchema>;

/** Which of the two carries tenant and roles depends on the provider. */
const tokensSchema = z.object({ access_token: z.unknown(), id_token: z.unknown() }).partial();

const TIMEOUT_MS = 5000;
/** Kept between requests: it changes once in years. */
const documents = new Map<string, Document>();

/** What the console needs to begin a sign-in; null when there is no provider. */
export async function oidcSettings(env: Env) {
	const provider = providerOf(env);
	if (!provider) return null;
	const { name, clientId, scope } = provider;
	const { authorization_endpoint: authorizationEndpoint } = await documentOf(provider);
	return { name, clientId, scope, authorizationEndpoint };
}

/** Trades a code for a token that this deployment trusts. Throws 401 when the provider gives none. */
export async function tradeCode(
	env: Env,
	{ code, verifier, redirectUri }: { code: string; verifier: string; redirectUri: string },
): Promise<string> {
	const provider = providerOf(env);
	if (!provider) throw new Failure("NotFound", "There is nothing here.");
	const { token_endpoint } = await documentOf(provider);
	const given = await asked(token_endpoint, {
		method: "POST",
		body: new URLSearchParams({
			grant_type: "authorization_code",
			code,
			code_verifier: verifier,
			redirect_uri: redirectUri,
			client_id: provider.clientId,
			...(provider.clientSecret === undefined ? {} : { client_secret: provider.clientSecret }),
		}),
	});
	const { access_token, id_token } = tokensSchema.safeParse(given).data ?? {};
	for (const token of [access_token, id_token])
		if (typeof token === "string" && (await principalOfJwt(env, token))) return token;
	throw new Failure("Unauthorized", "The provider gave no token that is trusted here. Try to sign in again.", {
		headers: { "WWW-Authenticate": 'Bearer realm="foyer"' },
	});
}

function providerOf(env: Env): Provider | undefined {
	if (!env.CONSOLE_OIDC) return undefined;
	try {
		return providerSchema.parse(JSON.parse(env.CONSOLE_OIDC));
	} catch {
		// Without the text: it may hold a secret.
		console.error(
			JSON.stringify({ level: "error", variable: "CONSOLE_OIDC", wrong: "not what src/auth/oidc.ts asks for" }),
		);
		throw new Failure("Misconfigured", "The sign-in of this deployment is not set up as it should be.");
	}
}

async function documentOf({ issuer }: Provider): Promise<Document> {
	const known = documents.get(issuer);
	if (known) return known;
	const answer = await asked(`${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`, {});
	const document = documentSchema.safeParse(answer);
	// A document of somebody else's would send people, and their codes, to them.
	if (!document.success || document.data.issuer !== issuer)
		throw new Failure("Unavailable", "The provider of sign-ins does not answer as it should; try again.");
	documents.set(issuer, document.data);
	return document.data;
}

/** What the provider says in JSON; undefined where it says something else, refuses, or sends us to somebody else. */
async function asked(url: string, init: RequestInit): Promise<unknown> {
	try {
		const response = await fetch(url, { ...init, redirect: "manual", signal: AbortSignal.timeout(TIMEOUT_MS) });
		return response.ok ? parseJson(await response.text()) : undefined;
	} catch (error) {
		console.error(JSON.stringify({ level: "error", oidc: new URL(url).origin, error: String(error) }));
		throw new Failure("Unavailable", "The provider of sign-ins does not answer; try again.");
	}
}
