import { env } from "cloudflare:workers";
import { dashed } from "../../src/rooms/room-id.ts";
import { type Answer, Person, unique } from "./client.ts";

/** Somebody whom a tenant knows: its numbers, and itself as a caller who is that contact. */
export type Acquaintance = { contactId: number; contactUid: string; person: Person };

/** Two contacts in a role: what requests and actions name. */
export type Pair = { asks: Acquaintance; asked: Acquaintance; contactTypeId: string; roleId: string };

/** A pair with its request. */
export type Requested = Pair & { id: string };

export const DAY = 24 * 3600 * 1000;

/** A tenant of its own with a manager, a contact type and roles, so that its lists hold what the test put there. */
export class Circle {
	readonly tenant: string;
	readonly manager: Person;
	readonly contactTypeId: string;

	private constructor(tenant: string, manager: Person, contactTypeId: string) {
		this.tenant = tenant;
		this.manager = manager;
		this.contactTypeId = contactTypeId;
	}

	static async found(tenant = unique("circle")): Promise<Circle> {
		const manager = await Person.signIn("Manager", tenant);
		const { body } = await manager.call("POST", "/api/contacttypes", { name: "Real person" });
		return new Circle(tenant, manager, body.contactType.contactTypeId);
	}

	async role(name = unique("role")): Promise<string> {
		const { body } = await this.manager.call("POST", "/api/connectionroles", { name });
		return body.connectionRole.roleId;
	}

	async contact(name = unique("person")): Promise<Acquaintance> {
		const { body } = await this.manager.call("POST", "/v1/contact", { name });
		const { contactId, contactUid } = body.contact;
		return { contactId, contactUid, person: await Person.invent(name, "Customer", this.tenant, contactUid) };
	}

	async pair(): Promise<Pair> {
		const [asks, asked, roleId] = await Promise.all([this.contact(), this.contact(), this.role()]);
		return { asks, asked, contactTypeId: this.contactTypeId, roleId };
	}

	/** A pair with its request. */
	async requested(): Promise<Requested> {
		const pair = await this.pair();
		const { body } = await ask(pair);
		return { ...pair, id: body.connection.connectionId };
	}

	async read({ id }: { id: string }): Promise<any> {
		return (await this.manager.call("GET", `/api/connections/${id}`)).body.connection;
	}

	async history({ id }: { id: string }): Promise<any[]> {
		return (await this.manager.call("GET", `/api/connections/${id}/events?take=200`)).body.events;
	}

	/** Lets forty days pass for a connection: its request, or its cool-down, is over. */
	async age({ id }: { id: string }, column: "expires_at" | "cooldown_until"): Promise<void> {
		await env.DB.prepare(`UPDATE connection SET ${column} = ${column} - ? WHERE tenant_id = ? AND id = ?`)
			.bind(40 * DAY, this.tenant, id.replaceAll("-", ""))
			.run();
	}
}

/** Asks for the connection, or has the other side ask. */
export function ask({ asks, asked, contactTypeId, roleId }: Pair, from = asks): Promise<Answer> {
	const to = from === asks ? asked : asks;
	const body = { contactId: dashed(from.contactUid), toContactId: dashed(to.contactUid), contactTypeId, roleId };
	return from.person.call("POST", "/api/connections", body);
}

/** Does something with the connection as one of its contacts. */
export function act(pair: Requested, action: string, actor: Acquaintance): Promise<Answer> {
	return actor.person.call("POST", `/api/connections/${pair.id}/${action}`, guardOf(pair, actor));
}

/** What an action must say of the connection it means. */
export function guardOf({ contactTypeId, roleId }: Pair, { contactUid }: Acquaintance) {
	return { contactId: dashed(contactUid), contactTypeId, roleId };
}

/** Members as a query carries them. */
export function queryOf(members: Record<string, string> = {}): string {
	return new URLSearchParams(members).toString();
}
