/** What the workloads share: texts that know their number, bounded concurrency, closed loops. */
export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));

const PADDING =
	"lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor incididunt ut labore et dolore magna";

/** The text of message `number`: 100 characters. */
export function textOf(number: number): string {
	return `#${number};${PADDING}`.slice(0, 100);
}

/** The number of a text made by `textOf`; -1 for any other. */
export function numberOf(text: string): number {
	return text.startsWith("#") ? Number.parseInt(text.slice(1, text.indexOf(";")), 10) : -1;
}

/** Runs `work` for 0 to `count - 1`, at most `concurrency` at a time. */
export async function pool(count: number, concurrency: number, work: (index: number) => Promise<void>): Promise<void> {
	let next = 0;
	const worker = async (): Promise<void> => {
		while (next < count) await work(next++);
	};
	await Promise.all(Array.from({ length: Math.min(concurrency, count) }, worker));
}

/** `concurrency` loops that start `work` again as soon as it is done, for some seconds. Returns how long each run of it took, in ms. */
export async function closedLoop(
	seconds: number,
	concurrency: number,
	work: (loop: number) => Promise<unknown>,
): Promise<number[]> {
	const took: number[] = [];
	const end = performance.now() + seconds * 1000;
	const loop = async (_: unknown, index: number): Promise<void> => {
		for (let now = performance.now(); now < end;) {
			const started = now;
			await work(index);
			now = performance.now();
			took.push(now - started);
		}
	};
	await Promise.all(Array.from({ length: concurrency }, loop));
	return took;
}

/** Waits until something is so, at most some seconds. */
export async function until(isSo: () => boolean, seconds: number): Promise<void> {
	for (let tries = 0; tries < seconds * 50 && !isSo(); tries++) await sleep(20);
}
