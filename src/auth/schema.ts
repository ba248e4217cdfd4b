import * as z from "zod";
import { roles } from "./permissions.ts";

export const developmentSignIn = z.object({
	tenant: z.string().min(1).max(64),
	role: z.enum(roles),
	/** Which of several people of that role; 1 is the first. */
	number: z.int().min(1).max(2).optional(),
	/** Which contact that person is, by its GUID or number. */
	contactId: z.string().max(64).optional(),
});

/** Longer than any token. */
const credential = z.string().max(8192);

/** ServiceStack's `Authenticate`, of which we need three members; the others are not read. */
export const authenticate = z.object({
	provider: credential.optional().describe("`credentials` or `logout`"),
	userName: credential.optional().describe("An API key, or in development the id of somebody of the demo"),
	password: credential.optional().describe("Not looked at: a key needs none"),
});
export const providerPath = z.object({ provider: credential });

export const authenticateResponse = z
	.object({
		userId: z.string(),
		userName: z.string(),
		displayName: z.string(),
		bearerToken: z.string().optional().describe("An access token, where one was asked for"),
		refreshToken: z.string().optional().describe("What to get the next one with"),
		roles: z.array(z.string()),
		permissions: z.array(z.string()),
		meta: z.record(z.string(), z.string()).describe("The caller's tenant, and the contact that it is"),
	})
	.meta({ dto: "AuthenticateResponse" });

export const getAccessToken = z.object({
	refreshToken: credential.optional().describe("An API key"),
	useTokenCookie: z.boolean().optional().describe("Refused: no staff route reads a cookie"),
});
export const accessTokenResponse = z.object({ accessToken: z.string() }).meta({ dto: "GetAccessTokenResponse" });
