import { Hono } from "hono";
import * as z from "zod";
import { open } from "../auth/authenticate.ts";
import { demoPeople, isDevelopment } from "../auth/development.ts";
import { oidcSettings, tradeCode } from "../auth/oidc.ts";
import { sendPage } from "../http/assets.ts";
import { respondWithStatus } from "../http/failure.ts";
import type { FoyerEnv } from "../http/foyer-env.ts";
import { valid } from "../http/validate.ts";
import { listTenants } from "./store.ts";

const anyone = open("a page, which asks for a credential itself");
const code = z.object({
	code: z.string().min(1).max(4096),
	verifier: z.string().min(43).max(128),
	redirectUri: z.url().max(1000),
});

/** The agents' page, and how to sign in to it. */
export const consolePage = new Hono<FoyerEnv>()
	.get("/", anyone, (c) => sendPage(c, "console"))
	.get("/settings", anyone, async (c) => {
		const demo =
			isDevelopment(c.env) && c.env.DEV_SECRET
				? { tenants: await listTenants(c.env), people: demoPeople() }
				: undefined;
		return c.json({ ...(demo ?? { tenants: [], people: [] }), oidc: await oidcSettings(c.env) });
	})
	.post("/token", anyone, valid("json", code), async (c) =>
		c.json({ token: await tradeCode(c.env, c.req.valid("json")) }),
	);

consolePage.onError(respondWithStatus);
