import { env } from "cloudflare:workers";
import { kept } from "../../src/delivery/outbox.ts";
import { call, request, type Answer } from "./client.ts";
import { bring } from "./deliveries.ts";
import type { Desk } from "./link-desk.ts";
import { address } from "./link-desk.ts";

/** Somebody who holds a link: opens it, shows codes, and brings the session in the header, or in the cookie as a browser does. */
export class Recipient {
	readonly token: string;
	session = "";

	constructor(token: string) {
		this.token = token;
	}

	/** Asks the portal, with the session if there is one. */
	call(path: string, body: object = {}, headers: Record<string, string> = {}): Promise<Answer> {
		const own = this.session === "" ? {} : { Authorization: `Portal ${this.session}` };
		return call("POST", `/v1/portal/${path}`, { body, headers: { ...own, ...headers } });
	}

	async open(headers: Record<string, string> = {}): Promise<Answer> {
		const answer = await this.call("open", { token: this.token }, headers);
		if (answer.status === 200) this.session = answer.body.session ?? this.session;
		return answer;
	}

	/** Asks for a code and reads it where it was sent. */
	async askForCode(to: string, body: object = {}): Promise<string> {
		const answer = await this.call("otp", body);
		if (answer.status !== 202) throw new Error(`no code: ${answer.status} ${JSON.stringify(answer.body)}`);
		return codeSentTo(to);
	}

	async verify(code: string): Promise<Answer> {
		const answer = await this.call("otp/verify", { code });
		if (answer.status === 200) this.session = answer.body.session;
		return answer;
	}

	view(): Promise<Answer> {
		return this.call("view");
	}
}

/** A link made at a desk, and its recipient, who has the address that only the sender was shown. */
export async function linked(
	desk: Desk,
	members: object = {},
): Promise<{ link: any; recipient: Recipient; email: string }> {
	const email = address();
	const { status, body } = await desk.ask({ recipientEmail: email, ...members });
	if (status !== 200) throw new Error(`no link: ${status} ${JSON.stringify(body)}`);
	return { link: body.link, recipient: new Recipient(tokenOf(body.portalUrl)), email };
}

/** What an answer came to: `200`, `410 LinkExpired`. */
export function outcome({ status, body }: Answer): string {
	return status < 300 ? String(status) : `${status} ${code({ body })}`;
}

/** The code of a refusal. */
export function code({ body }: Pick<Answer, "body">): string {
	return body.responseStatus.errorCode;
}

/** The token at the end of a portal's address. */
export function tokenOf(portalUrl: string): string {
	return portalUrl.split("/l/")[1] ?? "";
}

/** The newest code that was sent to an address. What the queue has not brought yet is brought now. */
export async function codeSentTo(to: string): Promise<string> {
	const { results } = await env.DB.prepare(
		"SELECT id, tenant_id AS tenantId FROM delivery WHERE status = 'Queued' AND kind = 'Code'",
	).all<{ id: string; tenantId: string }>();
	for (const { id, tenantId } of results) await bring(env, [id], { tenantId });
	const { messages } = await kept(env, { to, channel: undefined });
	const code = messages.find(({ kind }) => kind === "Code")?.code;
	if (code === undefined) throw new Error(`no code was sent to ${to}: ${JSON.stringify(messages)}`);
	return code;
}

/** A code that is not the one. */
export function wrong(code: string, by = 1): string {
	return String((Number(code) + by) % 10 ** code.length).padStart(code.length, "0");
}

/** The page of a link, or of whatever is said to be one. */
export async function page(path: string, method = "GET"): Promise<{ status: number; headers: Headers; bytes: string }> {
	const response = await request(path, { method });
	return { status: response.status, headers: response.headers, bytes: await response.text() };
}

/** Moves the times of what belongs to a link into the past, as if so long had gone by. */
export async function pass(link: { customerLinkId: number }, ms: number): Promise<void> {
	const id = link.customerLinkId;
	await env.DB.batch([
		env.DB.prepare(
			"UPDATE otp_challenge SET created_at = created_at - ?2, expires_at = expires_at - ?2 WHERE link_id = ?1",
		).bind(id, ms),
		env.DB.prepare("UPDATE portal_session SET expires_at = expires_at - ?2 WHERE link_id = ?1").bind(id, ms),
		env.DB.prepare("UPDATE link SET expires_at = expires_at - ?2 WHERE id = ?1").bind(id, ms),
	]);
}
