import { env } from "cloudflare:workers";
import { dashed } from "../../src/rooms/room-id.ts";
import { type Answer, Person } from "./client.ts";
import { bring } from "./deliveries.ts";
import { dowell, fourFields, message, openRoom } from "./dowell.ts";
import { Desk, number } from "./link-desk.ts";
import { Recipient, tokenOf } from "./recipient.ts";
import { Socket } from "./socket.ts";
import { storedInD1, storedInRoom } from "./stored.ts";

/** Somebody about whom a tenant comes to know a good deal, all of it with one word in it that stands nowhere else. */
export class Life {
	readonly desk: Desk;
	/** In the name, the address, the texts, the browser. */
	readonly word = `w${crypto.randomUUID().replaceAll("-", "").slice(0, 16)}`;
	readonly phone = number();
	/** Of its own: what comes from one address is bounded. */
	readonly address = `198.51.${Math.floor(Math.random() * 256)}.${Math.floor(Math.random() * 256)}`;
	readonly email = `${this.word}@recipients.test`;
	contact: any;
	other: any;
	readonly links: any[] = [];
	readonly rooms: string[] = [];
	connectionId = "";

	private constructor(desk: Desk) {
		this.desk = desk;
	}

	static async begin(desk: Desk, members: object = {}): Promise<Life> {
		const life = new Life(desk);
		const { word, email, phone } = life;
		const about = {
			name: `Erika ${word}`,
			email,
			phone,
			smsConsent: true,
			smsConsentSource: `form of ${word}`,
			...members,
		};
		life.contact = await desk.contact(about);
		life.other = await desk.contact({ name: "Otto Other" });
		return life;
	}

	/** All of it: links, codes, messages in three rooms, a connection, a message that waits. */
	static async lived(desk: Desk, members: object = {}): Promise<Life> {
		const life = await Life.begin(desk, members);
		await life.talk(await desk.agent.createChat(), ["one", "two", "three"]);
		// The demo's org, where visitors write to, is one of acme. By a link the same person comes in a second time.
		if (desk.tenant === "acme") await life.talk(await life.write(), ["four"]);
		await life.useCode();
		await life.connect();
		await desk.act(await life.link({ deliverEmail: true }), "revoke", { reason: `${life.word} asked for it` });
		return life;
	}

	async link(members: object = {}): Promise<any> {
		return (await this.#linked(members)).link;
	}

	async #linked(members: object): Promise<{ link: any; recipient: Recipient }> {
		const { body } = await this.desk.ask({
			recipientEmail: undefined,
			recipientContactId: this.contact.contactId,
			...members,
		});
		this.links.push(body.link);
		return { link: body.link, recipient: new Recipient(tokenOf(body.portalUrl)) };
	}

	/** Comes into a chat by a link and says something there. */
	async talk(chatId: string, texts: readonly string[], members: object = {}): Promise<{ link: any; sent: any[] }> {
		const { link, recipient } = await this.#linked({ resourceUid: chatId, ...members });
		const headers = this.headers;
		await recipient.open(headers);
		const { body } = await recipient.call("view", {}, headers);
		const protocols = `foyer.v1, ticket.${body.chat.ticket}`;
		const socket = await Socket.connect(`/v1/Chat/${chatId}/Socket`, {}, protocols);
		await socket.hello();
		const sent = [];
		for (const text of texts) sent.push(await socket.say(`${text} ${this.word}`)); // oxlint-disable-line no-await-in-loop -- in their order
		this.rooms.push(chatId);
		return { link, sent };
	}

	/** Where the browser comes from. */
	get headers(): Record<string, string> {
		return { "User-Agent": `Browser ${this.word}`, "CF-Connecting-IP": this.address };
	}

	/** Writes to a room of its own as a visitor, under its mail address; staff answer. */
	async write(): Promise<string> {
		const roomId = await openRoom(fourFields({ user_id: this.email, portfolio_name: `Erika ${this.word}` }));
		await dowell.post(
			"room-service",
			message(roomId, { message_data: `as a visitor ${this.word}`, author: this.word }),
		);
		const chatId = `${roomId}00000000`;
		this.rooms.push(chatId);
		return chatId;
	}

