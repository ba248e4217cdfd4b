import { Hono } from "hono";
import { actingTenant } from "../auth/acting-tenant.ts";
import { principal, requires } from "../auth/authenticate.ts";
import { respondWithStatus } from "../http/failure.ts";
import type { FoyerEnv } from "../http/foyer-env.ts";
import { valid } from "../http/validate.ts";
import { changeContact, consentOf, contactsOf, createContact, readContact, removeContact } from "./contact.ts";
import * as operations from "./operations.ts";
import * as schema from "./schema.ts";

const staff = requires("contacts:manage");
const path = valid("param", schema.contactPath);

/** The people a tenant knows: recipients of links, parties of connections. */
export const contacts = new Hono<FoyerEnv>()
	.get("/", operations.list, staff, valid("query", schema.contactListQuery), async (c) =>
		c.json(await contactsOf(actingTenant(c), c.req.valid("query"))),
	)
	.post("/", operations.create, staff, valid("json", schema.contactBody), async (c) =>
		c.json({ contact: await createContact(actingTenant(c), principal(c), c.req.valid("json")) }),
	)
	.get("/:ContactId", operations.read, staff, path, async (c) =>
		c.json({ contact: await readContact(actingTenant(c), c.req.valid("param").ContactId) }),
	)
	.patch("/:ContactId", operations.change, staff, path, valid("json", schema.contactPatch), async (c) => {
		const { ContactId } = c.req.valid("param");
		return c.json({ contact: await changeContact(actingTenant(c), principal(c), ContactId, c.req.valid("json")) });
	})
	.delete("/:ContactId", operations.remove, staff, path, async (c) =>
		c.json({ contact: await removeContact(actingTenant(c), c.req.valid("param").ContactId) }),
	)
	.get("/:ContactId/SmsConsent", operations.consent, staff, path, async (c) =>
		c.json({ history: await consentOf(actingTenant(c), c.req.valid("param").ContactId) }),
	);

contacts.onError(respondWithStatus);
