import { SignJWT } from "jose";

const SECRET = "a secret that is worth nothing outside of the bench";

/** What a Worker needs to trust the bench. */
export const vars = {
	ENVIRONMENT: "development",
	PRODUCTION: "",
	REQUEST_LOG: "off",
	JWT_ISSUERS: JSON.stringify([{ issuer: "bench", audience: "foyer", secret: SECRET, algorithms: ["HS256"] }]),
};

/** Headers of a tenant's manager. */
export async function managerOf(tenant: string): Promise<Record<string, string>> {
	const token = await new SignJWT({ tenant, roles: ["Manager"], name: "Mia" })
		.setProtectedHeader({ alg: "HS256" })
		.setIssuer("bench")
		.setAudience("foyer")
		.setSubject("mia")
		.setExpirationTime("1d")
		.sign(new TextEncoder().encode(SECRET));
	return { Authorization: `Bearer ${token}` };
}
