import type { Session } from "./compare.ts";
import { HttpClient } from "./http-client.ts";
import { closedLoop } from "./load.ts";

/** Asks for one URL on some connections, each again as soon as it is answered. */
export function hammer(url: URL, concurrency: number, headers: Record<string, string> = {}): Session {
	const clients = Array.from({ length: concurrency }, () => new HttpClient(url, headers));
	return {
		async work(seconds) {
			const startedAt = performance.now();
			const answer = await closedLoop(seconds, concurrency, (loop) => clients[loop]!.ask());
			return {
				seconds: (performance.now() - startedAt) / 1000,
				counts: { requests: answer.length },
				latencies: { answer },
			};
		},
		close: () => clients.forEach((client) => client.close()),
	};
}
