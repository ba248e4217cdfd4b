import { env } from "cloudflare:workers";
import { newGuid } from "../../src/rooms/room-id.ts";
import { type Answer, call, Person, unique } from "./client.ts";

/** A tenant of its own with an agent who makes links, a chat of that agent, and the roles that look after them. */
export class Desk {
	readonly tenant: string;
	readonly agent: Person;
	readonly manager: Person;
	readonly administrator: Person;
	readonly chatId: string;

	private constructor(tenant: string, [agent, manager, administrator]: [Person, Person, Person], chatId: string) {
		this.tenant = tenant;
		this.agent = agent;
		this.manager = manager;
		this.administrator = administrator;
		this.chatId = chatId;
	}

	static async found(tenant = unique("desk")): Promise<Desk> {
		const [agent, manager, administrator] = await Promise.all([
			Person.invent("Ada Agent", "Agent", tenant),
			Person.invent("Mia Manager", "Manager", tenant),
			Person.invent("Alma Administrator", "Administrator", tenant),
		]);
		return new Desk(tenant, [agent, manager, administrator], await agent.createChat());
	}

	/** Asks for a link: to the agent's chat for somebody new, unless it says otherwise. */
	ask(members: object = {}, { by = this.agent, key }: { by?: Person; key?: string } = {}): Promise<Answer> {
		const body = { resourceType: "Chat", resourceUid: this.chatId, recipientEmail: address(), ...members };
		const headers = { ...by.headers, ...(key === undefined ? {} : { "Idempotency-Key": key }) };
		return call("POST", "/v1/customerlink", { body, headers });
	}

	/** A link that was made. */
	async link(members: object = {}, by = this.agent): Promise<any> {
		const { status, body } = await this.ask(members, { by });
		if (status !== 200) throw new Error(`no link: ${status} ${JSON.stringify(body)}`);
		return body.link;
	}

	/** Does something with a link. */
	act(link: { customerLinkUID: string }, action: string, body?: object, by = this.agent): Promise<Answer> {
		return by.call("POST", `/v1/customerlink/${link.customerLinkUID}/${action}`, body ?? {});
	}

	async read(link: { customerLinkUID: string }): Promise<any> {
		return (await this.manager.call("GET", `/v1/customerlink/${link.customerLinkUID}`)).body.link;
	}

	async events(link: { customerLinkUID: string }): Promise<any> {
		return (await this.manager.call("GET", `/v1/customerlink/${link.customerLinkUID}/events?take=200`)).body;
	}

	async contact(members: object = {}): Promise<any> {
		const { body } = await this.manager.call("POST", "/v1/contact", { name: "Rae Recipient", ...members });
		return body.contact;
	}

	/** A type whose links have a tier. */
	async type(sensitivityTier: string): Promise<string> {
		const name = unique("Type").replaceAll(/[^\w-]/g, "");
		const urlTemplate = "https://acme.test/things/{resourceUid}";
		await this.administrator.call("PUT", `/v1/resourcetype/${name}`, { title: "Thing", sensitivityTier, urlTemplate });
		return name;
	}

	/** Links to resources of a type of their own. */
	async ofTier(sensitivityTier: string): Promise<{ resourceType: string; resourceUid: string }> {
		return { resourceType: await this.type(sensitivityTier), resourceUid: newGuid() };
	}

	/** Sets columns of a link's row: what only time or a recipient would do. */
	async set(link: { customerLinkId: number }, columns: Record<string, number | string | null>): Promise<void> {
		const sets = Object.keys(columns).map((name) => `${name} = ?`);
		await env.DB.prepare(`UPDATE link SET ${sets.join(", ")} WHERE id = ?`)
			.bind(...Object.values(columns), link.customerLinkId)
			.run();
	}
}

/** A mail address that nobody else has. */
export function address(): string {
	return `${unique("rae")}@recipients.test`;
}

let numbers = 0;
/** A telephone number that nobody else in this file has. */
export function number(): string {
	numbers += 1;
	return `+4479460${String(10_000 + numbers).slice(-5)}`;
}
