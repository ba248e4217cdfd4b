import { operation } from "../http/operation.ts";
import * as schema from "./schema.ts";

export const create = operation({
	name: "CustomerLinkCreateRequest",
	summary: "Makes a link to a resource and sends it; an Idempotency-Key makes asking again harmless for a day",
	answer: schema.createResponse,
});
export const list = operation({
	name: "CustomerLinkListRequest",
	summary: "Lists links, the newest first: of agents those that they made",
	answer: schema.listResponse,
	table: "links",
});
export const read = operation({ name: "GetCustomerLink", summary: "Reads a link", answer: schema.linkResponse });
export const change = operation({
	name: "PatchCustomerLink",
	summary: "Extends a link or raises its views, within its tier",
	answer: schema.changeResponse,
});
export const revoke = operation({
	name: "RevokeCustomerLink",
	summary: "Revokes a link for good: its sessions end at once",
	answer: schema.changeResponse,
});
export const revokeMany = operation({
	name: "RevokeCustomerLinks",
	summary: "Revokes all links to a contact, to a resource or of a user",
	answer: schema.revokeManyResponse,
});
export const resend = operation({
	name: "ResendCustomerLink",
	summary: "Sends a link again, with a new token",
	answer: schema.createResponse,
});
export const unlock = operation({
	name: "UnlockCustomerLink",
	summary: "Lets codes be tried again on a link that wrong ones have locked",
	answer: schema.changeResponse,
});
export const events = operation({
	name: "CustomerLinkEvents",
	summary: "Shows what happened to a link, and whether the record of it is intact",
	answer: schema.eventsResponse,
	table: "events",
});
export const deliveries = operation({
	name: "CustomerLinkDeliveries",
	summary: "Shows what became of a link's messages",
	answer: schema.deliveriesResponse,
	table: "deliveries",
});

export const listTypes = operation({
	name: "ListResourceTypes",
	summary: "Lists what links can lead to",
	answer: schema.typesResponse,
	table: "resourceTypes",
});
export const readType = operation({
	name: "GetResourceType",
	summary: "Reads a type of resources",
	answer: schema.typeResponse,
});
export const putType = operation({
	name: "PutResourceType",
	summary: "Registers a type of resources that the tenant shows itself, or changes it",
	answer: schema.typeResponse,
});
export const readPolicy = operation({
	name: "GetLinkPolicy",
	summary: "Shows what links to a type of resources need",
	answer: schema.policyResponse,
});
export const putPolicy = operation({
	name: "PutLinkPolicy",
	summary: "Says how sensitive a type of resources is, for links that are made from then on",
	answer: schema.policyResponse,
});
