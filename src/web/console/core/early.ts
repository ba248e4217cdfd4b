const asked = new Map<string, Promise<Response>>();

/** Asks for what is about to be needed. Whoever needs it takes the answer that is on its way. */
export function askEarly(path: string, headers: Record<string, string>): void {
	const answer = fetch(path, { headers: { Accept: "application/json", ...headers } });
	// Whoever takes it hears of it.
	answer.catch(() => {});
	asked.set(path, answer);
}

/** The answer to what was asked early; once, since it grows old. */
export function takeEarly(path: string): Promise<Response> | undefined {
	const answer = asked.get(path);
	asked.delete(path);
	return answer;
}
