import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import type { TestProject } from "vitest/node";
import type { Received, Reply } from "../support/double.ts";

/**
 * Somebody else's HTTP service, as far as a test says what it answers: `PUT /script/{name}` a list of replies (the last is given again and
 * again), `GET /requests/{name}` what came to `/{name}/…`. Tests in workerd cannot listen by themselves.
 */
export class HttpDouble {
	readonly #services = new Map<string, { replies: Reply[]; received: Received[] }>();
	readonly #server = createServer((request, response) => void this.#answer(request, response));

	async listen(): Promise<string> {
		this.#server.listen(0, "127.0.0.1");
		await once(this.#server, "listening");
		return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
	}

	async close(): Promise<void> {
		this.#server.closeAllConnections();
		this.#server.close();
		await once(this.#server, "close");
	}

	/** Says what a service answers from now on. */
	script(name: string, replies: Reply[]): void {
		this.#services.set(name, { replies, received: this.received(name) });
	}

	/** What came to a service so far. */
	received(name: string): Received[] {
		return this.#services.get(name)?.received ?? [];
	}

	async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const [, first = "", second = ""] = (request.url ?? "").split("/");
		const body = await text(request);
		if (first === "script") {
			this.script(second, JSON.parse(body) as Reply[]);
			response.end();
		} else if (first === "requests") {
			response.end(JSON.stringify(this.received(second)));
		} else {
			this.#serve(
				first,
				{ method: request.method ?? "", path: request.url ?? "", headers: request.headers, body },
				response,
			);
		}
	}

	#serve(name: string, received: Received, response: ServerResponse): void {
		const service = this.#services.get(name);
		service?.received.push(received);
		const { replies = [] } = service ?? {};
		const reply = replies.length > 1 ? replies.shift() : replies[0];
		if (!reply) response.writeHead(404).end();
		else if (!reply.hangs)
			setTimeout(() => response.writeHead(reply.status ?? 200, reply.headers).end(reply.body), reply.afterMs ?? 0);
	}
}

/** One for all tests that run in workerd. */
export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
	const double = new HttpDouble();
	provide("double", await double.listen());
	return () => double.close();
}
