import type { Miniflare } from "miniflare";

const MINUTE_MS = 60_000;

/**
 * Runs the Worker's cron at once and then every minute, which the local runtime does not do by itself; call the result to stop. What goes wrong
 * is told and does not end the server.
 */
export function runCron(miniflare: Miniflare, crons: readonly string[]): () => void {
	if (!crons.includes("* * * * *")) return () => undefined;
	let isStopped = false;
	const run = async (): Promise<void> => {
		try {
			const worker = await miniflare.getWorker();
			await worker.scheduled({ scheduledTime: new Date(), cron: "* * * * *" });
		} catch (error) {
			if (!isStopped) console.error(`The cron did not run: ${String(error)}`);
		}
	};
	void run();
	const timer = setInterval(() => void run(), MINUTE_MS);
	return () => {
		isStopped = true;
		clearInterval(timer);
	};
}
