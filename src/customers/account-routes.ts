import { Hono } from "hono";
import { principal, requires } from "../auth/authenticate.ts";
import { respondWithStatus } from "../http/failure.ts";
import type { FoyerEnv } from "../http/foyer-env.ts";
import { valid } from "../http/validate.ts";
import { accountsOf, changeAccount, createAccount, deleteAccount, readAccount } from "./account.ts";
import { visit } from "./directory.ts";
import { accounts as described } from "./operations.ts";
import * as schema from "./schema.ts";

const staff = requires("customers:write");
const ofTenant = valid("query", schema.tenantQuery);
const path = valid("param", schema.accountPath);

/** Accounts that customers belong to. */
export const accounts = new Hono<FoyerEnv>()
	.get("/", described.list, staff, valid("query", schema.pageQuery), async (c) => {
		const query = c.req.valid("query");
		return c.json(await accountsOf(await visit(c.env, principal(c), query.tenantId), query));
	})
	.post("/", described.create, staff, ofTenant, valid("json", schema.accountBody), async (c) =>
		c.json(await createAccount(await visit(c.env, principal(c), c.req.valid("query").tenantId), c.req.valid("json"))),
	)
	.get("/:AccountId", described.read, staff, path, ofTenant, async (c) =>
		c.json(
			await readAccount(
				await visit(c.env, principal(c), c.req.valid("query").tenantId),
				c.req.valid("param").AccountId,
			),
		),
	)
	.patch("/:AccountId", described.patch, staff, path, ofTenant, valid("json", schema.accountPatch), async (c) => {
		const own = await visit(c.env, principal(c), c.req.valid("query").tenantId);
		return c.json(await changeAccount(own, c.req.valid("param").AccountId, c.req.valid("json")));
	})
	.delete("/:AccountId", described.delete, staff, path, ofTenant, async (c) => {
		await deleteAccount(
			await visit(c.env, principal(c), c.req.valid("query").tenantId),
			c.req.valid("param").AccountId,
		);
		return c.body(null, 204);
	});

accounts.onError(respondWithStatus);
