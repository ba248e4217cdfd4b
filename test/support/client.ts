import { env, exports } from "cloudflare:workers";
import { developmentToken } from "../../src/auth/issuers.ts";
import type { Role } from "../../src/auth/permissions.ts";

export type Answer<Body = any> = { status: number; headers: Headers; body: Body }; // oxlint-disable-line typescript/no-explicit-any -- tests read what the wire says

let names = 0;
/** A name nobody else in this file has: files share nothing, but tests of one file share everything. */
export function unique(prefix: string): string {
	names += 1;
	return `${prefix}-${names}-${crypto.randomUUID().slice(0, 8)}`;
}

/** Sends a request through the whole Worker. */
export async function request(path: string, init: RequestInit = {}): Promise<Response> {
	return exports.default.fetch(new Request(new URL(path, "http://foyer.test"), init));
}

/** Somebody with a token who calls the API in JSON. */
export class Person {
	readonly userId: string;
	readonly tenantId: string;
	readonly token: string;

	private constructor(token: string, user: { userId: string; tenantId: string }) {
		this.token = token;
		this.userId = user.userId;
		this.tenantId = user.tenantId;
	}

	/** One of the demo's people. */
	static async signIn(role: Role = "Agent", tenant = "acme", number = 1): Promise<Person> {
		const { body } = await call("POST", "/auth/dev", { body: { tenant, role, number } });
		return new Person(body.token, body.user);
	}

	/** Somebody nobody has met before: tests of one file share the demo's people. `contactId` is the contact that it is. */
	static async invent(name = "Nia New", role: Role = "Agent", tenant = "acme", contactId?: string): Promise<Person> {
		const userId = unique(name.replaceAll(" ", "-").toLowerCase());
		const user = { tenantId: tenant, userId };
		return new Person(await developmentToken(env, { ...user, name, roles: [role], contactId }), user);
	}

	get headers(): Record<string, string> {
		return { Authorization: `Bearer ${this.token}` };
	}

	call(method: string, path: string, body?: unknown): Promise<Answer> {
		return call(method, path, { body, headers: this.headers });
	}

	/** A group chat of its own, with others in it. */
	async createChat(members: readonly Person[] = [], chatName = unique("chat")): Promise<string> {
		const chatMembers = members.map(({ userId }) => ({ userId }));
		const { body } = await this.call("POST", "/v1/Chat", { chat: { chatName, chatMembers } });
		return body.chat[0].chatId;
	}

	/** Sends a text and answers with the message. */
	async send(chatId: string, body: string, more: object = {}): Promise<any> {
		// oxlint-disable-line typescript/no-explicit-any -- as above
		const answer = await this.call("POST", `/v1/Chat/${chatId}/Messages`, { body, ...more });
		if (answer.status !== 200) throw new Error(`send: ${answer.status} ${JSON.stringify(answer.body)}`);
		return answer.body.message;
	}
}

/** Sends JSON and reads JSON. */
export async function call(
	method: string,
	path: string,
	{ body, headers = {} }: { body?: unknown; headers?: Record<string, string> } = {},
): Promise<Answer> {
	const response = await request(path, {
		method,
		headers: { ...(body === undefined ? {} : { "Content-Type": "application/json" }), ...headers },
		...(body === undefined ? {} : { body: JSON.stringify(body) }),
	});
	const text = await response.text();
	return { status: response.status, headers: response.headers, body: text === "" ? undefined : JSON.parse(text) };
}
