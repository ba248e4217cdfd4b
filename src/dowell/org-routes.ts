import { Hono } from "hono";
import { actingTenant } from "../auth/acting-tenant.ts";
import { principal, requires } from "../auth/authenticate.ts";
import { customerOf, visit } from "../customers/directory.ts";
import { respondWithStatus } from "../http/failure.ts";
import type { FoyerEnv } from "../http/foyer-env.ts";
import { operation } from "../http/operation.ts";
import { valid } from "../http/validate.ts";
import * as schema from "./org-schema.ts";
import { nameCustomer, ownOrg } from "./orgs.ts";
import type { Org } from "./store.ts";

const read = operation({ name: "GetOrg", summary: "Reads a workspace of visitors", answer: schema.orgInfo });
const put = operation({
	name: "PutOrg",
	summary: "Says whose opening hours the visitors of a workspace are shown",
	answer: schema.orgInfo,
});

/** Whoever keeps customers decides which of their hours everybody may know. */
const keepers = requires("customers:write");
const path = valid("param", schema.orgPath);

/** What staff set of the workspaces that visitors come to. */
export const orgs = new Hono<FoyerEnv>()
	.get("/:OrgId", read, keepers, path, async (c) =>
		c.json(infoOf(await ownOrg(actingTenant(c), c.req.valid("param").OrgId))),
	)
	.put("/:OrgId", put, keepers, path, valid("json", schema.orgBody), async (c) => {
		const { customerId } = c.req.valid("json");
		const tenant = actingTenant(c);
		if (customerId !== undefined) await customerOf(await visit(tenant, c.env.SEARCH, principal(c)), customerId);
		return c.json(infoOf(await nameCustomer(tenant, c.req.valid("param").OrgId, customerId)));
	});

orgs.onError(respondWithStatus);

function infoOf({ id, customerId, createdAt }: Org) {
	return {
		orgId: id,
		...(customerId === null ? {} : { customerId }),
		dateCreated: new Date(createdAt).toISOString(),
	};
}
