/** 32 random hex digits. `crypto.randomUUID` exists in secure contexts alone, and a page that uses the client may be any. */
export function randomId(): string {
	const bytes = crypto.getRandomValues(new Uint8Array(16));
	return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
