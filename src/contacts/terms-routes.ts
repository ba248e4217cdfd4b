import { Hono } from "hono";
import { actingTenant } from "../auth/acting-tenant.ts";
import { requires } from "../auth/authenticate.ts";
import { respondWithStatus } from "../http/failure.ts";
import type { FoyerEnv } from "../http/foyer-env.ts";
import { operation } from "../http/operation.ts";
import { valid } from "../http/validate.ts";
import { dashed } from "../rooms/room-id.ts";
import * as schema from "./terms-schema.ts";
import { changeTerm, createTerm, removeTerm, termsOf, type Term } from "./terms.ts";

const anybody = requires("connections:use");
const administrator = requires("connections:administer");
const body = valid("json", schema.termBody);

const typeAnswer = ({ id, name }: Term) => ({
	contactType: { contactTypeId: dashed(id), name },
	responseStatus: null,
});
const roleAnswer = ({ id, name }: Term) => ({ connectionRole: { roleId: dashed(id), name }, responseStatus: null });

const typeOperation = (name: string, summary: string) =>
	operation({ name, summary, answer: schema.contactTypeResponse });
const roleOperation = (name: string, summary: string) => operation({ name, summary, answer: schema.roleResponse });

const listTypes = operation({
	name: "ListContactTypes",
	summary: "Lists the tenant's types of contacts",
	answer: schema.contactTypesResponse,
	table: "contactTypes",
});
const createType = typeOperation("CreateContactType", "Adds a type of contacts");
const renameType = typeOperation("RenameContactType", "Gives a type of contacts another name");
const deleteType = typeOperation("DeleteContactType", "Deletes a type of contacts that nothing uses");

const listRoles = operation({
	name: "ListConnectionRoles",
	summary: "Lists the tenant's roles of connections",
	answer: schema.rolesResponse,
	table: "connectionRoles",
});
const createRole = roleOperation("CreateConnectionRole", "Adds a role of connections");
const renameRole = roleOperation("RenameConnectionRole", "Gives a role of connections another name");
const deleteRole = roleOperation("DeleteConnectionRole", "Deletes a role of connections that nothing uses");

const typePath = valid("param", schema.contactTypePath);
const rolePath = valid("param", schema.rolePath);

/** What a tenant calls the kinds of people it knows. */
export const contactTypes = new Hono<FoyerEnv>()
	.get("/", listTypes, anybody, async (c) => {
		const terms = await termsOf(actingTenant(c), "ContactType");
		return c.json({ contactTypes: terms.map((term) => typeAnswer(term).contactType), responseStatus: null });
	})
	.post("/", createType, administrator, body, async (c) =>
		c.json(typeAnswer(await createTerm(actingTenant(c), "ContactType", c.req.valid("json").name))),
	)
	.on(["PUT", "PATCH"], "/:ContactTypeId", renameType, administrator, typePath, body, async (c) => {
		const { ContactTypeId } = c.req.valid("param");
		return c.json(
			typeAnswer(await changeTerm(actingTenant(c), "ContactType", ContactTypeId, c.req.valid("json").name)),
		);
	})
	.delete("/:ContactTypeId", deleteType, administrator, typePath, async (c) =>
		c.json(typeAnswer(await removeTerm(actingTenant(c), "ContactType", c.req.valid("param").ContactTypeId))),
	);

/** What people can be to each other. */
export const connectionRoles = new Hono<FoyerEnv>()
	.get("/", listRoles, anybody, async (c) => {
		const terms = await termsOf(actingTenant(c), "ConnectionRole");
		return c.json({ connectionRoles: terms.map((term) => roleAnswer(term).connectionRole), responseStatus: null });
	})
	.post("/", createRole, administrator, body, async (c) =>
		c.json(roleAnswer(await createTerm(actingTenant(c), "ConnectionRole", c.req.valid("json").name))),
	)
	.on(["PUT", "PATCH"], "/:RoleId", renameRole, administrator, rolePath, body, async (c) => {
		const { RoleId } = c.req.valid("param");
		return c.json(roleAnswer(await changeTerm(actingTenant(c), "ConnectionRole", RoleId, c.req.valid("json").name)));
	})
	.delete("/:RoleId", deleteRole, administrator, rolePath, async (c) =>
		c.json(roleAnswer(await removeTerm(actingTenant(c), "ConnectionRole", c.req.valid("param").RoleId))),
	);

contactTypes.onError(respondWithStatus);
connectionRoles.onError(respondWithStatus);
