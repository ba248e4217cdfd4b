import { Hono } from "hono";
import { requires } from "../auth/authenticate.ts";
import { respondWithStatus } from "../http/failure.ts";
import type { FoyerEnv } from "../http/foyer-env.ts";
import { valid } from "../http/validate.ts";
import { accountsOf, changeAccount, createAccount, deleteAccount, readAccount } from "./account.ts";
import { accounts as described } from "./operations.ts";
import { visitOf } from "./routes.ts";
import * as schema from "./schema.ts";

const staff = requires("customers:write");
const path = valid("param", schema.accountPath);

/** Accounts that customers belong to. */
export const accounts = new Hono<FoyerEnv>()
	.get("/", described.list, staff, valid("query", schema.pageQuery), async (c) => {
		const query = c.req.valid("query");
		return c.json(await accountsOf(await visitOf(c), query));
	})
	.post("/", described.create, staff, valid("json", schema.accountBody), async (c) =>
		c.json(await createAccount(await visitOf(c), c.req.valid("json"))),
	)
	.get("/:AccountId", described.read, staff, path, async (c) =>
		c.json(await readAccount(await visitOf(c), c.req.valid("param").AccountId)),
	)
	.patch("/:AccountId", described.patch, staff, path, valid("json", schema.accountPatch), async (c) => {
		const own = await visitOf(c);
		return c.json(await changeAccount(own, c.req.valid("param").AccountId, c.req.valid("json")));
	})
	.delete("/:AccountId", described.delete, staff, path, async (c) => {
		await deleteAccount(await visitOf(c), c.req.valid("param").AccountId);
		return c.body(null, 204);
	});

accounts.onError(respondWithStatus);
