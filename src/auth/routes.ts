import { Hono } from "hono";
import * as z from "zod";
import { Failure, respondWithStatus } from "../http/failure.ts";
import type { FoyerEnv } from "../http/foyer-env.ts";
import { valid } from "../http/validate.ts";
import { open } from "./authenticate.ts";
import { demoIdentity, isDevelopment } from "./development.ts";
import { developmentToken } from "./issuers.ts";
import { roles } from "./permissions.ts";

const developmentSignIn = z.object({
	tenant: z.string().min(1).max(64),
	role: z.enum(roles),
	/** Which of several people of that role; 1 is the first. */
	number: z.int().min(1).max(2).optional(),
	/** Which contact that person is, by its GUID or number. */
	contactId: z.string().max(64).optional(),
});

/** Signing in. In development anybody may become one of the people of the demo; elsewhere the route does not exist. */
export const auth = new Hono<FoyerEnv>().post(
	"/dev",
	open("development identities; 404 outside development"),
	valid("json", developmentSignIn),
	async (c) => {
		if (!isDevelopment(c.env) || !c.env.DEV_SECRET) throw new Failure("NotFound", "There is nothing here.");
		const { tenant, role, number, contactId } = c.req.valid("json");
		const identity = demoIdentity(tenant, role, number);
		if (!identity) throw new Failure("NotFound", `The demo has no ${role} number ${number}.`);
		return c.json({ token: await developmentToken(c.env, { ...identity, contactId }), user: identity });
	},
);

auth.onError(respondWithStatus);