	/** Opens a link that asks for a code, and shows it. */
	async useCode(): Promise<void> {
		const { recipient } = await this.#linked({ ...(await this.desk.ofTier("Sensitive")), deliverEmail: true });
		await recipient.open(this.headers);
		const { results } = await env.DB.prepare("SELECT id FROM delivery WHERE tenant_id = ? AND status = 'Queued'")
			.bind(this.desk.tenant)
			.all<{ id: string }>();
		await bring(
			env,
			results.map(({ id }) => id),
			{ tenantId: this.desk.tenant },
		);
		const code = await recipient.askForCode(this.contact.email, { channel: "Email" });
		await recipient.verify(code);
	}

	async connect(): Promise<void> {
		const { manager, tenant } = this.desk;
		const { body: type } = await manager.call("POST", "/api/contacttypes", { name: `type ${crypto.randomUUID()}` });
		const { body: role } = await manager.call("POST", "/api/connectionroles", { name: `role ${crypto.randomUUID()}` });
		const self = await Person.invent("Erika", "Customer", tenant, this.contact.contactUid);
		const { body } = await self.call("POST", "/api/connections", {
			contactId: dashed(this.contact.contactUid),
			toContactId: dashed(this.other.contactUid),
			contactTypeId: type.contactType.contactTypeId,
			roleId: role.connectionRole.roleId,
			reason: `because of ${this.word}`,
		});
		this.connectionId = body.connection.connectionId;
	}

	/** Where something that tells of the person still stands: tables, rooms, KV. */
	async traces(): Promise<string[]> {
		const [record, search, ...rooms] = await Promise.all([
			storedInD1(env.DB),
			storedInD1(env.SEARCH),
			...this.rooms.map((chatId) => storedInRoom(chatId)),
		]);
		const matches = await env.SEARCH.prepare("SELECT rowid FROM message_text WHERE message_text MATCH ?")
			.bind(`"${this.word}"`)
			.all();
		const { keys } = await env.TOKENS.list({ limit: 1000 });
		const values = await Promise.all(keys.map(({ name }) => env.TOKENS.get(name)));
		const kept = JSON.stringify([keys, values]);
		const texts: [string, string][] = [
			["record", record],
			["search", search],
			["KV", kept],
			["full text", matches.results.length === 0 ? "" : this.word],
			...rooms.map((text, index): [string, string] => [`room ${this.rooms[index]}`, text]),
		];
		return texts.flatMap(([where, text]) =>
			[this.word, this.phone.slice(-8)].flatMap((mark) => {
				const at = text.toLowerCase().indexOf(mark);
				return at < 0 ? [] : [`${where}: …${text.slice(Math.max(0, at - 200), at + 60)}…`];
			}),
		);
	}

	erase(more: object = {}, by = this.desk.administrator): Promise<Answer> {
		return by.call("POST", "/v1/privacy/erase", { contactId: this.contact.contactId, ...more });
	}

	/** Erases until it is complete. */
	async eraseAll(more: object = {}): Promise<any> {
		for (let calls = 0; calls < 40; calls += 1) {
			const { status, body } = await this.erase(more); // oxlint-disable-line no-await-in-loop -- one goes on after the other
			if (status !== 200) throw new Error(`erase: ${status} ${JSON.stringify(body)}`);
			if (body.isComplete) return body;
			await new Promise((resolve) => setTimeout(resolve, 50)); // oxlint-disable-line no-await-in-loop -- as above
		}
		throw new Error("the erasure came to no end");
	}
}

/** All records of an export, page by page. */
export async function exported(by: Person, selection: object, take = 100): Promise<{ kind: string; data: any }[]> {
	const records = [];
	for (let cursor: string | undefined; ;) {
		const { status, body } = await by.call("POST", "/v1/privacy/export", { ...selection, take, cursor }); // oxlint-disable-line no-await-in-loop -- pages in their order
		if (status !== 200) throw new Error(`export: ${status} ${JSON.stringify(body)}`);
		if (body.records.length > take) throw new Error(`${body.records.length} records of ${take}`);
		records.push(...body.records);
		if (!body.hasMore) return records;
		cursor = body.cursor;
	}
}

/** Records by their kind. */
export function byKind(records: readonly { kind: string; data: any }[]): Record<string, any[]> {
	return Object.groupBy(
		records.map(({ kind, data }) => ({ ...data, kind })),
		({ kind }) => kind,
	) as Record<string, any[]>;
}
