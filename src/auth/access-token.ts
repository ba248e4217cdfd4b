import { SignJWT } from "jose";
import { Failure } from "../http/failure.ts";
import { isDevelopment } from "./development.ts";
import type { Principal } from "./principal.ts";

/** The name we issue under, and for whom. */
export const OWN = { issuer: "foyer", audience: "foyer" } as const;

/** How long an access token is good for: also how long it outlives the key it was made from. */
const LIFE_SECONDS = 15 * 60;
const SHORTEST_SECRET = 32;

/** What access tokens are signed with; undefined where a deployment makes none. */
export function tokenSecret(env: Env): string | undefined {
	const secret = env.TOKEN_SECRET || (isDevelopment(env) ? env.DEV_SECRET : "");
	return secret.length >= SHORTEST_SECRET ? secret : undefined;
}

/** A short token that stands for a principal. Throws where the deployment has nothing to sign it with. */
export async function accessToken(env: Env, principal: Principal): Promise<string> {
	const secret = tokenSecret(env);
	if (secret === undefined)
		throw new Failure(
			"NotConfigured",
			`This deployment issues no tokens: its secret TOKEN_SECRET is to be set, ${SHORTEST_SECRET} characters or more.`,
		);
	const { tenantId, userId, kind, until: _, ...claims } = principal;
	return new SignJWT({ ...claims, roles: [...principal.roles], tenant: tenantId, kind })
		.setProtectedHeader({ alg: "HS256" })
		.setIssuer(OWN.issuer)
		.setAudience(OWN.audience)
		.setSubject(userId)
		.setIssuedAt()
		.setExpirationTime(`${LIFE_SECONDS} s`)
		.sign(new TextEncoder().encode(secret));
}
